import { expect, test } from '@jest/globals'
import { isoDay, DAY_MS } from '../../src/platform/clock.ts'
import { datesIn } from '../../src/text/dates/dates.ts'

/** A Wednesday. */
const SAID_ON = Date.parse('2024-05-22T00:00:00Z') / DAY_MS

const days = (text: string): string[] =>
  datesIn(text, SAID_ON).map(({ from, to }) =>
    from === to ? isoDay(from * DAY_MS) : `${isoDay(from * DAY_MS)}..${isoDay(to * DAY_MS)}`,
  )

test.each([
  ['on 7 May 2023', '2023-05-07'],
  ['on the 7th of May, 2023', '2023-05-07'],
  ['May 7th 2023', '2023-05-07'],
  ['December 4, 2023 was cold', '2023-12-04'],
  ['2023-11-05', '2023-11-05'],
  ['it was 5.11.2023', '2023-11-05'],
  ['on 3 June', '2024-06-03'],
  ['on 30 December', '2023-12-30'],
  ['in May 2023', '2023-05-01..2023-05-31'],
  ['in November', '2023-11-01..2023-11-30'],
  ['in 2022', '2022-01-01..2022-12-31'],
  ['in the summer of 2023', '2023-06-01..2023-08-31'],
  ['the second week of March 2024', '2024-03-08..2024-03-14'],
  ['early April 2024', '2024-04-01..2024-04-11'],
])('an explicit date: %s', (text, expected) => {
  expect(days(text)).toEqual([expected])
})

test.each([
  ['I saw her yesterday', '2024-05-21'],
  ['the day before yesterday', '2024-05-20'],
  ['tonight we dance', '2024-05-22'],
  ['last Tuesday', '2024-05-21'],
  ['last Wednesday', '2024-05-15'],
  ['next Friday', '2024-05-24'],
  ['three days ago', '2024-05-19'],
  ['two weeks ago', '2024-05-05..2024-05-11'],
  ['a couple of weeks ago', '2024-05-05..2024-05-11'],
  ['last week', '2024-05-13..2024-05-19'],
  ['last weekend', '2024-05-17..2024-05-19'],
  ['two weekends ago', '2024-05-10..2024-05-12'],
  ['next month', '2024-06-01..2024-06-30'],
  ['last year', '2023-01-01..2023-12-31'],
  ['last summer', '2023-06-01..2023-08-31'],
  ['Friday fortnight', '2024-06-07'],
  ['two Fridays ago', '2024-05-10'],
  ['tomorrow week', '2024-05-30'],
  ['a fortnight tomorrow', '2024-06-06'],
  ['on the morning of the 30th', '2024-05-30'],
  ['the eve of Passover 2025', '2025-04-12'],
  ['Rosh Hashanah eve', '2024-10-02'],
])('a relative date, from the day on which it is said: %s', (text, expected) => {
  expect(days(text)).toEqual([expected])
})

test.each([
  ['אתמול הייתי בים', '2024-05-21'],
  ['שלשום', '2024-05-20'],
  ['לפני שבועיים', '2024-05-05..2024-05-11'],
  ['לפני שלושה ימים', '2024-05-19'],
  ['ביום שלישי שעבר', '2024-05-21'],
  ['בשבת הבאה', '2024-05-25'],
  ['בשבוע שעבר', '2024-05-12..2024-05-18'],
  ['ב-7 במאי 2023', '2023-05-07'],
  ['בינואר', '2024-01-01..2024-01-31'],
  ['בקיץ שעבר', '2023-06-01..2023-08-31'],
  ['בשנה שעברה', '2023-01-01..2023-12-31'],
  ['מחר בעוד שבוע', '2024-05-30'],
  ['לפני כשבועיים', '2024-05-05..2024-05-11'],
  ['בעוד כ-10 ימים', '2024-06-01'],
  ['בשנה החדשה', '2025-01-01..2025-12-31'],
  ['ערב השנה החדשה', '2023-12-31'],
  ['ערב ראש השנה', '2024-10-02'],
  ['בערב שבת', '2024-05-24'],
  ['בליל שבת הבא', '2024-05-24'],
])('a date in Hebrew: %s', (text, expected) => {
  expect(days(text)).toEqual([expected])
})

test('two dates with a word for a stretch between them are one stretch', () => {
  expect(days('between August 11 and August 15 2023')).toEqual(['2023-08-11..2023-08-15'])
  expect(days('on 1 May 2024 and on 3 May 2024')).toEqual(['2024-05-01', '2024-05-03'])
})

test.each([
  'you may go now',
  'we march on and on',
  'version 1.2.3 is out',
  'call me at 5',
  'the second best',
  'it costs 2023 shekels',
  'אני שני בתור',
])('no date: %s', text => {
  expect(days(text)).toEqual([])
})

test('a message of pages without a date is read in a moment', () => {
  expect(datesIn('the last of the next in a '.repeat(20_000), SAID_ON)).toEqual([])
})
