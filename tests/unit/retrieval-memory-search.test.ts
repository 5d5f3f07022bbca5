// The search over facts and messages together: one query for the facts, and never a hit from outside the scope.
import { UTC } from '../../src/platform/time-zone.ts'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { SearchScope, Scope } from '../../src/messages/scope.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { MemorySearch } from '../../src/retrieval/memory-search.ts'
import { ownSearchScope, singleScope } from '../../src/retrieval/scope-policy.ts'
import type { SearchQuery } from '../../src/retrieval/search-service.ts'
import { exactRig } from '../support/memory-exact-rig.ts'
import { ownPolicy } from '../support/memory-recall.ts'
import { memoryOf } from '../support/memory-rig.ts'
import { hostileScopes } from '../support/memory-scopes.ts'
import { BEGUN_AT, RecallRig } from '../support/recall-rig.ts'

const ANA: Scope = 'person:ana'
const BEN: Scope = 'person:ben'
const GROUP: Scope = 'chat:1@g.us'
const CALL = { purpose: 'recall' } as const

let messages: RecallRig

beforeEach(() => {
  messages = new RecallRig()
})

afterEach(async () => {
  await messages[Symbol.asyncDispose]()
})

const queryOf = (text: string, match: SearchQuery['messages'] = 'relevant'): SearchQuery => ({
  text,
  messages: match,
  asked_at: BEGUN_AT + 1e9,
  asker: undefined,
})

const searchOver = (scopes: readonly Scope[], parts: Parameters<RecallRig['search']>[0] = {}) => {
  const rig = exactRig(scopes)
  const search = new MemorySearch({
    facts: rig.memory,
    messages: messages.search(parts),
    memories: rig.memories,
    zoneOf: async () => UTC,
    policy: ownPolicy,
    clock: rig.clock,
    logger: silentLogger,
    metrics: createMetrics(),
  })
  return { ...rig, search }
}

test('the facts of a scope are asked for once: they are hits, and lead to the messages that they came from', async () => {
  const { memory, index, embedder, search } = searchOver([ANA])
  await messages.talk(ANA, 0, ['Ana: she lives in Oslo now', 'Ana: what a day'])
  await memory.start()
  await memory.store(memoryOf(ANA, 'my sister did move away', { person_ids: ['ana'], sources: ['m1'] }))
  await memory.whenIdle()
  const embedded = embedder.calls.length
  const hits = await search.search(singleScope(ANA), queryOf('where did my sister move?'), { quotes: 10 }, CALL)
  expect(hits.memories.map(each => each.memory.text)).toEqual(['my sister did move away'])
  expect(hits.quotes.map(each => each.message_id)).toContain('m1')
  expect(index.queries).toBe(1)
  expect(embedder.calls.length - embedded).toBe(1)
})

test('messages that are found apart displace none of the others, and are not among them', async () => {
  const { search } = searchOver([ANA])
  await messages.talk(ANA, 0, [
    'Ana: we sailed to the island with my sister',
    ...Array.from({ length: 8 }, (_, n) => `Ana: did the boat of my sister sail, question ${String(n)}`),
    'Ana: what about lunch',
  ])
  const asked = queryOf('where did the boat of my sister sail?')
  const session = new Set(Array.from({ length: 9 }, (_, n) => `m${String(n + 2)}`))
  const ids = (quotes: readonly { readonly message_id: string }[] = []) => quotes.map(each => each.message_id)
  const among = await search.search(singleScope(ANA), asked, { quotes: 2 }, CALL)
  expect(ids(among.quotes).filter(id => session.has(id))).not.toEqual([])
  const apart = await search.search(singleScope(ANA), asked, { quotes: 2, exclude: session, apart: session }, CALL)
  expect(ids(apart.quotes)).toEqual(['m1'])
  expect(ids(apart.apart).length).toBeGreaterThan(3)
  expect(ids(apart.apart).filter(id => !session.has(id))).toEqual([])
  const none = await search.search(singleScope(ANA), asked, { quotes: 2, exclude: session }, CALL)
  expect(ids(none.apart)).toEqual([])
})

