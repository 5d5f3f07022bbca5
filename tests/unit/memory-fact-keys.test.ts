import { expect, test } from '@jest/globals'
import { withFactSimilarity } from '../../src/retrieval/fact-similarity.ts'
import type { SimilarMemory } from '../../src/memory/fact-search.ts'
import { noVectorCandidates, type SimilarFacts, type VectorCandidates } from '../../src/retrieval/message-search.ts'
import { DenidinError } from '../../src/platform/errors.ts'
import { memoryOf } from '../support/operations/records.ts'

const fact = (similarity: number, ...sources: string[]): SimilarMemory => ({
  memory: { ...memoryOf(`of ${sources.join()}`, 'person:a', 'a fact'), sources },
  similarity,
})
const facts =
  (...found: SimilarMemory[]): SimilarFacts =>
  () =>
    Promise.resolve(found)
const messages = (similar: Readonly<Record<string, number>>): VectorCandidates => ({
  findSimilar: () =>
    Promise.resolve(Object.entries(similar).map(([message_id, similarity]) => ({ message_id, similarity }))),
})
const down = () => Promise.reject(new DenidinError('unavailable', 'the index is down'))
const broken = { findSimilar: down }
const ask = (candidates: VectorCandidates, limit = 10) =>
  candidates.findSimilar('person:a', 'what?', limit, { purpose: 'recall' })

test('what a near fact was taken from is as near as the fact, or as its own vector where that is nearer', async () => {
  const near = await ask(
    withFactSimilarity(facts(fact(0.8, 'm1', 'm2'), fact(0.4, 'm3')), messages({ m2: 0.9, m3: 0.2, m4: 0.5 })),
  )
  expect(near).toEqual([
    { message_id: 'm2', similarity: 0.9 },
    { message_id: 'm1', similarity: 0.8 },
    { message_id: 'm4', similarity: 0.5 },
    { message_id: 'm3', similarity: 0.4 },
  ])
})

test('no more are given than are asked for, and a summary of a whole conversation is not a key', async () => {
  const candidates = withFactSimilarity(
    facts(fact(0.9, 'a', 'b', 'c', 'd', 'e'), fact(0.3, 'f'), fact(0.2, 'g')),
    noVectorCandidates,
  )
  expect(await ask(candidates, 1)).toEqual([{ message_id: 'f', similarity: 0.3 }])
})

test('where one of the two cannot be asked the other answers, and without both it is said', async () => {
  expect(await ask(withFactSimilarity(down, messages({ m1: 0.5 })))).toEqual([{ message_id: 'm1', similarity: 0.5 }])
  expect(await ask(withFactSimilarity(facts(fact(0.4, 'm2')), broken))).toEqual([{ message_id: 'm2', similarity: 0.4 }])
  await expect(ask(withFactSimilarity(down, broken))).rejects.toThrow('the index is down')
})
