// Memories that say the same become one, over real tables: nothing is lost, and nothing is taken for what it is not.
import { beforeEach, expect, test } from '@jest/globals'
import { Database } from '../../src/database/sqlite/database.ts'
import { DuplicateMerger, type MergeDuplicates } from '../../src/learning/agent/merge-duplicates.ts'
import type { EmbeddingSimilarity } from '../../src/learning/consolidation/embedding-similarity.ts'
import type { MemoryRecord } from '../../src/memory/memory.ts'
import type { MemoryStore } from '../../src/memory/memory-store.ts'
import { memoryMigrations } from '../../src/memory/sqlite/memory-migrations.ts'
import { createSqliteMemoryLog } from '../../src/memory/sqlite/sqlite-memory-log.ts'
import { createSqliteMemoryStore } from '../../src/memory/sqlite/sqlite-memory-store.ts'
import type { Scope } from '../../src/messages/scope.ts'
import { KeyedQueue } from '../../src/platform/keyed-queue.ts'
import { factCorpus } from '../support/fact-corpus.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { memoryOf } from '../support/memory-rig.ts'
import { random } from '../support/random-text.ts'
import { testSetAside } from '../support/test-set-aside.ts'

const ANA: Scope = 'person:p1'
/** Facts are compared by their words alone. */
const neverTheSame: EmbeddingSimilarity = {
  sameMeaning: (_text, others) => Promise.resolve(others.map(() => false)),
}
const MOST_DOUBLED_SHARE = 0.02

let clock: FakeClock
let database: Database
let memories: MemoryStore
let merge: MergeDuplicates
let similarity: EmbeddingSimilarity
/** Texts that were asked about. */
let asked: string[]

/** The merging of a process that has just started. */
const started = (): MergeDuplicates => {
  const scopes = new KeyedQueue<Scope>()
  const merger = new DuplicateMerger({
    includes: () => Promise.resolve(true),
    memories,
    clock,
    setAside: testSetAside(),
    similarity,
    nameOf: () => Promise.resolve('Dana Levi'),
    exclusive: (scope, act) => scopes.run(scope, act),
  })
  return signal => merger.mergeAll(signal)
}

const run = (mergeNow = merge, signal = new AbortController().signal): Promise<readonly string[]> => mergeNow(signal)

beforeEach(() => {
  clock = new FakeClock()
  database = new Database(':memory:', memoryMigrations)
  memories = createSqliteMemoryStore(database)
  asked = []
  similarity = neverTheSame
  merge = started()
})

/** A fact that was said some minutes after the one before, and came from a message of its own. */
const know = async (text: string, more: Partial<MemoryRecord> = {}, scope: Scope = ANA): Promise<MemoryRecord> => {
  await clock.advance(60_000)
  const at = clock.now()
  const memory = memoryOf(scope, text, {
    kind: 'fact',
    category: 'facts',
    quote: `“${text}”`,
    said_from: at,
    said_to: at,
    valid_from: at,
    created_at: at,
    ...more,
  })
  const sourced = { ...memory, sources: more.sources ?? [`message-of-${memory.memory_id}`] }
  await memories.add(sourced)
  return sourced
}

const standing = async (scope: Scope = ANA): Promise<readonly MemoryRecord[]> =>
  (await memories.list(scope, { limit: 10_000, current: true })).toReversed()

const texts = async (scope: Scope = ANA): Promise<readonly string[]> => (await standing(scope)).map(each => each.text)

