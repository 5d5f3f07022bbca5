// What packing keeps between turns about long messages: the same result as without it, and nothing of an older text.
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { FoundText } from '../../src/conversation/packing/found-text.ts'
import { MeasuredText, MeasuredTexts } from '../../src/conversation/packing/measured-texts.ts'
import { createTokenCounter } from '../../src/text/tokens.ts'

const counter = createTokenCounter()
const LONG = Array.from({ length: 30 }, (_, n) => `Sentence number ${String(n)} is about a boat.`).join(' ')

describe('measures of long messages', () => {
  test('a text is cut and counted once, however many turns find it', () => {
    let counted = 0
    const measured = new MeasuredTexts()
    const find = (): FoundText<{ text: string }> =>
      new FoundText({
        item: { text: LONG },
        day: () => '2026-11-20:',
        text: LONG,
        tokens: counter.count(LONG),
        words: new Map([['boat', 1]]),
        withText: text => ({ text }),
        lineTokens: (_, tokens) => tokens,
        added_tokens: 0,
        counter: {
          ...counter,
          count: text => {
            counted++
            return counter.count(text)
          },
        },
        measured: () => measured.of('m', LONG),
      })
    const first = [1, 2, 3].map(count => find().excerpt(count))
    expect(counted).toBeGreaterThan(3)
    counted = 0
    expect([1, 2, 3].map(count => find().excerpt(count))).toEqual(first)
    expect(counted).toBe(0)
  })

  test('are those of the text as it is now, whatever it was before', () => {
    const texts = fc.array(fc.lorem({ mode: 'sentences', maxCount: 12 }), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(texts, fc.integer({ min: 16, max: 200 }), (versions, size) => {
        const measured = new MeasuredTexts()
        const spans = ({ text }: MeasuredText, of: MeasuredText): readonly unknown[] =>
          of.pieces(size).map(({ from, to, stems }) => [from, to, text.slice(from, to), [...stems]])
        for (const text of versions) {
          const fresh = new MeasuredText(text)
          expect(spans(fresh, measured.of('m', text))).toEqual(spans(fresh, fresh))
        }
      }),
    )
  })

  test('are kept of a bounded number of characters, the most recently used', () => {
    const measured = new MeasuredTexts()
    const huge = 'x '.repeat(100_000)
    for (const id of ['a', 'b', 'c']) measured.of(id, huge)
    expect(['a', 'b', 'c'].filter(id => measured.has(id))).toEqual(['b', 'c'])
  })

  test('are dropped with their message', () => {
    const measured = new MeasuredTexts()
    for (const id of ['a', 'b', 'c']) measured.of(id, LONG)
    measured.forget(['a', 'c', 'unknown'])
    expect(['a', 'b', 'c'].filter(id => measured.has(id))).toEqual(['b'])
  })
})

test('long messages that were found are measured in steps, and more of them than are kept between turns', async () => {
  const found = Array.from({ length: 8 }, (_, n) => ({
    message_id: `m${String(n)}`,
    text: `Dana moved to street ${String(n)}. `.repeat(3000).slice(0, 65_536),
    tokens: 16_000,
  }))
  const [first = { message_id: '', text: '', tokens: 1 }] = found
  const measured = new MeasuredTexts()
  let turns = 0
  const count = (): void => {
    turns++
    setImmediate(count).unref()
  }
  count()
  await measured.prepare(found)
  expect(turns).toBeGreaterThan(8)
  expect(measured.has(first.message_id)).toBe(false)
  expect(measured.ofFound(first)).toBe(measured.ofFound(first))
  expect(measured.ofFound(first)).not.toBe(measured.of(first.message_id, first.text))
})
