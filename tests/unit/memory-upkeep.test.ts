import { expect, test } from '@jest/globals'
import { distributionOf, shareAbove, suggestThreshold } from '../../src/vectors/maintenance/calibration.ts'
import { comparePairs, nearestPair, type Sample } from '../../src/vectors/maintenance/calibration-pairs.ts'
import { createPreviousModel } from '../../src/vectors/previous-model.ts'
import { withQuestionCache } from '../../src/vectors/query-embedding-cache.ts'
import type { VectorIndex } from '../../src/vectors/vector-index.ts'
import type { Scope } from '../../src/messages/scope.ts'
import { DenidinError } from '../../src/platform/errors.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { wordVector, WordEmbedder } from '../support/memory-words.ts'
import { random } from '../support/random-text.ts'

const idsOf = (seed: number) => {
  const numbers = random(seed)
  return { uuid: () => 'id', fraction: () => numbers.below(1000) / 1000 }
}

const around = (middle: number, count: number, seed: number): number[] => {
  const numbers = random(seed)
  return Array.from({ length: count }, () => middle + (numbers.below(100) - 50) / 1000)
}

test('the suggestion lies between what belongs together and what does not', () => {
  const suggested = suggestThreshold(around(0.6, 100, 1), around(0.2, 100, 2))!
  expect(suggested).toBeGreaterThan(0.25)
  expect(suggested).toBeLessThanOrEqual(0.55)
})

test('where the two overlap, the suggestion gives up as few of each as can be', () => {
  const related = [...around(0.5, 90, 1), ...around(0.2, 10, 2)]
  const unrelated = [...around(0.2, 95, 3), ...around(0.5, 5, 4)]
  const suggested = suggestThreshold(related, unrelated)!
  expect(shareAbove(related, suggested)).toBeGreaterThanOrEqual(0.9)
  expect(shareAbove(unrelated, suggested)).toBeLessThanOrEqual(0.05)
})

test('from too few pairs nothing is suggested', () => {
  expect(suggestThreshold(around(0.6, 29, 1), around(0.2, 100, 2))).toBeUndefined()
  expect(suggestThreshold(around(0.6, 100, 1), [])).toBeUndefined()
  expect(distributionOf([])).toEqual({ pairs: 0, p05: 0, p50: 0, p95: 0 })
})

test('pairs are those of one conversation against those of other people', async () => {
  const sample = (scope: Scope, session_id: string, text: string): Sample => ({
    scope,
    session_id,
    vector: wordVector(text),
  })
  const questions = [sample('person:a', 's1', 'cats'), sample('person:b', 's2', 'dogs')]
  const remembered = [
    sample('person:a', 's1', 'cats'),
    sample('person:a', 's3', 'boats'),
    sample('person:b', 's2', 'dogs'),
  ]
  const { related, unrelated } = await comparePairs(questions, remembered, idsOf(1))
  expect(related).toEqual([expect.closeTo(1), expect.closeTo(1)])
  expect(unrelated).toHaveLength(3)
  const alone = await comparePairs(questions.slice(0, 1), remembered.slice(0, 2), idsOf(1))
  expect([alone.related.length, alone.unrelated.length]).toEqual([1, 1])
})

test('the nearest pair of a scope is found', () => {
  const vectors = ['red cat', 'blue dog', 'red cat too'].map((text, n) => ({
    item_id: String(n),
    scope: 'person:a' as const,
    vector: wordVector(text),
  }))
  const { pairs, most } = nearestPair(vectors)
  expect(pairs).toBe(3)
  expect(most).toBeGreaterThan(0.7)
  expect(nearestPair([])).toEqual({ pairs: 0, most: -1 })
})

test('a question that several indexes are asked is embedded once, and for each person by itself', async () => {
  const embedder = new WordEmbedder()
  const shared = withQuestionCache(embedder)
  const ask = (person_id: string) => shared.embed(['where is Tom?'], { purpose: 'recall', person_id })
  await Promise.all([ask('a'), ask('a'), ask('b')])
  await ask('a')
  expect(embedder.calls.map(each => each.person_id)).toEqual(['a', 'b'])
  await shared.embed(['where is Tom?'], { purpose: 'memory' })
  await shared.embed(['where is Tom?'], { purpose: 'memory' })
  expect(embedder.calls).toHaveLength(4)
})

test('a question whose embedding failed is tried again', async () => {
  const embedder = new WordEmbedder()
  const shared = withQuestionCache(embedder)
  embedder.failure = new DenidinError('unavailable', 'down')
  const ask = () => shared.embed(['where is Tom?'], { purpose: 'recall' })
  await expect(ask()).rejects.toMatchObject({ code: 'unavailable' })
  embedder.failure = undefined
  await expect(ask()).resolves.toMatchObject({ vectors: [expect.anything()] })
})

test('the model of before answers for a scope until the new one knows as much of it, and rests when it fails', async () => {
  const clock = new FakeClock()
  const counts: Record<string, number> = { old: 3, new: 1 }
  let failing = false
  let asked = 0
  const former = createPreviousModel({
    embedding: {
      model: 'text-embedding-ada-002',
      ofQuestion: async () => {
        asked += 1
        if (failing) throw new DenidinError('rejected', 'this model is gone')
        return new Float32Array([1])
      },
    },
    index: {} as VectorIndex,
    space: 'old',
    present: 'new',
    clock,
    logger: silentLogger,
    vectors: { countIn: async space => counts[space] ?? 0, holds: async space => (counts[space] ?? 0) > 0 },
  })
  const ask = () => former.asked('person:a', 'where?', { purpose: 'recall' })
  expect(await ask()).toMatchObject({ min_similarity: 0.7 })
  failing = true
  expect(await ask()).toBeUndefined()
  expect(await ask()).toBeUndefined()
  expect(asked).toBe(2)
  failing = false
  await clock.advance(6 * 60_000)
  expect(await ask()).toBeDefined()
  counts['new'] = 3
  expect(await ask()).toBeUndefined()
  counts['new'] = 0
  expect(await ask()).toBeUndefined()
})
