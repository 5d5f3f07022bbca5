// The date reader on hand-labelled expressions, and the properties that must hold for any date.
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { dayOfDate, monthOf, weekdayOf, yearOf, type DateOrder } from '../../src/text/dates/date-span.ts'
import { datesIn } from '../../src/text/dates/dates.ts'
import { ENGLISH_EXPRESSIONS } from '../support/dates/english.ts'
import { HEBREW_EXPRESSIONS } from '../support/dates/hebrew.ts'
import { labelledDates, matchesLabel, SAID_ON } from '../support/dates/labelled.ts'

describe.each([
  ['English', ENGLISH_EXPRESSIONS],
  ['Hebrew', HEBREW_EXPRESSIONS],
])('labelled expressions in %s', (_, expressions) => {
  test.each(labelledDates(expressions))('$text: $label', ({ text, label }) => {
    expect({ found: datesIn(text, SAID_ON), right: matchesLabel(datesIn(text, SAID_ON), label) }).toMatchObject({
      right: true,
    })
  })
})

const day = fc.integer({ min: dayOfDate(1971, 0, 1), max: dayOfDate(2099, 11, 31) })
const said = fc.integer({ min: dayOfDate(2020, 0, 1), max: dayOfDate(2035, 11, 31) })

const format = (locale: string, options: Intl.DateTimeFormatOptions) => {
  const formatter = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', ...options })
  return (at: number): string => formatter.format(at * 86_400_000)
}
const LONG = { day: 'numeric', month: 'long', year: 'numeric' } as const
const ENGLISH_LONG = format('en-GB', LONG)
const AMERICAN_LONG = format('en-US', { ...LONG, weekday: 'long' })
const HEBREW_LONG = format('he-IL', LONG)
const SHORT = { day: 'numeric', month: 'numeric', year: 'numeric' } as const
const HEBREW_FIGURES = format('he-IL', SHORT)
const BRITISH_FIGURES = format('en-GB', SHORT)
const AMERICAN_FIGURES = format('en-US', SHORT)
const ENGLISH_DAY = format('en-GB', { day: 'numeric', month: 'long' })
const HEBREW_DAY = format('he-IL', { day: 'numeric', month: 'long' })
const ENGLISH_WEEKDAY = format('en-GB', { weekday: 'long' })
const HEBREW_WEEKDAY = format('he-IL', { weekday: 'long' })

const only = (text: string, on: number, order?: DateOrder): number | undefined => {
  const [first, ...others] = datesIn(text, on, order)
  return first !== undefined && others.length === 0 && first.from === first.to ? first.from : undefined
}

describe('properties', () => {
  test('a date with its year is read as it was written, whenever it was said', () => {
    fc.assert(
      fc.property(day, said, (date, on) => {
        const iso = new Date(date * 86_400_000).toISOString().slice(0, 10)
        for (const text of [
          iso,
          ENGLISH_LONG(date),
          AMERICAN_LONG(date),
          HEBREW_LONG(date),
          `on ${HEBREW_FIGURES(date)}`,
        ]) {
          expect([text, only(text, on)]).toEqual([text, date])
        }
      }),
    )
  })

  test('figures are read in the order that is asked for', () => {
    fc.assert(
      fc.property(day, said, (date, on) => {
        expect(only(BRITISH_FIGURES(date), on, 'day-first')).toBe(date)
        expect(only(AMERICAN_FIGURES(date), on, 'month-first')).toBe(date)
      }),
    )
  })

  test('figures of which one can be no month are read rightly in either order', () => {
    fc.assert(
      fc.property(day, said, (date, on) => {
        fc.pre(new Date(date * 86_400_000).getUTCDate() > 12)
        for (const order of ['day-first', 'month-first'] as const) {
          expect(only(BRITISH_FIGURES(date), on, order)).toBe(date)
          expect(only(AMERICAN_FIGURES(date), on, order)).toBe(date)
        }
      }),
    )
  })

  test('a day without a year is to come in the future, and over in the past', () => {
    fc.assert(
      fc.property(day, said, (date, on) => {
        for (const [future, past] of [
          [`I will fly on ${ENGLISH_DAY(date)}`, `we met on ${ENGLISH_DAY(date)}`],
          [`אני אהיה שם ב-${HEBREW_DAY(date)}`, `הייתי שם ב-${HEBREW_DAY(date)}`],
        ] as const) {
          const next = only(future, on)
          const last = only(past, on)
          expect(next).toBeGreaterThanOrEqual(on)
          expect(last).toBeLessThanOrEqual(on)
          for (const found of [next ?? Number.NaN, last ?? Number.NaN]) {
            expect([monthOf(found), ENGLISH_DAY(found)]).toEqual([monthOf(date), ENGLISH_DAY(date)])
          }
          expect(yearOf(next ?? 0) - yearOf(on)).toBeLessThanOrEqual(4)
        }
      }),
    )
  })

  test('a weekday is the next one, or the last one in the past, and has that weekday', () => {
    fc.assert(
      fc.property(day, said, (date, on) => {
        for (const [future, past] of [
          [`we meet on ${ENGLISH_WEEKDAY(date)}`, `we met on ${ENGLISH_WEEKDAY(date)}`],
          [`נפגשים ב${HEBREW_WEEKDAY(date)}`, `נפגשנו ב${HEBREW_WEEKDAY(date)}`],
        ] as const) {
          const next = only(future, on) ?? Number.NaN
          const last = only(past, on) ?? Number.NaN
          expect(next - on).toBeGreaterThan(0)
          expect(next - on).toBeLessThanOrEqual(7)
          expect(on - last).toBeGreaterThan(0)
          expect(on - last).toBeLessThanOrEqual(7)
          expect([weekdayOf(next), weekdayOf(last)]).toEqual([weekdayOf(date), weekdayOf(date)])
        }
      }),
    )
  })

  test('a date that no calendar has is none', () => {
    for (const text of [
      '31/02/2026',
      '2026-02-30',
      '29 February 2027',
      'on 31.4',
      '30 בפברואר',
      '32.1.2026',
      '2026-13-01',
    ]) {
      expect([text, datesIn(text, SAID_ON)]).toEqual([text, []])
    }
  })

  test('no text of any kind makes the reader throw, or find days that are not days', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), said, (text, on) => {
        for (const { from, to } of datesIn(text, on)) {
          expect(Number.isInteger(from) && Number.isInteger(to) && from <= to).toBe(true)
        }
      }),
    )
  })
})
