// Which claims that one fact replaces another are obeyed, on labelled pairs.
import { expect, test } from '@jest/globals'
import { parseFact } from '../../src/text/facts/parse-fact.ts'
import { mayReplace } from '../../src/text/facts/replacement.ts'
import { tokenise } from '../../src/text/tokenise.ts'
import {
  ENGLISH_KEEPS,
  ENGLISH_REPLACES,
  HEBREW_KEEPS,
  HEBREW_REPLACES,
  type ReplacementPair,
} from '../support/labelled/replacements.ts'

const SPEAKER = new Set(tokenise('Dana Levi דנה'))
const obeyed = ([later, earlier]: ReplacementPair): boolean =>
  mayReplace(parseFact(later, SPEAKER), parseFact(earlier, SPEAKER))
const shown = (pairs: readonly ReplacementPair[]): readonly string[] => pairs.map(pair => pair.join(' ← '))

const REPLACES = [...ENGLISH_REPLACES, ...HEBREW_REPLACES]
const KEEPS = [...ENGLISH_KEEPS, ...HEBREW_KEEPS]

test('no claim is obeyed that names a fact about something else', () => {
  expect(shown(KEEPS.filter(obeyed))).toEqual([])
})

test('nine of ten right claims are obeyed', () => {
  const missed = REPLACES.filter(pair => !obeyed(pair))
  expect([missed.length <= REPLACES.length / 10, shown(missed)]).toEqual([true, expect.anything()])
})

test.each<ReplacementPair>([
  ['Yael was fired', 'Yael works at Google'],
  ['Omer recovered', 'Omer has the flu'],
  ['The concert was cancelled', 'The concert is on June 5'],
  ['הסרט בוטל', 'הסרט ביום חמישי'],
  ['ביטלתי את המנוי לנטפליקס', 'יש לי מנוי לנטפליקס'],
  ['The bus leaves at 8:15', 'The bus leaves at 8:00'],
  ['I gave up coffee', 'I drink three coffees a day'],
])('“%s” replaces “%s”', (later, earlier) => {
  expect(obeyed([later, earlier])).toBe(true)
})

test.each<ReplacementPair>([
  ['Ron was fired', 'Ron likes chess'],
  ['Ron started therapy', 'Ron has a dog'],
  ['רון התחיל טיפול', 'לרון יש כלב'],
  ['I am now allergic to milk', 'I am allergic to peanuts'],
  ['My car is blue', 'My car needs new tyres'],
  ['אחותי גרה בחיפה', 'אני גרה בחיפה'],
  ['Yael gave birth', 'Noa is pregnant'],
])('“%s” does not replace “%s”', (later, earlier) => {
  expect(obeyed([later, earlier])).toBe(false)
})