test.each([singleScope(ANA), ownSearchScope(ANA)])(
  'a search waits once for the messages of a moment ago: %o',
  async scope => {
    let waits = 0
    const { indexer } = messages
    const counted = {
      requestSync: () => {
        waits += 1
        indexer.requestSync()
      },
      hasAll: (...of: Parameters<typeof indexer.hasAll>) => indexer.hasAll(...of),
      whenIdle: () => indexer.whenIdle(),
    }
    const { memory, search } = searchOver([ANA], { indexer: counted })
    await memory.start()
    await memory.store(memoryOf(ANA, 'what my boat is called', { person_ids: ['ana'] }))
    await memory.whenIdle()
    await messages.talk(ANA, 0, ['Ana: my boat is called Marlin'])
    const hits = await search.search(scope, queryOf('what is my boat called?'), { quotes: 10 }, CALL)
    expect(hits.quotes.map(each => each.text)).toEqual(['my boat is called Marlin'])
    expect(hits.memories).toHaveLength(1)
    expect(waits).toBe(1)
  },
)

test('a search does not wait for messages that it cannot find', async () => {
  const { indexer } = messages
  let waits = 0
  const counted = {
    requestSync: () => undefined,
    hasAll: (...of: Parameters<typeof indexer.hasAll>) => indexer.hasAll(...of),
    whenIdle: async () => {
      waits += 1
      indexer.requestSync()
      await indexer.whenIdle()
    },
  }
  const { search } = searchOver([ANA, BEN], { indexer: counted })
  const quotes = async () =>
    (await search.search(singleScope(ANA), queryOf('what is my boat called?'), { quotes: 10 }, CALL)).quotes.map(
      each => each.text,
    )
  await messages.talk(BEN, 0, ['Ben: my boat is called Herring'])
  expect(await quotes()).toEqual([])
  expect(waits).toBe(0)
  await messages.talk(ANA, 0, ['Ana: my boat is called Marlin'])
  expect(await quotes()).toEqual(['my boat is called Marlin'])
  expect(waits).toBe(1)
})

test('where the vectors cannot be asked, facts and messages are found by their words', async () => {
  const { memory, index, search } = searchOver([ANA])
  await messages.talk(ANA, 0, ['Ana: my boat is called Marlin'])
  await memory.start()
  await memory.store(memoryOf(ANA, 'the boat of Ana is Marlin'))
  await memory.whenIdle()
  index.down = true
  const hits = await search.search(singleScope(ANA), queryOf('what is my boat called?'), { quotes: 10 }, CALL)
  expect(hits.failure).toBe('the index is down')
  expect(hits.memories.map(({ memory }) => memory.text)).toEqual(['the boat of Ana is Marlin'])
  expect(hits.quotes.map(each => each.text)).toEqual(['my boat is called Marlin'])
})

test.each<SearchQuery['messages']>(['relevant', 'all_words'])(
  'no hit comes from outside the search scope, however scopes are spelt: %s',
  async match => {
    const scopes: readonly Scope[] = [ANA, BEN, GROUP, ...hostileScopes]
    const { memory, search } = searchOver(scopes)
    await memory.start()
    for (const [n, scope] of scopes.entries()) {
      await messages.talk(scope, n, ['Ana: the red boat', 'Ben: the red boat again'])
      await memory.store(memoryOf(scope, 'the red boat', { person_ids: ['ana'] }))
      await memory.store(memoryOf(scope, 'the red boat of two', { person_ids: ['ana', 'ben'] }))
    }
    await memory.whenIdle()
    const groups = scopes.filter(each => each.startsWith('chat:'))
    const asked: readonly (readonly [SearchScope, readonly Scope[]])[] = [
      ...scopes.map(scope => [singleScope(scope), [scope]] as const),
      [ownSearchScope(ANA), [ANA, ...groups]],
      [{ scope: 'person:g', extra_scopes: [BEN, GROUP] }, [BEN, GROUP]],
    ]
    for (const [scope, allowed] of asked) {
      const hits = await search.search(scope, queryOf('the red boat', match), { quotes: 100 }, CALL)
      for (const { memory: found } of hits.memories) expect(allowed).toContain(found.scope)
      for (const quote of hits.quotes) expect(allowed).toContain(quote.scope)
      expect(hits.quotes.length).toBeGreaterThan(0)
      const elsewhere = hits.quotes.filter(each => each.scope !== scope.scope && scope.extra_scopes === undefined)
      for (const quote of elsewhere) expect(quote.person_id).toBe('ana')
      for (const { memory: found } of hits.memories) {
        if (found.scope !== scope.scope && scope.extra_scopes === undefined) expect(found.person_ids).toEqual(['ana'])
      }
    }
  },
)
