// Which known facts a model is shown before it extracts new ones: all that fit, the most relevant first.
import { expect, test } from '@jest/globals'
import { nearestFacts } from '../../src/learning/consolidation/nearest-facts.ts'
import type { ExtractionInput } from '../../src/learning/extraction/extraction.ts'
import { ANSWER_MAX_TOKENS, extractionRequest } from '../../src/learning/extraction/prompt.ts'
import { partsOf } from '../../src/learning/extraction/split-input.ts'
import { UTC } from '../../src/platform/time-zone.ts'
import { createTokenCounter } from '../../src/text/tokens.ts'
import { memoryOf } from '../support/memory-rig.ts'
import { messageOf } from '../support/message-of.ts'

const tokens = createTokenCounter()
const facts = (count: number) =>
  Array.from({ length: count }, (_, at) => memoryOf('person:p', `the number of box ${String(at)} is ${String(at * 7)}`))

const inputOf = (texts: readonly string[], known: ExtractionInput['known']): ExtractionInput => {
  const messages = texts.map((text, at) =>
    messageOf(text, { message_id: `m${String(at)}`, tokens: tokens.count(text) }),
  )
  return { messages, sources: new Set(messages.map(each => each.message_id)), known, so_far: undefined }
}

const sizeOf = (part: ExtractionInput): number =>
  extractionRequest(part, tokens, { now: 0, zone: UTC }).request.messages.reduce(
    (sum, { content }) => sum + tokens.count(content),
    0,
  )

test('facts that share words come first, and all others follow', async () => {
  const known = [
    memoryOf('person:p', 'Dana likes tea'),
    memoryOf('person:p', 'Rex is afraid of thunder'),
    memoryOf('person:p', 'the gate code is 4471'),
  ]
  const found = await nearestFacts(known, ['the gate is painted green'], 9)
  expect(found.map(each => each.text)).toEqual(['the gate code is 4471', 'Dana likes tea', 'Rex is afraid of thunder'])
  expect(await nearestFacts(known, ['the gate'], 1)).toEqual([known[2]])
})

test('everything that is known is shown while it fits', () => {
  const [part, ...rest] = partsOf(inputOf(['I moved to Haifa'], facts(60)), { request: 5000 }, tokens)
  expect(rest).toEqual([])
  expect(part.known).toHaveLength(60)
})

test.each([
  ['an 8k model', 8192 - ANSWER_MAX_TOKENS],
  ['a usual request', 5000],
  ['a small model', 3000],
])('the request of %s stays within its room, and the first facts are the ones that stay', (_, request) => {
  const known = facts(500)
  for (const texts of [
    ['I moved to Haifa'],
    Array.from({ length: 40 }, (__, at) => `message ${String(at)} `.repeat(40)),
  ]) {
    const parts = partsOf(inputOf(texts, known), { request }, tokens)
    for (const part of parts) {
      expect(sizeOf(part)).toBeLessThanOrEqual(request)
      expect(part.known.length).toBeGreaterThan(5)
      expect(part.known).toEqual(known.slice(0, part.known.length))
    }
    expect(parts.flatMap(part => [...part.sources])).toHaveLength(texts.length)
  }
})

test('a model with more room is shown more of them, beside as many messages as usual', () => {
  const known = facts(350)
  const input = inputOf(['I moved to Haifa'], known)
  const [usual] = partsOf(input, { request: 5000 }, tokens)
  const [more] = partsOf(input, { request: 5000, known: 10_000 }, tokens)
  expect(usual.known.length).toBeLessThan(350)
  expect(more.known).toHaveLength(350)
})
