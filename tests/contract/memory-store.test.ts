import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from '@jest/globals'
import { Database } from '../../src/database/sqlite/database.ts'
import { migrate } from '../../src/database/sqlite/migrations.ts'
import type { MemoryRecord } from '../../src/memory/memory.ts'
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

  test(`${name}: a scope that is not a well-formed text is refused`, async () => {
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
      kind: 'fact',
      category: 'facts',
      importance: 0.9,
      tier: 'short_term',
      quote: 'I live in Haifa now',
      sources: ['m1', 'm2'],
      entities: [{ kind: 'place', value: 'Haifa' }],
      valid_to: 77,
    })
    const another = memoryOf('person:a', 'Dana is a nurse', { ...session, kind: 'fact' })
    for (const memory of [fact, another, memoryOf('person:a', 'summary', session)]) {
      expect(await store.add(memory)).toEqual({ added: true, memory })
    }
    expect(await store.add(fact)).toEqual({ added: false, memory: fact })
    expect(await store.get('person:a', [fact.memory_id])).toEqual([fact])
    expect((await store.ofSources('person:a', ['m2', 'm9'])).map(each => each.memory_id)).toEqual([fact.memory_id])
    expect(await store.ofSources('person:b', ['m2'])).toEqual([])
    const newer = memoryOf('person:a', 'Dana moved to Acre', { kind: 'fact', supersedes: [fact.memory_id] })
    await store.add(newer)
    expect(await store.supersedersOf('person:a', [fact.memory_id, another.memory_id])).toEqual([newer])
    expect(await store.supersedersOf('person:b', [fact.memory_id])).toEqual([])
    await store.remove('person:a', [newer.memory_id])
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
    const after = memoryOf('person:a', 'likes coffee', { kind: 'fact', supersedes: [before.memory_id] })
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

  test(`${name}: when one in a row of changes goes, what came before it holds again only with the last`, async () => {
    const store = open()
    const places = ['Oslo', 'Leeds', 'Porto', 'Haifa'] as const
    let before: string | undefined
    const ids: string[] = []
    for (const place of places) {
      const supersedes = before === undefined ? [] : [before]
      const memory = memoryOf('person:a', place, { kind: 'fact', supersedes })
      await store.add(memory)
      before = memory.memory_id
      ids.push(memory.memory_id)
    }
    const [, leeds = '', porto = '', haifa = ''] = ids
    const holding = async (): Promise<string[]> =>
      (await store.list('person:a', { limit: 9, current: true })).map(each => each.text)
    await store.remove('person:a', [porto, leeds])
    expect(await holding()).toEqual(['Haifa'])
    await store.remove('person:a', [haifa])
    expect(await holding()).toEqual(['Oslo'])
  })

  test(`${name}: of two that are merged one stands, with the sources of both, and the other when that one goes`, async () => {
    const store = open()
    const history = memoryOf('person:a', 'lives in Oslo', { kind: 'fact' })
    const fact = { kind: 'fact', entities: [{ kind: 'place', value: 'Haifa' }] } as const
    const kept = memoryOf('person:a', 'lives in Haifa', { ...fact, sources: ['m1'], said_to: 10, said_from: 10 })
    const closed = memoryOf('person:a', 'home is Haifa', {
      ...fact,
      sources: ['m1', 'm2'],
      said_to: 20,
      said_from: 20,
      supersedes: [history.memory_id],
    })
    for (const memory of [history, kept, closed]) await store.add(memory)
    const wanted = { kept: kept.memory_id, closed: closed.memory_id, reason: 'same', at: 30, importance: 0.9 } as const
    const merge = { ...wanted, tier: 'short_term' } as const
    expect(await store.merge('person:b', merge)).toBe(false)
    expect(await store.merge('person:a', { ...merge, closed: kept.memory_id })).toBe(false)
    expect(await store.merge('person:a', { ...merge, kept: history.memory_id })).toBe(false)
    expect(await store.get('person:a', [closed.memory_id])).toEqual([closed])
    expect(await store.merge('person:a', merge)).toBe(true)
    expect(await store.merge('person:a', merge)).toBe(false)
    const stands = { importance: 0.9, tier: 'short_term', said_from: 10, said_to: 20, sources: ['m1', 'm2'] } as const
    expect(await store.list('person:a', { limit: 9, current: true })).toEqual([
      { ...kept, ...stands, supersedes: [history.memory_id] },
    ])
    expect(await store.get('person:a', [closed.memory_id])).toEqual([
      { ...closed, valid_to: 30, merged_into: kept.memory_id },
    ])
    expect(await store.mergesInto(kept.memory_id)).toEqual([{ memory_id: closed.memory_id, reason: 'same', at: 30 }])
    expect(await store.mergesInto(closed.memory_id)).toEqual([])

    await store.remove('person:a', [kept.memory_id])
    expect(await store.list('person:a', { limit: 9, current: true })).toEqual([closed])
    await store.remove('person:a', [closed.memory_id])
    expect(await store.list('person:a', { limit: 9, current: true })).toMatchObject([{ text: 'lives in Oslo' }])
  })

  test(`${name}: what stands for a merged one ends for both, and what they had ended stays so while one holds`, async () => {
    const store = open()
    const fact = (text: string, ...supersedes: readonly string[]) =>
      memoryOf('person:a', text, { kind: 'fact', supersedes })
    const oslo = fact('lives in Oslo')
    const kept = fact('lives in Haifa', oslo.memory_id)
    const closed = fact('home is Haifa', oslo.memory_id)
    for (const memory of [oslo, kept, closed]) await store.add(memory)
    await store.change('person:a', oslo.memory_id, { valid_to: 5 })
    const merge = { kept: kept.memory_id, closed: closed.memory_id, reason: 'same', at: 30, importance: 1 } as const
    await store.merge('person:a', { ...merge, tier: 'long_term' })
    const holding = async (): Promise<string[]> =>
      (await store.list('person:a', { limit: 9, current: true })).map(each => each.text)
    await store.remove('person:a', [closed.memory_id])
    expect(await holding()).toEqual(['lives in Haifa'])

    const again = fact('home is Haifa', oslo.memory_id)
    await store.add(again)
    await store.merge('person:a', { ...merge, closed: again.memory_id, tier: 'long_term' })
    const leeds = fact('lives in Leeds', kept.memory_id)
    await store.add(leeds)
    await store.change('person:a', kept.memory_id, { valid_to: 40 })
    await store.remove('person:a', [kept.memory_id])
    expect(await holding()).toEqual(['lives in Leeds'])
    expect(await store.get('person:a', [again.memory_id])).toMatchObject([{ valid_to: 40, merged_into: undefined }])
    await store.remove('person:a', [leeds.memory_id])
    expect(await holding()).toEqual(['home is Haifa'])
  })

  describe(`${name}: a memory that ends several`, () => {
    const holding = async (store: MemoryStore): Promise<string[]> =>
      (await store.list('person:a', { limit: 99, current: true })).map(each => each.text).sort()
    const fact = (text: string, said_from: number, supersedes: readonly MemoryRecord[] = []): MemoryRecord =>
      memoryOf('person:a', text, {
        kind: 'fact',
        said_from,
        said_to: said_from,
        supersedes: supersedes.map(each => each.memory_id),
      })
    const filled = async (...memories: readonly MemoryRecord[]): Promise<MemoryStore & PersonalData> => {
      const store = open()
      for (const memory of memories) await store.add(memory)
      return store
    }

    test('ends all of them when it is added, and all hold again when it goes', async () => {
      const [flat, street, gym] = [fact('lives in Oslo', 1), fact('rents in Main Street', 2), fact('trains in Oslo', 3)]
      const moved = fact('moved to Leeds', 10, [flat, street, gym])
      const store = await filled(flat, street, gym, moved)
      expect(await holding(store)).toEqual(['moved to Leeds'])
      expect((await store.get('person:a', [street.memory_id]))[0]?.valid_to).toBe(10)
      for (const each of [flat, street, gym])
        expect(await store.supersedersOf('person:a', [each.memory_id])).toEqual([moved])
      await store.remove('person:a', [moved.memory_id])
      expect(await holding(store)).toEqual(['lives in Oslo', 'rents in Main Street', 'trains in Oslo'])
    })

    test('gives back only what nothing else has ended', async () => {
      const [flat, street] = [fact('lives in Oslo', 1), fact('rents in Main Street', 2)]
      const moved = fact('moved to Leeds', 10, [flat, street])
      const ended = fact('gave up Main Street', 5, [street])
      const store = await filled(flat, street, moved, ended)
      expect((await store.get('person:a', [street.memory_id]))[0]?.valid_to).toBe(5)
      await store.remove('person:a', [ended.memory_id])
      expect((await store.get('person:a', [street.memory_id]))[0]?.valid_to).toBe(10)
      await store.remove('person:a', [moved.memory_id])
      expect(await holding(store)).toEqual(['lives in Oslo', 'rents in Main Street'])
    })

    test('gives back what had an end of its own with that end', async () => {
      const trip = { ...fact('is in Rome until Friday', 1), valid_to: 50 }
      const home = fact('came home early', 10, [trip])
      const store = await filled(trip, home)
      expect((await store.get('person:a', [trip.memory_id]))[0]?.valid_to).toBe(10)
      await store.remove('person:a', [home.memory_id])
      expect((await store.get('person:a', [trip.memory_id]))[0]?.valid_to).toBe(50)
    })

    test('ends nothing of another scope, nothing unknown, and not itself', async () => {
      const other = memoryOf('person:b', 'lives in Oslo', { kind: 'fact' })
      const moved = fact('moved to Leeds', 10, [other])
      const store = await filled(other, { ...moved, supersedes: [...moved.supersedes, moved.memory_id, 'unknown'] })
      expect(await store.countOfScope('person:b', { current: true })).toBe(1)
      expect(await holding(store)).toEqual(['moved to Leeds'])
      expect((await store.get('person:a', [moved.memory_id]))[0]?.supersedes).toEqual([])
    })

    test('is followed to the next one when it goes between two others', async () => {
      const [flat, street] = [fact('lives in Oslo', 1), fact('rents in Main Street', 2)]
      const leeds = fact('moved to Leeds', 10, [flat, street])
      const porto = fact('moved to Porto', 20, [leeds])
      const haifa = fact('moved to Haifa', 30, [porto])
      const store = await filled(flat, street, leeds, porto, haifa)
      await store.remove('person:a', [porto.memory_id, leeds.memory_id])
      expect(await holding(store)).toEqual(['moved to Haifa'])
      expect([...(await store.get('person:a', [haifa.memory_id]))[0]!.supersedes].sort()).toEqual(
        [flat.memory_id, street.memory_id].sort(),
      )
      await store.remove('person:a', [haifa.memory_id])
      expect(await holding(store)).toEqual(['lives in Oslo', 'rents in Main Street'])
    })

    test('keeps all that it ended when it is merged, and gives them back with the memory that stands for it', async () => {
      const [flat, street, gym] = [fact('lives in Oslo', 1), fact('rents in Main Street', 2), fact('trains in Oslo', 3)]
      const kept = fact('moved to Leeds', 10, [flat])
      const closed = fact('has moved to Leeds', 11, [street, gym])
      const store = await filled(flat, street, gym, kept, closed)
      await store.merge('person:a', {
        kept: kept.memory_id,
        closed: closed.memory_id,
        reason: 'same',
        at: 30,
        importance: 1,
        tier: 'long_term',
      })
      expect((await store.supersedersOf('person:a', [street.memory_id])).map(each => each.text)).toEqual([
        'moved to Leeds',
      ])
      await store.remove('person:a', [kept.memory_id, closed.memory_id])
      expect(await holding(store)).toEqual(['lives in Oslo', 'rents in Main Street', 'trains in Oslo'])
    })

    test('may have been said before the memory that ends it was stored', async () => {
      const leeds = fact('moved to Leeds', 10)
      const oslo = fact('lives in Oslo', 1)
      const store = await filled(leeds, oslo)
      await store.supersede('person:a', oslo.memory_id, { memory_id: leeds.memory_id, at: 10 })
      await store.supersede('person:a', oslo.memory_id, { memory_id: leeds.memory_id, at: 10 })
      expect(await holding(store)).toEqual(['moved to Leeds'])
      await store.supersede('person:b', leeds.memory_id, { memory_id: oslo.memory_id, at: 10 })
      expect(await holding(store)).toEqual(['moved to Leeds'])
      await store.erase('unknown')
      await store.remove('person:a', [leeds.memory_id])
      expect(await holding(store)).toEqual(['lives in Oslo'])
    })

    test('leaves no trace of its ids once everything of a person is erased', async () => {
      const database = new Database(':memory:', memoryMigrations)
      const store = createSqliteMemoryStore(database)
      const flat = fact('lives in Oslo', 1)
      for (const memory of [flat, fact('moved to Leeds', 10, [flat]), fact('came back', 20, [flat])])
        await store.add(memory)
      expect(await store.erase('a')).toBe(3)
      expect(database.all('select * from superseded_memories')).toEqual([])
    })
  })
}

test('what one memory had ended is still known after the upgrade', () => {
  const database = new DatabaseSync(':memory:')
  const last = memoryMigrations.findIndex(each => each.id === 'memory-supersedes-001')
  migrate(database, memoryMigrations.slice(0, last))
  for (const [memory_id, valid_to, supersedes] of [
    ['m1', 5, null],
    ['m2', null, 'm1'],
    ['m3', null, 'forgotten'],
  ] as const) {
    database
      .prepare(
        `insert into memories (memory_id, scope, kind, text, category, tier, importance, said_from, said_to, valid_from,
           valid_to, supersedes, created_at)
         values (?, 'person:a', 'fact', 'words', 'facts', 'long_term', 0.5, 1, 2, 1, ?, ?, 3)`,
      )
      .run(memory_id, valid_to, supersedes)
  }
  migrate(database, memoryMigrations)
  expect(database.prepare('select * from superseded_memories').all()).toEqual([
    { memory_id: 'm1', by_id: 'm2', at: 5, own_end: null },
  ])
  expect(database.prepare('pragma foreign_key_check').all()).toEqual([])
})

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
