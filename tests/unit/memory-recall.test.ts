import { expect, test } from '@jest/globals'
import { Database } from '../../src/database/sqlite/database.ts'
import { createFactSearch } from '../../src/memory/fact-search.ts'
import { createMemoryEmbeddingSource } from '../../src/memory/memory-embedding-source.ts'
import { memoryMigrations } from '../../src/memory/sqlite/memory-migrations.ts'
import { createSqliteMemoryStore } from '../../src/memory/sqlite/sqlite-memory-store.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { Embedding } from '../../src/vectors/embedding.ts'
import { noPreviousModel } from '../../src/vectors/previous-model.ts'
import { SourceVectors } from '../../src/vectors/source-vectors.ts'
import { createSqliteVectorStore } from '../../src/vectors/sqlite/sqlite-vector-store.ts'
import { vectorMigrations } from '../../src/vectors/sqlite/vector-migrations.ts'
import type { Neighbour } from '../../src/vectors/vector-index.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { ExactVectorIndex } from '../support/memory-exact-index.ts'
import { WordEmbedder } from '../support/memory-words.ts'
import { createOfflineEmbedder } from '../../src/models/offline/offline-embedder.ts'
import { nearest } from '../../src/vectors/exact-search.ts'
import { rank, recencyOf, type RecallSettings } from '../../src/memory/fact-ranking.ts'
import { defaultMinSimilarity } from '../../src/vectors/thresholds.ts'
import { DAY, memoryOf, recallSettings, wordCounter } from '../support/memory-rig.ts'
import { testSetAside } from '../support/test-set-aside.ts'

const NOW = Date.parse('2026-11-20T10:00:00Z')
const settings: RecallSettings = { ...recallSettings, min_similarity: 0.5 }

/** Vectors of which these are the nearest, whatever is asked. */
const vectorsOver = (neighbours: readonly Neighbour[]): SourceVectors => {
  const embedder = new WordEmbedder()
  const store = createSqliteVectorStore(new Database(':memory:', vectorMigrations))
  const index = new ExactVectorIndex(embedder.space, store, async () => [])
  index.query = async () => neighbours
  const clock = new FakeClock()
  return new SourceVectors({
    source: createMemoryEmbeddingSource(createSqliteMemoryStore(new Database(':memory:', memoryMigrations))),
    space: embedder.space,
    vectors: store,
    index,
    model: {
      embedding: new Embedding(embedder, wordCounter, clock, silentLogger),
      min_similarity: settings.min_similarity,
      previous: noPreviousModel,
    },
    setAside: testSetAside(),
    embeds: true,
    clock,
    ids: { uuid: () => 'id', fraction: () => 0.5 },
    logger: silentLogger,
  })
}

test('recency is 1 now, one half after 30 days, a quarter after 60, and 1 for what lies ahead', () => {
  expect(recencyOf(NOW, NOW)).toBe(1)
  expect(recencyOf(NOW - 30 * DAY, NOW)).toBeCloseTo(0.5, 10)
  expect(recencyOf(NOW - 60 * DAY, NOW)).toBeCloseTo(0.25, 10)
  expect(recencyOf(NOW + DAY, NOW)).toBe(1)
})

test('the score is 0.8 of the similarity and 0.2 of the recency, and the best comes first', () => {
  const old = memoryOf('person:a', 'old', { said_to: NOW - 300 * DAY })
  const fresh = memoryOf('person:a', 'fresh', { said_to: NOW })
  const ranked = rank(
    [
      { memory: old, similarity: 0.8 },
      { memory: fresh, similarity: 0.7 },
    ],
    settings,
    NOW,
  )
  expect(ranked.map(each => each.memory.text)).toEqual(['fresh', 'old'])
  expect(ranked[0]!.score).toBeCloseTo(0.8 * 0.7 + 0.2, 10)
  expect(ranked[1]!.score).toBeCloseTo(0.8 * 0.8 + 0.2 * 0.5 ** 10, 10)
})

