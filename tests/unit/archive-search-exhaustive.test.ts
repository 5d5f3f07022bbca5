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
const queriesOf = (corpus: Corpus, texts: readonly string[]): fc.Arbitrary<string> => {
  // Phrases that are there.
  const pairs = texts.flatMap(text => /[\p{L}\p{N}]+ [\p{L}\p{N}]+/u.exec(text)?.[0] ?? [])
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
      fc.tuple(tie('one'), tie('query')).map(([a, b]) => `(${a} AND NOT (${b}))`),
    ),
    one: fc.oneof(
      { weight: 6, arbitrary: word },
      { weight: 1, arbitrary: fc.tuple(word, word).map(words => `"${words.join(' ')}"`) },
      { weight: 1, arbitrary: fc.constantFrom(...pairs).map(pair => `"${pair}"`) },
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
  const texts = [...archiveCorpus(MESSAGES).messages()].slice(0, 200).map(({ content }) => content)
  let matching = 0
  await fc.assert(
    fc.asyncProperty(
      queriesOf(corpus, texts),
      fc.option(fc.constantFrom(...LEVELS), { nil: undefined }),
      fc.integer({ min: 1, max: 15 }),
      fc.constantFrom('relevance' as const, 'newest' as const),
      async (query, level, limit, sort) => {
        const times = new Map<number, number>()
        const whole = exhaustive.search(query, 2 * limit, (columns, seq) => {
          times.set(seq, columns.column('seconds')[seq] ?? 0)
          return level === undefined || columns.column('level')[seq] === levelNumber(level)
        })
        const ask = { filters: { level }, limit, sort, facets: true }
        const first = await rig.ask(query, ask)
        const second = first.next === undefined ? undefined : await rig.ask(query, { ...ask, cursor: first.next })
        if (first.notes.any_word || whole === undefined) return
        expect(first.facets?.messages).toBe(whole.scores.size)
        const found = [...first.messages, ...(second?.messages ?? [])]
        const seqs = found.map(({ seq }) => seq)
        if (found.length === 2 * limit) matching++
        if (sort === 'newest') {
          const newest = [...whole.scores.keys()].sort((a, b) => (times.get(b) ?? 0) - (times.get(a) ?? 0) || b - a)
          expect(seqs).toEqual(newest.slice(0, 2 * limit))
          return
        }
        expect(new Set(seqs).size).toBe(seqs.length)
        const scores = found.map(({ score }) => score ?? 0)
        expectClose(
          scores,
          whole.best.sorted().map(({ score }) => score),
        )
        expectClose(
          scores,
          seqs.map(seq => whole.scores.get(seq) ?? -1),
        )
      },
    ),
    { numRuns: 150, seed: 7 },
  )
  expect(matching).toBeGreaterThan(30)
})

const expectClose = (some: readonly number[], others: readonly number[]): void => {
  expect(some.length).toBe(others.length)
  for (const [at, each] of some.entries()) expect(each).toBeCloseTo(others[at] ?? 0, 9)
}
