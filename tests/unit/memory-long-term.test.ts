import { expect, test } from '@jest/globals'
import type { Scope } from '../../src/messages/scope.ts'
import { DenidinError } from '../../src/platform/errors.ts'
import { exactRig } from '../support/memory-exact-rig.ts'
import { recallOver } from '../support/memory-recall.ts'
import { memoryOf, memoryOver, recallSettings, wordCounter, type RigSettings } from '../support/memory-rig.ts'

const MINUTE = 60_000
const SCOPES: readonly Scope[] = ['person:a', 'person:b', 'person:old', 'person:new']

const rigOf = (settings: Partial<RigSettings> = {}) => exactRig(SCOPES, settings)

const TOM = 'the cat is called Tom'
const QUESTION = 'what is the cat called'

test('what was stored is recalled for its own scope only', async () => {
  const { memory, recalled } = rigOf()
  await memory.start()
  await memory.store(memoryOf('person:a', TOM))
  await memory.store(memoryOf('person:b', 'the cat is called Kitty'))
  await memory.whenIdle()
  expect(await recalled('person:a', QUESTION)).toEqual([TOM])
  expect(await recalled('person:b', QUESTION)).toEqual(['the cat is called Kitty'])
})

test('a scope without memories costs neither an embedding nor a query', async () => {
  const { memory, recalled, embedder, index } = rigOf()
  await memory.start()
  await memory.store(memoryOf('person:b', TOM))
  await memory.whenIdle()
  const calls = embedder.calls.length
  expect(await recalled('person:a', QUESTION)).toEqual([])
  expect(embedder.calls).toHaveLength(calls)
  expect(index.queries).toBe(0)
})

test('a recall is counted in the log without a word of anybody, at debug: the turn counts what it was given', async () => {
  const { memory, recalled, log } = rigOf()
  await memory.start()
  await memory.store(memoryOf('person:a', TOM))
  await memory.whenIdle()
  await recalled('person:a', QUESTION)
  expect(log.last('Memories found')).toMatchObject({ level: 'debug', component: 'memory.recall', fields: { count: 1 } })
  const loud = log.lines.filter(line => line.level !== 'debug')
  expect(JSON.stringify(loud)).not.toMatch(/cat|Tom/)
})

test('the calls of the embedder tell what they are for and for whom', async () => {
  const { memory, recalled, embedder } = rigOf()
  await memory.start()
  await memory.store(memoryOf('person:a', TOM))
  await memory.whenIdle()
  await recalled('person:a', QUESTION)
  expect(embedder.calls[0]).toMatchObject({ purpose: 'memory', person_id: 'a' })
  expect(embedder.calls.at(-1)).toMatchObject({ purpose: 'recall', person_id: 'p' })
})

test('without an embedder memories are found by their words, the answer says why, and nothing is lost', async () => {
  const { memory, embedder, metrics, clock, recall, recalled } = rigOf()
  embedder.failure = new DenidinError('unavailable', 'the embedder is down', { retryable: true })
  await memory.start()
  await memory.store(memoryOf('person:a', TOM))
  await memory.whenIdle()
  const answer = await recall('person:a', QUESTION, { purpose: 'recall' })
  expect(answer.failure).toBe('the embedder is down')
  expect(answer.memories.map(each => each.memory.text)).toEqual([TOM])
  expect((await recall('person:a', 'what is the weather?', { purpose: 'recall' })).memories).toEqual([])
  expect(metrics.read().recall_failures).toBe(2)
  expect(await memory.stats()).toMatchObject({ memories: 1, pending_embedding: 1 })
  expect(await memory.health()).toMatchObject({ state: 'degraded' })

  embedder.failure = undefined
  await clock.advance(10 * MINUTE)
  await memory.whenIdle()
  expect(await recalled('person:a', QUESTION)).toEqual([TOM])
  expect(await memory.health()).toMatchObject({ state: 'ok' })
})

test('attempts at a failing embedder grow rarer', async () => {
  const { memory, embedder, clock } = rigOf()
  embedder.failure = new DenidinError('unavailable', 'the embedder is down', { retryable: true })
  await memory.start()
  await memory.store(memoryOf('person:a', TOM))
  await memory.whenIdle()
  const perMinutes: number[] = []
  for (let minute = 0; minute < 4; minute++) {
    const before = embedder.calls.length
    await clock.advance(10 * MINUTE)
    perMinutes.push(embedder.calls.length - before)
  }
  expect(perMinutes[0]).toBeGreaterThan(perMinutes[3]!)
  expect(perMinutes[3]).toBeLessThanOrEqual(4)
  expect(perMinutes[3]).toBeGreaterThan(0)
})

test('an index that is down is filled as soon as it is back, and nothing is embedded twice', async () => {
  const { memory, embedder, index, recall, recalled } = rigOf()
  index.down = true
  await memory.start()
  await memory.store(memoryOf('person:a', TOM))
  await memory.whenIdle()
  expect(await recall('person:a', QUESTION, { purpose: 'recall' })).toMatchObject({
    failure: 'the index is down',
  })
  expect(await memory.stats()).toMatchObject({ pending_embedding: 0, pending_index: 1 })
  index.comeBack()
  await memory.whenIdle()
  expect(await recalled('person:a', QUESTION)).toEqual([TOM])
  expect(embedder.texts.filter(text => text === TOM)).toHaveLength(1)
})