test('other weights give another order', () => {
  const old = memoryOf('person:a', 'old', { said_to: NOW - 300 * DAY })
  const fresh = memoryOf('person:a', 'fresh', { said_to: NOW })
  const found = [
    { memory: old, similarity: 0.8 },
    { memory: fresh, similarity: 0.7 },
  ]
  const first = (semantic_weight: number, recency_weight: number): string =>
    rank(found, { ...settings, semantic_weight, recency_weight }, NOW)[0]!.memory.text
  expect(first(1, 0)).toBe('old')
  expect(first(0, 1)).toBe('fresh')
})

test('a memory at the threshold is recalled, one below it is not', async () => {
  const vectors = vectorsOver([
    { item_id: 'at', similarity: 0.5 },
    { item_id: 'below', similarity: 0.4999 },
  ])
  const query = await vectors.ask('person:a', 'what?', { purpose: 'recall' })
  expect((await query.nearest('person:a', 10)).map(each => each.item_id)).toEqual(['at'])
})

test('fewer results never show more', () => {
  const found = Array.from({ length: 9 }, (_, n) => ({
    memory: memoryOf('person:a', String(n)),
    similarity: 0.6 + n / 20,
  }))
  const strict = rank(
    found.filter(each => each.similarity >= 0.8),
    { ...settings, top_k_results: 3 },
    NOW,
  )
  const loose = rank(found, { ...settings, top_k_results: 5 }, NOW)
  expect(strict).toHaveLength(3)
  expect(loose).toHaveLength(5)
  for (const each of strict) expect(loose).toContainEqual(each)
})

test('ids that the store does not know are dropped', async () => {
  const known = memoryOf('person:a', 'known')
  const facts = createFactSearch({
    settings,
    clock: new FakeClock(),
    memories: { countOfScope: async () => 1, get: async () => [known], list: async () => [known] },
    vectors: vectorsOver([
      { item_id: 'gone', similarity: 1 },
      { item_id: known.memory_id, similarity: 0.9 },
    ]),
  })
  const { memories } = await facts.findFacts([{ scope: 'person:a', only: undefined }], 'what?', { purpose: 'recall' })
  expect(memories.map(each => each.memory.text)).toEqual(['known'])
})

test('the threshold goes by the embedding model', () => {
  expect(defaultMinSimilarity('text-embedding-ada-002')).toBe(0.7)
  expect(defaultMinSimilarity('openai/text-embedding-3-small')).toBeLessThanOrEqual(0.25)
  expect(defaultMinSimilarity('text-embedding-3-large')).toBe(defaultMinSimilarity('text-embedding-3-small'))
  expect(defaultMinSimilarity('somebody-elses-model')).toBe(0.3)
})

test('with the offline embedder, what bears on a question lies above its threshold and small talk below', async () => {
  const embedder = createOfflineEmbedder(wordCounter)
  const least = defaultMinSimilarity(embedder.model)
  const questions = [
    "What is my cat's name?",
    'where do I work',
    'when is my dentist appointment',
    'good night, thanks',
  ]
  const memories = [
    '- The cat of the user is called Tom.\n- Tom is three years old.',
    '- The user works at a bakery in Haifa.',
    '- Dentist appointment on Tuesday at 10:00 with Dr. Levi.',
  ]
  const { vectors } = await embedder.embed([...questions, ...memories], { purpose: 'memory' })
  const asked = vectors.slice(0, questions.length)
  const kept = vectors.slice(questions.length)
  const recalled = asked.map(question =>
    nearest(
      question,
      kept.map((vector, n) => ({ item_id: String(n), scope: 'person:a', vector })),
      3,
    )
      .filter(each => each.similarity >= least)
      .map(each => each.item_id),
  )
  expect(recalled).toEqual([['0'], ['1'], ['2'], []])
})
