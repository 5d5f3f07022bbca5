// Corrections in plain words, by kind: spelling, what was wrong, the value meant; and texts that are none.
import { describe, expect, test } from '@jest/globals'
import { readCorrection } from '../../src/text/correction.ts'

describe('corrections by kind', () => {
  test.each([
    ['Dani with an i', 'Dani'],
    ['Jon, no h', 'Jon'],
    ['Katherine with a K', 'Katherine'],
    ['דני עם יוד', 'דני'],
    ['שרה בלי ה', 'שרה'],
    ['I mixed up the days: it is Thursday', 'it is Thursday'],
    ['I got the number wrong: 4471', '4471'],
    ['the date I gave was wrong, it is May 4', 'it is May 4'],
    ['that was a slip, the code is 4471', 'the code is 4471'],
    ['the right number is 4471', '4471'],
    ['the correct spelling is Danny', 'Danny'],
    ['I should have said Thursday', 'Thursday'],
    ['double-checked: it is 7:30', 'it is 7:30'],
    ['turns out it is Thursday', 'it is Thursday'],
    ['המספר הנכון הוא 4471', '4471'],
    ['טעות בשעה, זה בחמש', 'זה בחמש'],
    ['הייתי צריך לכתוב יום חמישי', 'יום חמישי'],
    ['מסרתי תאריך שגוי, זה ב-4 במאי', 'זה ב-4 במאי'],
  ])('%s', (text, rest) => {
    expect(readCorrection(text)?.rest).toBe(rest)
  })

  test.each([
    ['I was wrong about Haifa: it is Hadera', 'Haifa', 'Hadera'],
    ['I mean Max, Rex is my old one', 'Rex', 'Max'],
    ['when I said Haifa I meant Hadera', 'Haifa', 'Hadera'],
    ['by Rome I meant Milan', 'Rome', 'Milan'],
    ['טעיתי לגבי חיפה: זה חדרה', 'חיפה', 'חדרה'],
    ['כשאמרתי חיפה התכוונתי לחדרה', 'חיפה', 'חדרה'],
  ])('%s names both values', (text, old, value) => {
    expect(readCorrection(text)?.contrast).toEqual({ old, value })
  })

  test.each([
    'turns out I love sushi',
    'the right thing to do is wait',
    'I walk with an umbrella',
    'coffee without milk',
    'I should have said no',
    'I mixed up a cake',
    'tea with a friend',
    'I double-checked the door',
    'when I said yes I was happy',
    'my old one is Rex',
    'about the trip, nice',
    'בלי סוכר',
    'קפה עם חלב',
    'מסתבר שאני אוהב סושי',
    'בדקתי את הדלת',
    'הדבר הנכון הוא לחכות',
  ])('%s is none', text => {
    expect(readCorrection(text)).toBeUndefined()
  })
})