test('hundreds of facts in all their wordings become one each, with every source, and changes stay two', async () => {
  const { below } = random(7)
  const corpus = (['en', 'he'] as const).flatMap(language => factCorpus(11, language))
  const all = corpus.flatMap(fact => (fact.next === undefined ? [fact] : [fact, fact.next]))
  const written = all.flatMap(fact => fact.wordings.map(text => ({ key: fact.key, text })))
  for (let at = written.length - 1; at > 0; at--) {
    const other = below(at + 1)
    ;[written[at], written[other]] = [written[other]!, written[at]!]
  }
  const keyOf = new Map<string, string>()
  for (const { key, text } of written) keyOf.set((await know(text)).memory_id, key)

  const closed = await run()
  const kept = await standing()
  const ofKey = Map.groupBy(kept, memory => keyOf.get(memory.memory_id))
  let taken_for_another = 0
  for (const memory of kept) {
    const behind = await memories.mergesInto(memory.memory_id)
    const members = [memory.memory_id, ...behind.map(each => each.memory_id)]
    taken_for_another += members.filter(id => keyOf.get(id) !== keyOf.get(memory.memory_id)).length
    expect([...memory.sources].sort()).toEqual(members.map(id => `message-of-${id}`).sort())
  }
  const figures = {
    facts: all.length,
    memories: written.length,
    merged: closed.length,
    standing: kept.length,
    lost: all.length - ofKey.size,
    doubled: kept.length - ofKey.size,
    taken_for_another,
  }
  process.stdout.write(`merging: ${JSON.stringify(figures)}\n`)
  expect(all.length).toBeGreaterThanOrEqual(200)
  expect(closed.length + kept.length).toBe(written.length)
  expect(figures).toMatchObject({ lost: 0, taken_for_another: 0 })
  expect(figures.doubled).toBeLessThanOrEqual(MOST_DOUBLED_SHARE * all.length)

  expect(await run()).toEqual([])
  expect(await run(started())).toEqual([])
  expect(await standing()).toEqual(kept)
})

test('the one that was said first stands, and takes over days, sources, importance, tier, uses and what it is about', async () => {
  const log = createSqliteMemoryLog(database)
  const late = await know('My home is in Haifa', {
    importance: 0.8,
    tier: 'short_term',
    entities: [{ kind: 'place', value: 'Haifa' }],
  })
  const first = await know('Dana Levi lives in Haifa', { said_from: 5, said_to: 6, valid_from: 5, importance: 0.5 })
  await log.accessed([{ scope: ANA, memory_id: late.memory_id, type: 'recall', at: 9 }])
  expect(await run()).toEqual([late.memory_id])
  expect(await standing()).toEqual([
    {
      ...first,
      said_to: late.said_to,
      tier: 'short_term',
      entities: late.entities,
      importance: expect.closeTo(0.8 + 0.1 * 0.2),
      sources: expect.arrayContaining([...first.sources, ...late.sources]),
    },
  ])
  expect(await memories.get(ANA, [late.memory_id])).toEqual([
    { ...late, valid_to: clock.now(), merged_into: first.memory_id },
  ])
  const reason = 'says the same'
  expect(await memories.mergesInto(first.memory_id)).toEqual([{ memory_id: late.memory_id, reason, at: clock.now() }])
  expect(await log.uses(ANA, [first.memory_id, late.memory_id])).toEqual(
    new Map([[first.memory_id, { memory_id: first.memory_id, count: 1, last_at: 9 }]]),
  )
  expect((await log.stats({ since: 0, most: 5 })).by_type).toEqual({ recall: 1, merge: 1 })
})

test.each([
  ['a contradiction', 'Dana lives in Haifa', 'Dana lives in Oslo now'],
  ['a negation', 'Dana likes olives', 'Dana does not like olives'],
  ['another number', 'The code of the gate is 4711', 'The code of the gate is 4712'],
  ['another time', 'Dana lived in Haifa', 'Dana lives in Haifa'],
  ['another person', 'Noa lives in Haifa', 'Tom lives in Haifa'],
  ['a statement without a word of its own', 'It is there', 'They are here'],
])('%s is not merged', async (_, one, other) => {
  await know(one)
  await know(other)
  expect(await run()).toEqual([])
  expect(await texts()).toEqual([one, other])
})

test('what others said, in other places, what has ended, and what no message tells stays by itself', async () => {
  const text = 'Dana lives in Haifa'
  await know(text)
  await know(text, { valid_to: 5 })
  await know(text, { person_ids: ['p2'] })
  await know(text, { person_ids: ['p1', 'p2'] })
  await know(text, { kind: 'explicit', sources: [] })
  await know(text, { kind: 'session_summary' })
  await know(text, {}, 'person:p2')
  await know(text, {}, 'chat:g')
  expect(await run()).toEqual([])
  await know(text, {}, 'chat:g')
  expect(await run()).toHaveLength(1)
  expect(await texts('chat:g')).toHaveLength(1)
})

