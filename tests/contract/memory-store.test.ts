import { DatabaseSync } from 'node:sqlite'
import { expect, test } from '@jest/globals'
import { Database } from '../../src/database/sqlite/database.ts'
import { migrate } from '../../src/database/sqlite/migrations.ts'
import type { MemoryStore } from '../../src/memory/memory-store.ts'
import { memoryMigrations } from '../../src/memory/sqlite/memory-migrations.ts'
import { createSqliteMemoryStore } from '../../src/memory/sqlite/sqlite-memory-store.ts'
import type { Scope } from '../../src/messages/scope.ts'
import type { PersonalData } from '../../src/people/personal-data.ts'
import { memoryOf } from '../support/memory-rig.ts'
import { hostileScopes } from '../support/memory-scopes.ts'

const stores: Record<string, () => MemoryStore & PersonalData> = {
  sqlite: () => createSqliteMemoryStore(new Database(':memory:', memoryMigrations)),
}

for (const [name, open] of Object.entries(stores)) {
  test(`${name}: a memory comes back as it was added`, async () => {
    const store = open()
    const memory = memoryOf('chat:1203@g.us', 'שלום — "quotes" and\nlines', { person_ids: ['p1', 'p2'] })
    expect(await store.add(memory)).toEqual({ added: true, memory })
    expect(await store.get('chat:1203@g.us', [memory.memory_id, 'unknown'])).toEqual([memory])
  })

  test(`${name}: a session gives one memory, and the first one stands`, async () => {
    const store = open()
    const first = memoryOf('person:a', 'first', { session_id: 's' })
    await store.add(first)
    const again = await store.add(memoryOf('person:a', 'second', { session_id: 's' }))
    expect(again).toEqual({ added: false, memory: first })
    expect(await store.countOfScope('person:a')).toBe(1)
  })

  test(`${name}: what belongs to one scope is never given to another, however the scopes are spelt`, async () => {
    const store = open()
    const owned = new Map<Scope, string>()
    for (const scope of hostileScopes) {
      const memory = memoryOf(scope, `words of ${String(owned.size)}`)
      owned.set(scope, memory.memory_id)
      await store.add(memory)
    }
    const all = [...owned.values()]
    for (const [scope, memory_id] of owned) {
      expect((await store.get(scope, all)).map(each => each.memory_id)).toEqual([memory_id])
      expect((await store.list(scope, { limit: 100 })).map(each => each.memory_id)).toEqual([memory_id])
      expect(await store.countOfScope(scope)).toBe(1)
    }
    expect(await store.counts()).toEqual({ memories: owned.size, scopes: owned.size })
  })

  test(`${name}: a scope that is no well-formed text is refused`, async () => {
    await expect(open().add(memoryOf('person:\ud800', 'x'))).rejects.toMatchObject({ code: 'invalid_input' })
  })

  test(`${name}: a list is paged, newest first`, async () => {
    const store = open()
    const ids: string[] = []
    for (let n = 0; n < 5; n++) {
      const memory = memoryOf(n === 2 ? 'person:b' : 'person:a', `memory ${String(n)}`)
      ids.unshift(memory.memory_id)
      await store.add(memory)
    }
    const first = await store.listAll({ limit: 2 })
    const rest = await store.listAll({ limit: 10, before: first[1]!.memory_id })
    expect([...first, ...rest].map(each => each.memory_id)).toEqual(ids)
    expect(await store.list('person:a', { limit: 10, before: ids[1]! })).toHaveLength(2)
  })

  test(`${name}: when two persons turn out to be one, the memories of both are that one's`, async () => {
    const store = open()
    const mine = memoryOf('person:old', 'alone', { person_ids: ['old'] })
    const group = memoryOf('chat:g', 'in a group', { person_ids: ['old', 'new', 'third'] })
    await store.add(mine)
    await store.add(group)
    await store.reassign('old', 'new')
    await store.reassign('old', 'new')
    expect(await store.count('old')).toBe(0)
    expect(await store.count('new')).toBe(2)
    expect(await store.get('person:new', [mine.memory_id])).toEqual([
      { ...mine, scope: 'person:new', person_ids: ['new'] },
    ])
    const [kept] = await store.get('chat:g', [group.memory_id])
    expect([...kept!.person_ids].sort()).toEqual(['new', 'third'])
    expect(await store.scopesOf([mine.memory_id, 'unknown'])).toEqual(new Map([[mine.memory_id, 'person:new']]))
  })

  test(`${name}: a fact comes back whole, and a session gives any number of them beside its summary`, async () => {
    const store = open()
    const session = { session_id: 's', person_ids: ['p1'] }
    const fact = memoryOf('person:a', 'Dana lives in Haifa', {
      ...session,
      ...{ kind: 'fact', category: 'facts', importance: 0.9, tier: 'short_term', quote: 'I live in Haifa now' },
      ...{ sources: ['m1', 'm2'], entities: [{ kind: 'place', value: 'Haifa' }], valid_to: 77 },
    })
    const another = memoryOf('person:a', 'Dana is a nurse', { ...session, kind: 'fact' })
    for (const memory of [fact, another, memoryOf('person:a', 'summary', session)]) {
      expect(await store.add(memory)).toEqual({ added: true, memory })
    }
    expect(await store.add(fact)).toEqual({ added: false, memory: fact })
    expect(await store.get('person:a', [fact.memory_id])).toEqual([fact])
    expect((await store.ofSources('person:a', ['m2', 'm9'])).map(each => each.memory_id)).toEqual([fact.memory_id])
    expect(await store.ofSources('person:b', ['m2'])).toEqual([])
    expect(await store.removeOfSession('s')).toHaveLength(3)
    expect(await store.counts()).toEqual({ memories: 0, scopes: 0 })
  })

  test(`${name}: a list may be narrowed to what still holds, to kinds, a category, a tier`, async () => {
    const store = open()
    const texts = async (filter: object): Promise<string[]> =>
      (await store.list('person:a', { limit: 10, ...filter })).map(each => each.text)
    await store.add(memoryOf('person:a', 'summary'))
    await store.add(memoryOf('person:a', 'old', { kind: 'fact', category: 'facts', valid_to: 5 }))
    await store.add(memoryOf('person:a', 'new', { kind: 'fact', category: 'preferences', tier: 'short_term' }))
    expect(await texts({})).toEqual(['new', 'old', 'summary'])
    expect(await texts({ current: true })).toEqual(['new', 'summary'])
    expect(await texts({ kinds: ['fact', 'explicit'] })).toEqual(['new', 'old'])
    expect(await texts({ category: 'facts' })).toEqual(['old'])
    expect(await texts({ tier: 'short_term' })).toEqual(['new'])
  })

  test(`${name}: what ended a memory can be taken back, and then it holds again`, async () => {
    const store = open()
    const before = memoryOf('person:a', 'likes tea', { kind: 'fact' })
    const after = memoryOf('person:a', 'likes coffee', { kind: 'fact', supersedes: before.memory_id })
    await store.add(before)
    await store.add(after)
    expect(await store.change('person:a', before.memory_id, { valid_to: 9, importance: 0.1 })).toBe(true)
    expect(await store.get('person:a', [before.memory_id])).toMatchObject([{ valid_to: 9, importance: 0.1 }])
    expect(await store.change('person:b', before.memory_id, { valid_to: 10 })).toBe(false)
    expect(await store.change('person:a', before.memory_id, { add_sources: ['m3'] })).toBe(true)
    expect(await store.get('person:a', [before.memory_id])).toMatchObject([{ valid_to: 9, sources: ['m3'] }])
    for (const said_at of [before.said_from + 50, before.said_from - 50, before.said_from]) {
      await store.change('person:a', before.memory_id, { said_at })
    }
    expect(await store.get('person:a', [before.memory_id])).toMatchObject([
      { said_from: before.said_from - 50, said_to: Math.max(before.said_to, before.said_from + 50) },
    ])
    expect(await store.remove('person:b', [after.memory_id])).toEqual([])
    expect(await store.remove('person:a', [after.memory_id, 'unknown'])).toEqual([after.memory_id])
    expect((await store.get('person:a', [before.memory_id]))[0]?.valid_to).toBeUndefined()
  })
}

test('memories of the first form are kept when the tables are brought up to date', async () => {
  const database = new DatabaseSync(':memory:')
  migrate(database, memoryMigrations.slice(0, 1))
  database.exec(`
    insert into memories (memory_id, scope, kind, text, session_id, said_from, said_to, created_at)
      values ('m1', 'person:a', 'session_summary', 'likes tea', 's1', 1, 2, 3);
    insert into memory_persons values ('m1', 'a');`)
  migrate(database, memoryMigrations)
  expect(database.prepare('select category, tier, importance, valid_from, valid_to, text from memories').all()).toEqual(
    [{ category: 'context', tier: 'long_term', importance: 0.5, valid_from: 1, valid_to: null, text: 'likes tea' }],
  )
  expect(database.prepare('select * from memory_persons').all()).toEqual([{ memory_id: 'm1', person_id: 'a' }])
  expect(database.prepare('pragma foreign_key_check').all()).toEqual([])
})
