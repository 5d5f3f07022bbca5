import { expect, test } from '@jest/globals'
import { valenceOf } from '../../src/text/valence/valence.ts'

const BAD = [
  'I am sad',
  'I feel terrible and alone',
  'not happy with this',
  'I hate this so much!!!',
  'my dog died yesterday',
  'I lost my job',
  'the weather is horrible',
  'it was a hard day',
  'my head hurts and I am worried',
  'what a useless, ugly thing',
  'I cried all night 😭',
  'אני עצובה היום',
  'אני ממש מאוכזב ממך',
  'לא טוב לי',
  'נמאס לי מהכל',
  'סבא נפטר אתמול',
  'היה לי יום קשה',
  'אני מותשת ומתוסכלת',
  'הבדיקות הכואבות האלה, איזה סבל',
  'נכשלתי במבחן 😞',
]
const GOOD = [
  'This is great, thank you!',
  'I love it',
  'everything went fine today',
  'not bad at all',
  'what a wonderful surprise 😍',
  'I am so happy for you',
  'we won the match!',
  'excellent work',
  'איזה כיף, תודה!',
  'אני כל כך שמחה!',
  'היה נהדר',
  'הכל בסדר, אני רגוע',
  'מזל טוב!',
  'עבר לי מצוין',
]
const NEUTRAL = [
  'what time is the meeting?',
  'the train leaves at 8 from platform 4',
  'I would like a coffee',
  'send me the file',
  'no',
  'מתי הפגישה?',
  'הרכבת יוצאת בשמונה מרציף ארבע',
  'שלח לי את הקובץ',
  '',
  '12345 🚌',
]

test.each(BAD)('%s: feels bad', text => {
  expect(valenceOf(text)).toBeLessThan(-0.1)
})

test.each(GOOD)('%s: feels good', text => {
  expect(valenceOf(text)).toBeGreaterThan(0.1)
})

test.each(NEUTRAL)('%s: feels like nothing', text => {
  expect(valenceOf(text)).toBe(0)
})

test('stronger words, emphasis and more of them feel stronger, hedges and negations weaker', () => {
  const weaker = ['I am a bit sad', 'I am sad', 'I am very sad', 'I am very SAD, hurt and lonely!']
  const felt = weaker.map(valenceOf)
  expect(felt.toSorted((a, b) => b - a)).toEqual(felt)
  expect(new Set(felt).size).toBe(felt.length)
  expect(Math.abs(valenceOf('I am not sad'))).toBeLessThan(Math.abs(valenceOf('I am sad')))
})

test('however much is said, it stays within −1 and 1', () => {
  expect(valenceOf('terrible '.repeat(500))).toBeGreaterThanOrEqual(-1)
  expect(valenceOf('wonderful! '.repeat(500))).toBeLessThanOrEqual(1)
})