test('a memory that the embedder refuses does not hold up the others, and is not asked for again', async () => {
  const { memory, embedder, recalled, clock } = rigOf()
  embedder.refuses = text => text.includes('poison')
  const poisoned = memoryOf('person:a', 'poison')
  for (const each of [poisoned, memoryOf('person:a', TOM), memoryOf('person:b', 'the cat is called Kitty')]) {
    await memory.store(each)
  }
  await memory.start()
  await memory.whenIdle()
  expect(await recalled('person:a', QUESTION)).toEqual([TOM])
  expect(await memory.health()).toMatchObject({ state: 'degraded', detail: expect.stringContaining('1 memory is') })
  const calls = embedder.calls.length
  await memory.store(memoryOf('person:b', 'the dog is called Rex'))
  await clock.advance(60 * MINUTE)
  await memory.whenIdle()
  expect(embedder.calls.length - calls).toBe(1)
})

test.each([2, 30])(
  'an embedder that refuses everything, as with a wrong key, is asked twice for %i memories',
  async n => {
    const { memory, embedder, recalled } = rigOf()
    embedder.refuses = () => true
    for (let at = 0; at < n; at++) await memory.store(memoryOf('person:a', `${TOM} ${String(at)}`))
    await memory.start()
    await memory.whenIdle()
    expect(embedder.calls).toHaveLength(2)
    embedder.refuses = () => false
    await memory.store(memoryOf('person:a', TOM))
    await memory.whenIdle()
    expect(await recalled('person:a', QUESTION)).toContain(TOM)
  },
)

test('when two persons turn out to be one, each is recalled for that one', async () => {
  const { memory, memories, recalled } = rigOf()
  await memory.start()
  await memory.store(memoryOf('person:old', TOM))
  await memory.store(memoryOf('person:new', 'the dog is called Rex'))
  await memory.whenIdle()
  await memories.reassign('old', 'new')
  await memory.personal.reassign('old', 'new')
  await memory.whenIdle()
  expect(await memory.personal.count('old')).toBe(0)
  expect(await memory.personal.count('new')).toBe(2)
  expect(await recalled('person:new', QUESTION)).toContain(TOM)
  expect(await recalled('person:old', QUESTION)).toEqual([])
})

test('vectors follow memories that moved, or went, while nobody looked', async () => {
  const rig = rigOf()
  await rig.memory.start()
  const moved = memoryOf('person:old', TOM)
  await rig.memory.store(moved)
  await rig.memory.whenIdle()
  await rig.vectors.put('words', [
    {
      item_id: 'of-nobody',
      scope: 'person:a',
      vector: (await rig.embedder.embed(['x'], { purpose: 'memory' })).vectors[0]!,
    },
  ])
  await rig.memories.reassign('old', 'new')
  const { memory: again } = memoryOver({ ...rig, settings: recallSettings, logger: rig.log })
  await again.start()
  await again.whenIdle()
  expect(await rig.vectors.idsOf('', { limit: 10 })).toEqual([moved.memory_id])
  const { memories } = await recallOver(again, rig.memories)('person:new', QUESTION, { purpose: 'recall' })
  expect(memories.map(each => each.memory.text)).toEqual([TOM])
})

test('a configured threshold is obeyed as it is; left open, it goes by the embedding model', async () => {
  expect(await rigOf({ min_similarity: 0.95 }).memory.stats()).toMatchObject({ min_similarity: 0.95 })
  expect(await rigOf({ min_similarity: undefined }).memory.stats()).toMatchObject({ min_similarity: 0.3 })
  const { memory, recalled } = rigOf({ min_similarity: 0.95 })
  await memory.start()
  await memory.store(memoryOf('person:a', TOM))
  await memory.whenIdle()
  expect(await recalled('person:a', QUESTION)).toEqual([])
  expect(await recalled('person:a', TOM)).toEqual([TOM])
})

test('top_k_results limits what is recalled', async () => {
  const texts = Array.from({ length: 8 }, (_, n) => `the cat number ${String(n)} is called Tom`)
  const counts: number[] = []
  for (const settings of [{ top_k_results: 3 }, { top_k_results: 8 }]) {
    const { memory, recalled } = rigOf(settings)
    await memory.start()
    for (const text of texts) await memory.store(memoryOf('person:a', text))
    await memory.whenIdle()
    counts.push((await recalled('person:a', QUESTION)).length)
  }
  expect(counts).toEqual([3, 8])
})

test('a session that gave a memory already gives no second one, and nothing is embedded for it', async () => {
  const { memory, embedder } = rigOf()
  await memory.start()
  const first = memoryOf('person:a', TOM, { session_id: 's' })
  await memory.store(first)
  await memory.whenIdle()
  const again = await memory.store(memoryOf('person:a', 'something else', { session_id: 's' }))
  await memory.whenIdle()
  expect(again).toEqual({ added: false, memory: first })
  expect(embedder.texts).toEqual([TOM])
})

test('a very long memory is embedded by its beginning', async () => {
  const { memory, embedder } = rigOf()
  await memory.start()
  await memory.store(memoryOf('person:a', `${TOM}\n${'and so on '.repeat(10_000)}`))
  await memory.whenIdle()
  expect(embedder.texts[0]!.startsWith(TOM)).toBe(true)
  expect(wordCounter.count(embedder.texts[0]!)).toBe(8000)
})

test('stopping in the middle of the work ends it, and a later start goes on', async () => {
  const { memory, memories, vectors, embedder } = rigOf()
  for (let n = 0; n < 200; n++) await memories.add(memoryOf('person:a', `memory ${String(n)}`))
  await memory.start()
  await memory[Symbol.asyncDispose]()
  expect(await vectors.count(embedder.space)).toBeLessThan(200)
})
