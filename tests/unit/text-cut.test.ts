import { describe, expect, test } from '@jest/globals'
import { cleanText, cutEnd, cutStart } from '../../src/text/cut.ts'
import { createTokenCounter } from '../../src/text/tokens.ts'

const FAMILY = '👨‍👩‍👧‍👦'
const FLAG = '🇮🇱'
const texts = [
  ['letters outside the basic plane', '𝓓𝓪𝓷𝓪 𝓛𝓮𝓿𝓲 '],
  ['families', FAMILY],
  ['flags', FLAG],
  ['thumbs of a skin tone', '👍🏽'],
  ['letters with their own marks', 'e\u0301n\u0303'],
  ['Hebrew with points', 'שָׁלוֹם '],
  ['Devanagari', 'नमस्ते '],
  ['Korean from its parts', '\u1112\u1161\u11ab'],
  ['keycaps', '1️⃣'],
  ['line ends', 'a\r\n'],
] as const

const graphemes = (text: string): readonly string[] =>
  [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)].map(({ segment }) => segment)

describe.each(texts)('%s', (_, unit) => {
  const text = unit.repeat(20)
  const whole = graphemes(text)

  test('are never cut inside, at any length, from either end', () => {
    for (let most = 0; most <= text.length + 1; most++) {
      const start = cutStart(text, most)
      const end = cutEnd(text, most)
      expect(start.length).toBeLessThanOrEqual(most)
      expect(end.length).toBeLessThanOrEqual(most)
      expect(graphemes(start)).toEqual(whole.slice(0, graphemes(start).length))
      expect(graphemes(end)).toEqual(graphemes(end).length === 0 ? [] : whole.slice(-graphemes(end).length))
    }
  })

  test('are never cut inside by tokens', () => {
    const tokens = createTokenCounter()
    for (let most = 0; most < 40; most++) {
      expect(tokens.cut(text, most, 'start').isWellFormed()).toBe(true)
      const cut = graphemes(tokens.cut(text, most, 'start'))
      expect(cut).toEqual(whole.slice(0, cut.length))
    }
  })
})

test('between two Latin or Hebrew letters a text may be cut anywhere', () => {
  const units = Array.from({ length: 0x600 }, (_, unit) => String.fromCharCode(unit)).filter(
    unit => (unit >= ' ' && unit < '\u0300') || (unit >= 'א' && unit <= 'ת'),
  )
  const text = [...units, ...units.toReversed()].join('')
  expect(graphemes(text)).toHaveLength(text.length)
  for (let most = 0; most <= text.length; most++) expect(cutStart(text, most)).toHaveLength(most)
})

test('marks that pile up without end are cut between two of them', () => {
  const piled = `a${'\u0301'.repeat(500)}`
  expect(cutStart(piled, 100)).toHaveLength(100)
  expect(cutEnd(piled, 100).length).toBeLessThanOrEqual(100)
  expect(cutStart(`${'x'.repeat(200)}${piled}`, 400)).toHaveLength(400)
})

test('a text that is short enough stays as it is, and nothing is left of a cut to nothing', () => {
  expect(cutStart('abc', 3)).toBe('abc')
  expect(cutStart('abc', 0)).toBe('')
  expect(cutEnd('abc', 0)).toBe('')
  expect(cutEnd('abc', 2)).toBe('bc')
  expect(cutStart('abc', -1)).toBe('')
})

test('a clean text holds no halves of characters and no control characters, and is else the same', () => {
  expect(cleanText('a\ud83d b\udc00')).toBe('a\ufffd b\ufffd')
  expect(cleanText('a\u0000b\u001bc\td\n')).toBe('abc\td\n')
  expect(cleanText(`${FAMILY} שלום`)).toBe(`${FAMILY} שלום`)
})
