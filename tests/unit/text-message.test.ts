// What is read of a message: all of it up to the length that WhatsApp allows, and the beginning of a longer one.
import { expect, test } from '@jest/globals'
import { isBeginning, messageText, MOST_MESSAGE_CHARACTERS } from '../../src/text/message-text.ts'

test.each([
  'hello',
  '',
  'a'.repeat(MOST_MESSAGE_CHARACTERS),
  `${'…'.repeat(MOST_MESSAGE_CHARACTERS - 1)}…`,
  'one…\u2060',
])('a text that is short enough is read as a whole', text => {
  expect(messageText(text)).toBe(text.replace('\u2060', ''))
  expect(isBeginning(messageText(text))).toBe(false)
})

test.each([
  ['words', 'word '],
  ['Hebrew', 'שלום '],
  ['letters without a space', 'a'],
  ['emoji', '👨‍👩‍👧'],
  ['flags', '🇮🇱'],
  ['letters with marks', 'e\u0301'],
  ['halves of pairs', '\ud83d'],
  ['ellipses', '…'],
  ['line ends', '\n'],
  ['signs of many letters', 'ﷺ'],
])('of a longer one the beginning is read, and known as one: %s', (_, unit) => {
  const read = messageText(unit.repeat(Math.ceil((MOST_MESSAGE_CHARACTERS + 1) / unit.length)))
  expect(read.length).toBeLessThanOrEqual(MOST_MESSAGE_CHARACTERS + 2)
  expect(read.length).toBeGreaterThan(MOST_MESSAGE_CHARACTERS - 100)
  expect(isBeginning(read)).toBe(true)
  expect(unit.repeat(MOST_MESSAGE_CHARACTERS).startsWith(read.slice(0, -2))).toBe(true)
})

test('what no one sees does not count, but for what is far too long', () => {
  expect(messageText(`${'\u200e'.repeat(100_000)}hello`)).toBe('hello')
  expect(messageText(`hello${'\u200e'.repeat(100_000)}`)).toBe('hello')
  expect(isBeginning(messageText(`hello${'\u200e'.repeat(1_000_000)}there`))).toBe(true)
})
