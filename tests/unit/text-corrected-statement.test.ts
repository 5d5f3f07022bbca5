// What a correction makes of the statement before it.
import { expect, test } from '@jest/globals'
import { correctedStatement } from '../../src/text/corrected-statement.ts'

test.each([
  ['My dentist appointment is on Monday', 'no, Tuesday', 'My dentist appointment is on Tuesday'],
  ['My dentist appointment is on Monday', 'I meant Tuesday', 'My dentist appointment is on Tuesday'],
  ['The gate code is 4417', 'sorry, 4471 not 4417', 'The gate code is 4471'],
  ['The gate code is 4417', 'oops, not 4417 but 4471', 'The gate code is 4471'],
  ['התור לרופא השיניים ביום שני', 'לא, ביום שלישי', 'התור לרופא השיניים ביום שלישי'],
  ['הקוד לשער הוא 4417', 'סליחה, 4471 ולא 4417', 'הקוד לשער הוא 4471'],
  ['I live in Tel Aviv', 'sorry, I meant Haifa', 'I live in Haifa'],
  ['אני גרה בתל אביב', 'לא, בחיפה', 'אני גרה בחיפה'],
  ['אני גרה בתל אביב', 'סליחה, התכוונתי לחיפה', 'אני גרה בחיפה'],
  ['My dog is called Rex', 'no, Max', 'My dog is called Max'],
  ['לכלב שלי קוראים רקס', 'לא, מקס', 'לכלב שלי קוראים מקס'],
  ['My son is five', 'sorry, six', 'My son is six'],
  ['The meeting is at 5 pm', 'actually 6 pm', 'The meeting is at 6 pm'],
  ['The meeting is on Tuesday at 5 pm', 'wait, at 17:30', 'The meeting is on Tuesday at 17:30'],
  ['The flight is on 3 May', 'correction: 4 May', 'The flight is on 4 May'],
  ['I live in Rome', 'no, I live in Oslo', 'I live in Oslo'],
  ['my appointment is on monday at the dentist', 'no, thursday', 'my appointment is on thursday at the dentist'],
  ['המבחן מחר', 'לא, ביום ראשון', 'המבחן ביום ראשון'],
  ['הפגישה בחמש', 'בעצם בשש', 'הפגישה בשש'],
  ['I drive a Fiat', 'sorry, I meant Tesla', 'I drive a Tesla'],
])('“%s” and then “%s”', (statement, correction, meant) => {
  expect(correctedStatement(statement, correction)?.text).toBe(meant)
})

test.each([
  ['The exam is on Monday', 'no, not today'],
  ['The exam is on Monday', 'no, Tuesday is fine'],
  ['The exam is on Monday', 'no'],
  ['The exam is on Monday', 'lovely weather'],
  ['I like red wine', 'no, white'],
])('“%s” and then “%s” leave open what is meant', (statement, correction) => {
  expect(correctedStatement(statement, correction)).toBeUndefined()
})
