// Relative days of a sentence as dates; what repeats and what has its date already stays. Said on Saturday, 28 November 2026.
import { expect, test } from '@jest/globals'
import { DAY_MS } from '../../src/platform/clock.ts'
import { hasRelativeDates, isOver, writeOutDates } from '../../src/text/dates/write-out-dates.ts'

const DAY = Date.parse('2026-11-28') / DAY_MS

test.each([
  ['I have an exam tomorrow', 'I have an exam on Sunday, 29 November 2026'],
  ['My dentist appointment is on Tuesday', 'My dentist appointment is on Tuesday, 1 December 2026'],
  ['The wedding is next Friday', 'The wedding is on Friday, 4 December 2026'],
  ['Tomorrow is my birthday', 'Sunday, 29 November 2026 is my birthday'],
  ['I moved yesterday', 'I moved on Friday, 27 November 2026'],
  ['I started last month', 'I started in October 2026'],
  ['The flight is on 3 May', 'The flight is on Monday, 3 May 2027'],
  ['The exam is on 1.12', 'The exam is on Tuesday, 1 December 2026'],
  ['I arrive on Monday at 5', 'I arrive on Monday, 30 November 2026 at 5'],
  ['next week we move to Haifa', 'between 30 November 2026 and 6 December 2026 we move to Haifa'],
  ['The meeting is today at 5', 'The meeting is on Saturday, 28 November 2026 at 5'],
  ['It is due by Thursday', 'It is due by Thursday, 3 December 2026'],
  ['מחר יש לי מבחן', 'ביום ראשון, 29 בנובמבר 2026 יש לי מבחן'],
  ['יש לי תור לרופא ביום שלישי', 'יש לי תור לרופא ביום שלישי, 1 בדצמבר 2026'],
  ['החתונה ביום שישי הבא', 'החתונה ביום שישי, 4 בדצמבר 2026'],
  ['הפגישה נדחתה ליום רביעי', 'הפגישה נדחתה ליום רביעי, 2 בדצמבר 2026'],
  ['עד מחר אני צריך להגיש', 'עד יום ראשון, 29 בנובמבר 2026 אני צריך להגיש'],
  ['המבחן ב-1.12', 'המבחן ביום שלישי, 1 בדצמבר 2026'],
  ['We moved in yesterday', 'We moved in on Friday, 27 November 2026'],
  ['we moved in last week', 'we moved in between 16 November 2026 and 22 November 2026'],
  ['I am away from next week', 'I am away from 30 November 2026'],
  ['I am away until next week', 'I am away until the days from 30 November 2026 to 6 December 2026'],
  ['My flight is at 5 tomorrow morning', 'My flight is at 5 on Sunday, 29 November 2026 in the morning'],
  ['I was sick last night', 'I was sick on Friday, 27 November 2026 at night'],
  ['They moved dinner to Saturday', 'They moved dinner to Saturday, 5 December 2026'],
  ['ב-3 לחודש יש לי תור', 'ביום חמישי, 3 בדצמבר 2026 יש לי תור'],
  ['דחו את המבחן ל-11 בינואר', 'דחו את המבחן ליום שני, 11 בינואר 2027'],
  ['הפגישה היא הערב בשמונה', 'הפגישה היא ביום שבת, 28 בנובמבר 2026 בערב בשמונה'],
])('“%s” is written as “%s”', (sentence, written) => {
  expect(writeOutDates(sentence, DAY)).toBe(written)
  // On whatever day it is read again, it stays.
  expect(writeOutDates(written, DAY + 40)).toBe(written)
  expect(hasRelativeDates(sentence, DAY)).toBe(true)
})

test.each([
  'I play football on Tuesdays',
  'The gym is closed on Friday',
  'my Monday class is fun',
  'We meet every Tuesday',
  'I was born on 3 May 1990',
  'My birthday is on 3 May',
  'The exam is on Tuesday, 1 December 2026',
  'Dana is ill today',
  'Sunday is my favourite day',
  'I may move',
  'המשרד סגור ביום שישי',
  'אני משחק כדורגל בימי שלישי',
  'יום ההולדת של אמא ב-3 במאי',
  'אני גר היום בחיפה',
  '',
])('“%s” stays', sentence => {
  expect(writeOutDates(sentence, DAY)).toBe(sentence)
})

test.each([
  ['Dana has an exam on Tuesday, 1 December 2026', 2, false],
  ['Dana has an exam on Tuesday, 1 December 2026', 3, false],
  ['Dana has an exam on Tuesday, 1 December 2026', 4, true],
  ['לדנה יש מבחן ביום שלישי, 1 בדצמבר 2026', 4, true],
  ['Dana was born on 3 May 1990', 9, false],
  ['Dana moved on 27 November 2026', 9, false],
  ['Dana lives in Haifa', 900, false],
  ['Mom has her birthday on 3 December', 30, false],
])('“%s”, %s days later, is over: %s', (sentence, days, over) => {
  expect(isOver(sentence, DAY, DAY + days)).toBe(over)
})
