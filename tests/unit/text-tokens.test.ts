import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createRequire } from 'node:module'
import { WordTokens } from '../../src/text/word-tokens.ts'
import { createTokenCounter } from '../../src/text/tokens.ts'

const tokens = createTokenCounter()
/** As long as a message of WhatsApp may be. */
const LONGEST = 65_536
/** As long as a visible character may be. */
const LONGEST_GRAPHEME = 64

const require = createRequire(import.meta.url)
const { get_encoding } = require('tiktoken') as typeof import('tiktoken')

test('a usual text has the tokens that the models count, however long it is', () => {
  using_encoding(encoding => {
    const text = 'Ana’s dog (Rex) is afraid of thunder – הכלב של דנה פוחד מרעמים, 42! 👍👍 '.repeat(300)
    expect(tokens.count(text)).toBe(encoding.encode_ordinary(text).length)
  })
})

/** Words of several scripts, blanks, signs, emoji with their joiners, and endings that are tokens of their own. */
const PIECES =
  "the|Rex|KEYS|I'm|we'LL|camelCase|straße|ſ|'ſ|הכלב|של|מרעמים|ז״ל|שָׁלוֹם|漢字|かな|ǅ|1234567|٣|½|ⅷ| |  |\t|\n|\r\n|\u00a0|\u0085|\u2028|\ufeff|.|…|!?|)/\n|👍|👩‍👩‍👧|🏽|́|\u200f".split(
    '|',
  )
const texts = fc.array(fc.constantFrom(...PIECES), { maxLength: 120 }).map(pieces => pieces.join(''))

test('any text has the tokens that the models count, and is cut where one of them ends', () => {
  using_encoding(encoding => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 60 }), (text, most) => {
        const all = encoding.encode_ordinary(text)
        expect(tokens.count(text)).toBe(all.length)
        const cut = tokens.cut(text, most, 'start')
        const shown = new TextDecoder('utf-8', { ignoreBOM: true }).decode(encoding.decode(all.slice(0, most)))
        // Bytes of a torn character, and marks that belong to the next visible one, are left out.
        expect(shown.startsWith(cut)).toBe(true)
        expect(shown.length - cut.length).toBeLessThan(LONGEST_GRAPHEME)
      }),
    )
  })
})

test('words that are counted again later have the same tokens, however many others come between', () => {
  const text = 'a cupboard, 42 chairs and הארון של סבתא'
  const before = tokens.count(text)
  for (let n = 0; n < 20_000; n++)
    tokens.count(` w${n.toString(36).replace(/\d/g, digit => 'ghijklmnop'.charAt(Number(digit)))}`)
  expect(tokens.count(text)).toBe(before)
})

test('what looks like a special token is counted as the words that it is', () => {
  expect(tokens.count('<|endoftext|>')).toBeGreaterThan(1)
})

test.each([
  ['letters', 'a'.repeat(LONGEST)],
  ['Hebrew letters', 'א'.repeat(LONGEST)],
  ['blanks', ' '.repeat(LONGEST)],
  ['signs', '!'.repeat(LONGEST)],
  ['emoji', '👍'.repeat(LONGEST / 2)],
])('the longest message without a break (%s) is counted in a moment', (_what, text) => {
  tokens.count('load the encoding')
  const began = performance.now()
  const count = tokens.count(text)
  // Uncut it takes 2 to 9 seconds, in which nobody else is served.
  expect(performance.now() - began).toBeLessThan(1000)
  expect(count).toBeGreaterThan(100)
})

test.each(['start', 'end'] as const)('the %s of a text without a break is cut to its tokens', keep => {
  const cut = tokens.cut(`begin ${'b'.repeat(LONGEST)} end`, 100, keep)
  expect(tokens.count(cut)).toBeLessThanOrEqual(110)
  expect(cut).toMatch(keep === 'start' ? /^begin b+$/ : /^b+ end$/)
})

const using_encoding = (act: (encoding: ReturnType<typeof get_encoding>) => void): void => {
  const encoding = get_encoding('o200k_base')
  try {
    act(encoding)
  } finally {
    encoding.free()
  }
}

test('words are encoded once as long as they come again, long ones as long as they come again at once', () => {
  const encoded: string[] = []
  const words = new WordTokens({
    pattern: '\\S+',
    count: word => {
      encoded.push(word)
      return word.length
    },
  })
  const [long, other] = ['x'.repeat(32), 'y'.repeat(40)]

  expect(words.count(`a b a ${long} ${long} ${long} ${other} a ${long}`)).toBe(4 + 4 * 32 + 40)
  expect(encoded).toEqual(['a', 'b', long, other, long])
})
