import { expect, test } from '@jest/globals'
import { withoutFormatCharacters } from '../../src/text/format-characters.ts'

test.each([
  ['\u200e/memory', '/memory'],
  ['\u200f/privacy off', '/privacy off'],
  ['/forget \u200e1', '/forget 1'],
  ['yes\u200f', 'yes'],
  ['\u2067כן\u2069', 'כן'],
  ['\u202bשלום\u202c', 'שלום'],
  ['\ufeffhello', 'hello'],
  ['pass\u00adword', 'password'],
  ['a\u200bb\u2060c', 'abc'],
  ['@\u2068972500000000\u2069 hi', '@972500000000 hi'],
  ['yes\u200d', 'yes'],
  ['\u200cno', 'no'],
  ['שלום\u200d', 'שלום'],
  ['🙂\u200d hi', '🙂 hi'],
  ['hidden\u{e0068}\u{e0069}', 'hidden'],
  ['نامه\u200f\u200c\u200cای', 'نامه\u200cای'],
])('%j is seen as %j', (text, seen) => {
  expect(withoutFormatCharacters(text)).toBe(seen)
})

test.each([
  'می\u200cخواهم',
  'क्\u200dष',
  'শ্র\u200cী',
  '👨\u200d👩\u200d👧\u200d👦',
  '🏳️\u200d🌈',
  '🧑🏽\u200d💻',
  '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
  '٥\u0600',
  '１２３ ﬁne José',
  'two  spaces\u00a0and\nlines',
  '',
])('%j stays as it is', text => {
  expect(withoutFormatCharacters(text)).toBe(text)
})
