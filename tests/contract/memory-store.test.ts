import { expect, test } from '@jest/globals'
import { Database } from '../../src/database/sqlite/database.ts'
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
}
