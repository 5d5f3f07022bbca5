import { expect, test } from '@jest/globals'
import { createRequire } from 'node:module'
import { createTokenCounter } from '../../src/text/tokens.ts'

const tokens = createTokenCounter()
/** As long as a message of WhatsApp may be. */
const LONGEST = 65_536

const require = createRequire(import.meta.url)
const { get_encoding } = require('tiktoken') as typeof import('tiktoken')

test('a usual text has the tokens that the models count, however long it is', () => {
  using_encoding(encoding => {
    const text = 'Ana’s dog (Rex) is afraid of thunder – הכלב של דנה פוחד מרעמים, 42! 👍👍 '.repeat(300)
    expect(tokens.count(text)).toBe(encoding.encode_ordinary(text).length)
  })
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
