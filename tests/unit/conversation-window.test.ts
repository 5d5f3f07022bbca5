import { expect, test } from '@jest/globals'
import { fitLongMessages } from '../../src/conversation/packing/pack-history.ts'
import type { WindowMessage } from '../../src/sessions/session.ts'
import { fitWindow } from '../../src/sessions/window.ts'
import { createTokenCounter } from '../../src/text/tokens.ts'

const tokens = createTokenCounter()

const message = (message_id: string, count: number, content = 'x'): WindowMessage => ({
  message_id,
  role: 'user',
  content,
  sender_name: undefined,
  person_id: 'p',
  timestamp: 0,
  tokens: count,
})

const ids = (window: readonly WindowMessage[]): string[] => window.map(each => each.message_id)

test('over the budget the oldest messages leave the window until the rest fits', () => {
  const window = [message('a', 40), message('b', 40), message('c', 40), message('d', 20)]
  expect(ids(fitWindow(window, 100))).toEqual(['b', 'c', 'd'])
  expect(ids(fitWindow(window, 140))).toEqual(['a', 'b', 'c', 'd'])
})

test('the last two messages stay in the window whatever their size', () => {
  expect(ids(fitWindow([message('a', 5), message('b', 500), message('c', 600)], 100))).toEqual(['b', 'c'])
})

test('a message larger than the whole budget is shortened in the request to its beginning and its end', () => {
  const words = Array.from({ length: 3000 }, (_, n) => `word${String(n)}`).join(' ')
  const long = message('long', tokens.count(words), words)
  const [only] = fitLongMessages([long], 400, tokens)
  expect(only?.content.startsWith('word0 word1')).toBe(true)
  expect(only?.content.endsWith('word2999')).toBe(true)
  expect(only?.content).toMatch(/\[… \d+ tokens left out …\]/)
  expect(tokens.count(only?.content ?? '')).toBeLessThanOrEqual(400)
})

test('of two messages that are too long together, the newest keeps at least three quarters of the budget', () => {
  const words = Array.from({ length: 900 }, (_, n) => `word${String(n)}`).join(' ')
  const count = tokens.count(words)
  const [earlier, newest] = fitLongMessages([message('a', count, words), message('b', count, words)], 400, tokens)
  expect(tokens.count(earlier?.content ?? '')).toBeLessThanOrEqual(100)
  expect(tokens.count(newest?.content ?? '')).toBeLessThanOrEqual(300)
  expect(tokens.count(newest?.content ?? '')).toBeGreaterThan(250)
})

test('a window inside its budget is passed on as it is', () => {
  const window = [message('a', 10), message('b', 20)]
  expect(fitLongMessages(window, 30, tokens)).toBe(window)
})

test('a cut never leaves half a character', () => {
  const text = 'שלום עולם 👩‍👩‍👧 '.repeat(50)
  for (let n = 1; n < 60; n++) {
    expect(tokens.cut(text, n, 'start')).not.toContain('\uFFFD')
    expect(tokens.cut(text, n, 'end')).not.toContain('\uFFFD')
    expect(text.startsWith(tokens.cut(text, n, 'start'))).toBe(true)
    expect(text.endsWith(tokens.cut(text, n, 'end'))).toBe(true)
  }
})
