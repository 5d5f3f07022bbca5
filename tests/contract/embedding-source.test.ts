import { describe, expect, test } from '@jest/globals'
import { Database } from '../../src/database/sqlite/database.ts'
import { memoryMigrations } from '../../src/memory/sqlite/memory-migrations.ts'
import { createSqliteMemoryStore } from '../../src/memory/sqlite/sqlite-memory-store.ts'
import type { EmbeddingSource } from '../../src/vectors/embedding-source.ts'
import { createMemoryEmbeddingSource } from '../../src/memory/memory-embedding-source.ts'
import { createMessageSource } from '../../src/vectors/message-embedding-source.ts'
import type { Scope } from '../../src/messages/scope.ts'
import { messageMigrations } from '../../src/messages/sqlite/message-migrations.ts'
import { createSqliteMessageStore } from '../../src/messages/sqlite/sqlite-message-store.ts'
import { createSqliteChangeLog } from '../../src/messages/sqlite/sqlite-change-log.ts'
import { createSqliteMessageContext } from '../../src/messages/sqlite/sqlite-message-context.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { memoryOf, wordCounter } from '../support/memory-rig.ts'
import { hostileScopes } from '../support/memory-scopes.ts'
import { sayAll } from '../support/said.ts'

interface Subject {
  readonly source: EmbeddingSource
  /** Puts something of these words into a scope. @returns its id among the vectors */
  add(scope: Scope, text: string): Promise<string>
  remove(scope: Scope, id: string): Promise<unknown>
  merge(from: string, to: string): Promise<void>
}

const subjects: Record<string, () => Subject> = {
  memories: () => {
    const memories = createSqliteMemoryStore(new Database(':memory:', memoryMigrations))
    return {
      source: createMemoryEmbeddingSource(memories),
      add: async (scope, text) => (await memories.add(memoryOf(scope, text))).memory.memory_id,
      remove: async (scope, id) => await memories.remove(scope, [id]),
      merge: (from, to) => memories.reassign(from, to),
    }
  },
  messages: () => {
    const database = new Database(':memory:', messageMigrations)
    const store = createSqliteMessageStore(database)
    let n = 0
    const source = createMessageSource({
      context: createSqliteMessageContext(database),
      changeLog: createSqliteChangeLog(database),
      tokens: wordCounter,
      clock: new FakeClock(),
    })
    return {
      source,
      add: async (scope, text) => {
        n += 1
        // Each in a session of its own: what was said around a message is part of its text.
        sayAll(database, [{ message_id: `m${n}`, scope, text, session_id: `s${n}` }])
        return `${source.prefix}m${n}`
      },
      remove: async (_scope, id) => await store.history.remove(id.slice(source.prefix.length), 1),
      merge: (from, to) => store.personal.reassign(from, to),
    }
  },
}

/** Everything that a source holds, page by page. */
const all = async (source: EmbeddingSource, limit: number): Promise<(readonly [string, Scope])[]> => {
  const found: (readonly [string, Scope])[] = []
  let after: string | undefined
  for (;;) {
    const { items, next } = await source.page({ limit, after })
    expect(items.length).toBeLessThanOrEqual(limit)
    found.push(...items.map(each => [each.item_id, each.scope] as const))
    if (next === undefined) return found
    expect(next).not.toBe(after)
    after = next
  }
}

describe.each(Object.entries(subjects))('what the vectors follow: %s', (name, open) => {
  test('it goes by its name, and nothing is there before anything is', async () => {
    const { source } = open()
    expect(source.name).toBe(name)
    expect(await source.page({ limit: 10, after: undefined })).toEqual({ items: [], next: undefined })
    expect(await source.scopesOf([`${source.prefix}unknown`])).toEqual(new Map())
    expect(await source.textsOf([{ item_id: `${source.prefix}unknown`, scope: 'person:a' }])).toEqual(new Map())
    expect(await source.changes(0, 10)).toBeUndefined()
  })

  test.each([1, 2, 3, 10])('everything comes once in pages of %d, in the same order each time', async limit => {
    const { source, add } = open()
    const ids: string[] = []
    for (const scope of ['person:a', 'chat:g', 'person:a', 'person:b', 'person:a'] as const) {
      ids.push(await add(scope, `words of ${scope}`))
    }
    const found = await all(source, limit)
    expect(found.map(([id]) => id).sort()).toEqual([...ids].sort())
    expect(await all(source, 4)).toEqual(found)
    expect(ids.every(id => id.startsWith(source.prefix))).toBe(true)
    expect(await source.scopesOf([...ids, `${source.prefix}unknown`])).toEqual(new Map(found))
  })

  test('where it grows, what is new comes behind what was there', async () => {
    const { source, add } = open()
    await add('person:a', 'first')
    await add('person:a', 'second')
    const before = await all(source, 10)
    await add('person:a', 'third')
    const after = await all(source, 10)
    expect(source.growing ? after.slice(0, 2) : after.slice(1)).toEqual(before)
  })

  test('each thing has the text of its own scope, and none in another, however scopes are spelt', async () => {
    const { source, add } = open()
    const ids: string[] = []
    for (const [n, scope] of hostileScopes.entries()) ids.push(await add(scope, `secret ${n}`))
    for (const [n, scope] of hostileScopes.entries()) {
      const texts = await source.textsOf(ids.map(item_id => ({ item_id, scope })))
      expect([...texts.keys()]).toEqual([ids[n]])
      expect(texts.get(ids[n]!)).toContain(`secret ${n}`)
    }
    expect(await source.scopesOf(ids)).toEqual(new Map(ids.map((id, n) => [id, hostileScopes[n]])))
  })

  test('what went is there no more: it is told of, or found by comparing', async () => {
    const { source, add, remove } = open()
    const [gone, kept] = [await add('person:a', 'gone'), await add('person:a', 'kept')]
    await remove('person:a', gone)
    expect(await all(source, 10)).toEqual([[kept, 'person:a']])
    expect([...(await source.scopesOf([gone, kept])).keys()]).toEqual([kept])
    expect([...(await source.textsOf([gone, kept].map(item_id => ({ item_id, scope: 'person:a' })))).keys()]).toEqual([
      kept,
    ])
    // Where new things always come last, what was compared once is not compared again.
    if (source.growing) {
      const changes = await source.changes(0, 10)
      expect(changes).toMatchObject({ stale: [gone], renewed: [] })
      await source.followed(changes!.upTo)
      expect(await source.changes(changes!.upTo, 10)).toBeUndefined()
      expect(await source.changes(0, 10)).toBeUndefined()
    }
  })

  test('after a merge everything is told of under the one that is left', async () => {
    const { source, add, merge } = open()
    const [mine, other] = [await add('person:a', 'mine'), await add('person:b', 'other')]
    await merge('a', 'c')
    expect(await source.scopesOf([mine, other])).toEqual(
      new Map([
        [mine, 'person:c'],
        [other, 'person:b'],
      ]),
    )
    expect(await source.textsOf([{ item_id: mine, scope: 'person:a' }])).toEqual(new Map())
    expect((await source.textsOf([{ item_id: mine, scope: 'person:c' }])).get(mine)).toContain('mine')
  })
})
