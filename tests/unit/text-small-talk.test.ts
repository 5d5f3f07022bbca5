import { expect, test } from '@jest/globals'
import { isCommon, shareOf } from '../../src/text/word-frequency.ts'
import { withoutSmallTalk } from '../../src/text/small-talk.ts'
import { stem } from '../../src/text/stem.ts'
import { subjectStems } from '../../src/text/content-stems.ts'
import { tokenise } from '../../src/text/tokenise.ts'

const left = (text: string): string => withoutSmallTalk(text).trim()

test.each([
  'Hi there!',
  'good morning my friend, how are you today?',
  'Thank you so much for your help, you’re the best!',
  'ok cool',
  'LOL that is so funny',
  'Have a lovely weekend! See you later.',
  'no worries',
  'Congratulations, well done!',
  'בוקר טוב! מה שלומך היום?',
  'תודה רבה, עזרת לי מאוד',
  'סבבה אחי, לילה טוב',
  'שנה טובה ומתוקה',
])('nothing is left of “%s”', text => {
  expect(subjectStems(withoutSmallTalk(text))).toEqual([])
})

test.each([
  ['Hi! When is my flight to Oslo?', 'When is my flight to Oslo?'],
  ['good morning, what was the name of the plumber?', 'what was the name of the plumber?'],
  ['How was the good day at the lake?', 'How was the good day at the lake?'],
  ['What fun activity did we plan?', 'What fun activity did we plan?'],
  ['Thanks for the recipe! How long does the bread rise?', 'for the recipe! How long does the bread rise?'],
  ['no worries about the boat', 'no worries about the boat'],
  ['היי, מתי הטיסה שלי לאוסלו?', 'מתי הטיסה שלי לאוסלו?'],
  ['מה שלום הכלבה של דנה?', 'מה שלום הכלבה של דנה?'],
  ['', ''],
])('of “%s” there stays “%s”', (text, stays) => {
  expect(left(text)).toBe(stays)
})

test('long texts take no long time', () => {
  const text = 'good morning how are you doing today and the very very best '.repeat(2000)
  const begun = performance.now()
  withoutSmallTalk(text)
  withoutSmallTalk('a '.repeat(50_000))
  withoutSmallTalk('very '.repeat(20_000))
  expect(performance.now() - begun).toBeLessThan(2000)
})

test('words of every day are common, names of things are rare', () => {
  const share = (word: string): number => shareOf(tokenise(word).map(stem)[0] ?? '')
  expect(share('friends')).toBeGreaterThan(share('guitar'))
  expect(share('guitar')).toBeGreaterThan(share('telescope'))
  expect(share('משפחה')).toBeGreaterThan(share('גיטרה'))
  expect(share('גיטרה')).toBeGreaterThan(share('צוללת'))
  expect(isCommon(stem('weekend'))).toBe(true)
  expect(isCommon(stem('telescope'))).toBe(false)
})