test('a merge that breaks off leaves both as they were, and the next look does it', async () => {
  for (const place of ['Haifa', 'Oslo']) {
    for (const person of ['Noa', 'Tom']) {
      await know(`${person} lives in ${place}`)
      await know(`${person} resides in ${place}`)
    }
  }
  const before = await standing()
  database.run(`create temp trigger power_cut before insert on memory_accesses
    when (select count(*) from memory_merges) = 3 begin select raise(abort, 'the power is gone'); end`)
  expect(await run()).toEqual([])
  expect(await standing()).toHaveLength(before.length - 2)
  expect(database.get('select count(*) as n from memory_merges')).toEqual({ n: 2 })
  database.run('drop trigger power_cut')
  expect(await run(started())).toHaveLength(2)
  expect(await texts()).toEqual(before.filter((_, at) => at % 2 === 0).map(memory => memory.text))
})

test('it can be called off between two merges, and goes on the next time', async () => {
  for (let n = 0; n < 120; n++) await know(`The code of room ${String(n)} is ${String(n * 7)}`)
  for (let n = 0; n < 120; n++) await know(`The code of room ${String(n)} is now ${String(n * 7)}`)
  const stop = new AbortController()
  const { merge: mergeTwo } = memories
  let merges = 0
  memories.merge = (...given) => {
    if (++merges === 30) stop.abort(new Error('enough'))
    return mergeTwo.apply(memories, given)
  }
  await expect(run(merge, stop.signal)).rejects.toThrow('enough')
  const left = (await standing()).length
  expect(left).toBeLessThanOrEqual(210)
  expect(await run()).toHaveLength(left - 120)
  expect(await standing()).toHaveLength(120)
})

const BEFORE = 'Dana waters the plants on the balcony every evening after work'
const AFTER = 'Each evening Dana waters her balcony plants carefully'

test('what shares most words is one where it means the same too, and nobody is asked twice', async () => {
  let answer = [false]
  similarity = {
    sameMeaning: (text, others) => {
      asked.push(text, ...others)
      return Promise.resolve(answer)
    },
  }
  merge = started()
  await know(BEFORE)
  await know(AFTER)
  await know('Dana paid 300 shekels for shoes')
  expect([await run(), await run()]).toEqual([[], []])
  await know('Dana plays chess')
  expect(await run()).toEqual([])
  expect(asked).toEqual([AFTER, BEFORE])
  answer = [true]
  const [closed] = await run(started())
  expect(await memories.get(ANA, [closed ?? ''])).toMatchObject([{ text: AFTER }])
  expect((await texts())[0]).toBe(BEFORE)
})

test('where nobody could say whether two mean the same, it is asked again at the next look', async () => {
  let answers: readonly boolean[] = []
  similarity = { sameMeaning: () => Promise.resolve(answers) }
  merge = started()
  await know(BEFORE)
  await know(AFTER)
  expect(await run()).toEqual([])
  answers = [true]
  expect(await run()).toHaveLength(1)
})

test('of one scope so much is asked at a look, the rest at the next, the likest ones first', async () => {
  const near: (readonly string[])[] = []
  similarity = {
    sameMeaning: (text, others) => {
      near.push([text, ...others])
      return Promise.resolve(others.map(() => false))
    },
  }
  merge = started()
  const letters = 'abcdefghijklmnopqrstuvwx'.split('')
  const plants = ['b', 'c', 'd'].flatMap(first => letters.map(letter => `${first}o${letter}ulo`))
  for (const plant of plants) await know(`Dana waters the ${plant} on the balcony every evening after work`)
  for (const [look, asked_by_then] of [50, 71, 71].entries()) {
    expect([look, await run()]).toEqual([look, []])
    expect(near).toHaveLength(asked_by_then)
  }
  await know(`Each evening Dana waters her balcony ${plants.at(-1) ?? ''} carefully`)
  await run()
  expect(near.at(-1)?.[1]).toContain(plants.at(-1))
})
