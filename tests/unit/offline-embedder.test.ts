import { describe, expect, test } from '@jest/globals'
import {
  createOfflineEmbedder,
  OFFLINE_DIMENSIONS,
  OFFLINE_MIN_SIMILARITY,
} from '../../src/models/offline/offline-embedder.ts'
import { createTokenCounter } from '../../src/text/tokens.ts'
import { RELATED_PAIRS, UNRELATED_PAIRS, type Pair } from '../support/offline-pairs.ts'

const embedder = createOfflineEmbedder(createTokenCounter())

const known = new Map<string, Promise<Float32Array>>()

const vectorOf = (text: string): Promise<Float32Array> => {
  const vector = known.get(text) ?? embedder.embed([text], { purpose: 'recall' }).then(({ vectors }) => vectors[0]!)
  known.set(text, vector)
  return vector
}

const similarity = async (a: string, b: string): Promise<number> => {
  const [x, y] = [await vectorOf(a), await vectorOf(b)]
  return x.reduce((sum, value, i) => sum + value * y[i]!, 0)
}

const shareAbove = async (pairs: readonly Pair[], threshold: number): Promise<number> => {
  const similarities = await Promise.all(pairs.map(({ question, text }) => similarity(question, text)))
  return similarities.filter(each => each >= threshold).length / pairs.length
}

test.each([
  ['My sister Dana lives in Haifa', 'Where does Dana live?', "What's the weather?"],
  ['My dog is called Rex and he is afraid of thunder', 'What is my dog afraid of?', 'Who won the match?'],
  ['אחותי דנה גרה בחיפה', 'איפה דנה גרה?', 'מה מזג האוויר?'],
  ['לכלב שלי קוראים רקס', 'איך קוראים לכלבים שלי?', 'כמה עולה לחם?'],
])('"%s" lies near "%s" and far from "%s"', async (fact, question, other) => {
  const near = await similarity(fact, question)
  expect(near).toBeGreaterThan(0.35)
  expect(near).toBeGreaterThan((await similarity(fact, other)) + 0.3)
})

test.each([
  ['He is scared of thunder', 'What is he afraid of?', 'What does he weigh?'],
  ['My address is 5 Herzl street', 'Where do I live?', 'How old is the prime minister?'],
  ['The puppy ate my shoe', 'Tell me about the dog', 'Tell me about the moon'],
])('everyday words for the same thing meet: "%s", "%s"', async (fact, question, other) => {
  expect(await similarity(fact, question)).toBeGreaterThan((await similarity(fact, other)) + 0.05)
})

describe('questions about one fact of a summary', () => {
  test('are enough to tell something', () => {
    expect(RELATED_PAIRS.length).toBeGreaterThanOrEqual(40)
    expect(UNRELATED_PAIRS.length).toBeGreaterThanOrEqual(200)
    const lines = RELATED_PAIRS.map(({ text }) => text.split('\n').length)
    expect(Math.max(...lines)).toBeGreaterThanOrEqual(15)
  })

  test('find their summary at the threshold', async () => {
    expect(await shareAbove(RELATED_PAIRS, OFFLINE_MIN_SIMILARITY)).toBeGreaterThanOrEqual(0.97)
  })

  test('seldom find another', async () => {
    expect(await shareAbove(UNRELATED_PAIRS, OFFLINE_MIN_SIMILARITY)).toBeLessThanOrEqual(0.05)
  })

  test('find their summary before all others', async () => {
    const summaries = [...new Set(RELATED_PAIRS.map(({ text }) => text))]
    let first = 0
    for (const { question, text } of RELATED_PAIRS) {
      const ranked = await Promise.all(summaries.map(async each => ({ each, near: await similarity(question, each) })))
      ranked.sort((a, b) => b.near - a.near)
      if (ranked[0]?.each === text) first++
    }
    expect(first / RELATED_PAIRS.length).toBeGreaterThanOrEqual(0.9)
  })
})

test('a word said often counts for more, but not for as many', async () => {
  const once = await similarity('thunder', 'thunder kitchen')
  const often = await similarity('thunder', 'thunder thunder thunder kitchen')
  expect(often).toBeGreaterThan(once)
  expect(often).toBeLessThan(0.95)
})

test('a text of nothing but small words, or of no words, still has a vector of its own', async () => {
  expect(await similarity('what is this', 'what is this')).toBeCloseTo(1)
  expect(await similarity('👍', '👍')).toBeCloseTo(1)
  expect(await similarity('👍', '…')).toBeLessThan(0.5)
  expect(await similarity('', '')).toBeCloseTo(1)
})

test('the space is named for the model, and its vectors are as long as it says', async () => {
  const { vectors } = await embedder.embed(['hello'], { purpose: 'memory' })
  expect(vectors[0]).toHaveLength(OFFLINE_DIMENSIONS)
  expect(embedder).toMatchObject({ provider: 'offline', model: 'offline-lexical-2', space: 'offline-lexical-2' })
})
