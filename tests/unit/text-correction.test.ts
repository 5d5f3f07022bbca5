import { describe, expect, test } from '@jest/globals'
import { isCorrection } from '../../src/text/correction.ts'
import { statementKeys } from '../../src/text/facts/statement-keys.ts'

test.each([
  'no, Tuesday',
  'No wait, Tuesday',
  'sorry, I meant Tuesday at five',
  'oops, 4471',
  'actually Haifa',
  'Correction: the red one',
  'my mistake, 0521112233',
  'scratch that, Monday',
  'לא, ביום שלישי',
  'סליחה, התכוונתי לחיפה',
  'בעצם ב-5',
  'תיקון: 4471',
  'טעות שלי, מיכל',
  'אופס, יום שני כמובן',
  'oh no, Tuesday',
  'no Haifa',
  'Tuesday*',
  'Tuesday, I mean',
  'לא שני אלא שלישי',
  'בחיפה, טעיתי',
])('%j corrects what was said before it', text => {
  expect(isCorrection(text)).toBe(true)
})

test.each([
  'no',
  'No, you are not',
  'Nothing much happened today',
  'Northern Ireland is lovely',
  'sorry',
  'no, Tuesday?',
  'no milk today',
  'no worries',
  'sorry to hear that',
  'wait for me',
  '*Tuesday*',
  '* milk',
  'I will be late, sorry',
  'I like tea, not coffee',
  'לא יודע',
  'לא רוצה',
  'סליחה על האיחור',
  'I live in Haifa',
  'לא',
  'לאה באה אליי',
  'רגעים יפים היו שם',
  'no, and here follows a very long story about many things that happened to me and to others on that day',
])('%j does not', text => {
  expect(isCorrection(text)).toBe(false)
})

describe('statements have one key whatever their value and wording', () => {
  const keysOf = (text: string): readonly string[] => statementKeys(text, new Set(['dana']))

  test.each([
    [['I live in Tel Aviv', 'I moved to Haifa', 'Dana lives in Acre', 'We have just relocated to Berlin']],
    [['אני גר בתל אביב', 'עברתי לחיפה', 'עברנו לגור בנתניה']],
    [['I work at Intel', 'I started a new job at Wix']],
    [['My dentist appointment is on Monday', 'The dentist appointment was moved to Friday']],
    [['My cat is called Tom', 'the cat is named Felix']],
    [['I have been vegan for years', 'I am vegetarian now', 'I became pescatarian']],
    [['My sister lives in Oslo', 'my sister moved to Rome']],
  ])('%j', texts => {
    const keys = texts.map(keysOf)
    expect(keys[0]).toHaveLength(1)
    expect(new Set(keys.map(each => each.join(' '))).size).toBe(1)
  })

  test.each([
    'If I lived in Rome I would be happy',
    'Where do I live?',
    'I like tea',
    'I will move to Haifa',
    'Maybe I live in Rome',
  ])('nor has %j any: it states nothing that holds now, or nothing that there is one of', text => {
    expect(keysOf(text)).toEqual([])
  })
})
