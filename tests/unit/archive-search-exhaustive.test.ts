import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { compareWithExhaustive, openExhaustive } from '../bench/search/exhaustive.ts'
import { archiveCorpus, type Corpus } from '../support/archive-corpus.ts'
import { LEVELS } from '../../src/archive/archive-message.ts'
import { levelNumber } from '../../src/archive/index/columns.ts'
import { ArchiveRig } from '../support/archive-rig.ts'
import { randomNumbers } from '../support/random-numbers.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const MESSAGES = 2000
/** Makes parts of several sizes, of which some are merged. */
const BATCHES = [1000, 400, 300, 100, 80, 60, 30, 20, 8, 2]

const rigOf = async (folder: string, corpus: Corpus): Promise<ArchiveRig> => {
  const rig = new ArchiveRig(folder)
  const messages = [...corpus.messages()]
  for (const size of BATCHES) await rig.add(messages.splice(0, size))
  return rig
}

test('finds and counts what looking at every message does, for every kind of query', async () => {
  await using folder = await temporaryFolder()
  const corpus = archiveCorpus(MESSAGES)
  await using rig = await rigOf(folder.path, corpus)
  const { overlap, questions, miscounted } = await compareWithExhaustive(rig, corpus, randomNumbers(5))
  expect(questions).toBeGreaterThan(30)
  expect(miscounted).toEqual([])
  expect(overlap).toBe(1)
})

/** Queries of any shape, with common words so that many match. */
const queriesOf = (corpus: Corpus): fc.Arbitrary<string> => {
  const word = fc.oneof(
    fc.constantFrom(...corpus.english.words.slice(0, 90)),
    fc.constantFrom(...corpus.english.words.slice(60, 2000)),
    fc.constantFrom(...corpus.hebrew.words.slice(40, 100)),
  )
  const { query } = fc.letrec<{ query: string; one: string }>(tie => ({
    query: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      tie('one'),
      fc.tuple(tie('query'), tie('query')).map(([a, b]) => `(${a} AND ${b})`),
      fc.array(tie('query'), { minLength: 2, maxLength: 4 }).map(all => `(${all.join(' OR ')})`),
      fc.tuple(tie('query'), tie('one')).map(([a, b]) => `(${a} AND NOT ${b})`),
    ),
    one: fc.oneof(
      { weight: 6, arbitrary: word },
      { weight: 1, arbitrary: fc.tuple(word, word).map(words => `"${words.join(' ')}"`) },
      { weight: 1, arbitrary: word.map(each => `${each.slice(0, 2)}*`) },
    ),
  }))
  return query
}

test('finds what looking at every message does, for queries of any shape, filters and pages', async () => {
  await using folder = await temporaryFolder()
  const corpus = archiveCorpus(MESSAGES)
  await using rig = await rigOf(folder.path, corpus)
  using exhaustive = openExhaustive(rig)
  let matching = 0
  await fc.assert(
    fc.asyncProperty(
      queriesOf(corpus),
      fc.option(fc.constantFrom(...LEVELS), { nil: undefined }),
      fc.integer({ min: 1, max: 15 }),
      async (query, level, limit) => {
        const passes = level === undefined ? undefined : { column: 'level' as const, value: levelNumber(level) }
        const whole = exhaustive.search(
          query,
          2 * limit,
          (columns, seq) => passes === undefined || columns.column(passes.column)[seq] === passes.value,
        )
        const ask = { filters: { level }, limit, facets: true }
        const first = await rig.ask(query, ask)
        const second = first.next === undefined ? undefined : await rig.ask(query, { ...ask, cursor: first.next })
        if (first.notes.any_word || whole === undefined) return
        expect(first.facets?.messages).toBe(whole.scores.size)
        const found = [...first.messages, ...(second?.messages ?? [])]
        expect(new Set(found.map(({ seq }) => seq)).size).toBe(found.length)
        const scores = found.map(({ score }) => score ?? 0)
        expectClose(
          scores,
          whole.best.sorted().map(({ score }) => score),
        )
        expectClose(
          scores,
          found.map(({ seq }) => whole.scores.get(seq) ?? -1),
        )
        if (found.length === 2 * limit) matching++
      },
    ),
    { numRuns: 150, seed: 7 },
  )
  expect(matching).toBeGreaterThan(50)
})

const expectClose = (some: readonly number[], others: readonly number[]): void => {
  expect(some.length).toBe(others.length)
  for (const [at, each] of some.entries()) expect(each).toBeCloseTo(others[at] ?? 0, 9)
}
