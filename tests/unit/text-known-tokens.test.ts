import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { wordsOf, wordsReadWhole } from '../../src/text/analyser/analyser.ts'
import { KnownTokens } from '../../src/text/analyser/known-tokens.ts'

/** Whatever is read in another way beside something else, and what usual texts consist of. */
const ATOMS = [
  ..."the The Dana's don't l'école d'Artagnan l'am GitHub #GitHub user_name wi-fi AT&T C++ c# .NET A+ u.s.a.".split(
    ' ',
  ),
  ...'p.m. pm am a p 5 17 050 1234567 12:30 3,50 1.250.000 28.11.2026 (03) 123-4567 +972 B12 covid19 5km 2nd'.split(
    ' ',
  ),
  ...'צה"ל עו״ד עו"ד עוד שלום בNetflix ג\'ירפה תל־אביב ה-bug א"ב "ד'.split(' '),
  ..."Müller Muller İstanbul'da été àm naïve жизнь й مرحبا كتاب ـ 中文 日本語 한국어는 สวัสดี ﬁ ß ŉ".split(' '),
  ...'👍 ❤️ 🅰 🇮🇱 👨‍👩‍👧 ① ٣ … …net ’s – — -- _x_ a.b.c dana@example.org https://a.b/c?d=e&f=5 k=v {"a":"b"} → € ₪'.split(
    ' ',
  ),
  '\u200d',
  '\u200f',
  '\u0301',
  '\u00a0',
  'x'.repeat(60),
]
const SIGNS = [' ', ' ', ' ', ' ', '', '\n', '  ', '\t', ...', . - / : \' " ( ) @ _ & + # * = – ’ …'.split(' ')]

const piece = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...ATOMS) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 4 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
)
const mixed = fc
  .array(fc.tuple(piece, fc.constantFrom(...SIGNS)), { maxLength: 12 })
  .map(pieces => pieces.flat().join(''))

describe('a text that is read token by token', () => {
  test('has the words of the text read as a whole, whatever is written beside what', () => {
    fc.assert(
      fc.property(mixed, text => {
        expect(wordsOf(text)).toEqual(wordsReadWhole(text))
      }),
      { numRuns: 3000 },
    )
  })

  test('has no more words than one that is read as a whole', () => {
    for (const text of ['a-b '.repeat(4000), 'one '.repeat(4999), 'one '.repeat(5000), 'one '.repeat(6000)]) {
      expect(wordsOf(text)).toEqual(wordsReadWhole(text))
    }
  })

  const read: string[] = []
  const known = new KnownTokens(token => {
    read.push(token)
    return { words: [], changes_others: token === 'other' }
  })
  const tokensIn = (text: string): readonly string[] | undefined => {
    read.length = 0
    return known.wordsOf(text, 100) === undefined ? undefined : [...read]
  }

  test.each([
    ['usual words once', 'Red, red; "blue" (green) red.', ['Red', 'red', 'blue', 'green']],
    [
      'figures with what may belong to them',
      'yellow 050 123 4567 pm purple 7.',
      ['yellow', 'pm', '050 123 4567 pm', 'purple', '7.'],
    ],
    ['figures alone', 'orange 12, brown', ['orange', '12,', 'brown']],
    ['the key of a pair without its value', '{"pink":"grey"}', ['pink', 'grey']],
  ])('asks for %s', (_, text, tokens) => {
    expect(tokensIn(text)).toEqual(tokens)
  })

  test.each(['a\u0301 mark', 'a joiner \u200d', '中文', 'Müller', 'a word beside an other'])(
    'is read as a whole where one word may change another: %s',
    text => {
      expect(tokensIn(text)).toBeUndefined()
    },
  )

  test('has the same words when more tokens came than are kept', () => {
    const many = Array.from(
      { length: 120_000 },
      (_, at) => `w${String.fromCharCode(97 + (at % 26))}${at.toString(36)}x`,
    )
    const letters = many.map(each => each.replace(/\d/g, figure => String.fromCharCode(97 + Number(figure))))
    for (let at = 0; at < letters.length; at += 1000) wordsOf(letters.slice(at, at + 1000).join(' '))
    const text = `${letters.slice(0, 50).join(' ')} the end`
    expect(wordsOf(text)).toEqual(wordsReadWhole(text))
  })
})
