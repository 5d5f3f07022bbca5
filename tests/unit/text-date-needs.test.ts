/** Patterns of dates are tried only on texts that contain what they need: none that matches may be skipped. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'
import { ContainedWords } from '../../src/text/dates/contained-words.ts'
import { ENGLISH_NEED, FIGURES_NEED, HEBREW_NEED, HOLIDAYS_NEED } from '../../src/text/dates/date-needs.ts'
import { ENGLISH_DATES } from '../../src/text/dates/dates-in-english.ts'
import { DATES_IN_FIGURES } from '../../src/text/dates/dates-in-figures.ts'
import { HEBREW_DATES } from '../../src/text/dates/dates-in-hebrew.ts'
import { HOLIDAY_DATES } from '../../src/text/dates/holidays.ts'
import { ENGLISH_EXPRESSIONS } from '../support/dates/english.ts'
import { HEBREW_EXPRESSIONS } from '../support/dates/hebrew.ts'
import { labelledDates } from '../support/dates/labelled.ts'
import { generateDialogue } from '../support/dialogues/generate.ts'

const PATTERNS = [
  [DATES_IN_FIGURES, FIGURES_NEED],
  [HOLIDAY_DATES, HOLIDAYS_NEED],
  [ENGLISH_DATES, ENGLISH_NEED],
  [HEBREW_DATES, HEBREW_NEED],
] as const

const patterns = PATTERNS.flatMap(([dates, needs]) =>
  dates.map(([pattern], at) => ({ pattern: new RegExp(pattern, 'iu'), needs: needs[at] })),
)

const TEXTS = [
  ...[ENGLISH_EXPRESSIONS, HEBREW_EXPRESSIONS].flatMap(each => labelledDates(each).map(({ text }) => text)),
  ...(['en', 'he'] as const).flatMap(language =>
    [1, 2, 3, 4].flatMap(seed => generateDialogue(language, seed).turns.map(({ text }) => text)),
  ),
]

test.each([
  ['as they are', (text: string) => text],
  ['in capitals', (text: string) => text.toUpperCase()],
  ['with a long s', (text: string) => text.replaceAll('s', 'ſ')],
  ['with the sign of Kelvin', (text: string) => text.replaceAll('k', '\u212a')],
])('every pattern that matches a text is tried on it: texts %s', (_, change) => {
  let matches = 0
  for (const text of TEXTS.map(change)) {
    const contained = new ContainedWords(text)
    for (const { pattern, needs } of patterns) {
      if (!pattern.test(text)) continue
      matches++
      expect({ text, pattern, tried: contained.mayMatch(needs) }).toMatchObject({ tried: true })
    }
  }
  expect(matches).toBeGreaterThan(500)
})

test('hardly any pattern is tried on a text without a date', () => {
  for (const text of ['I like my new bicycle very much, and so does Dana.', 'אני מאוד אוהב את האופניים שלי']) {
    const contained = new ContainedWords(text)
    expect(patterns.filter(({ needs }) => contained.mayMatch(needs)).length).toBeLessThan(patterns.length / 10)
  }
})

test('the list of needs belongs to the patterns', async () => {
  const script = join(import.meta.dirname, '../../scripts/generate-date-needs.ts')
  await expect(promisify(execFile)(process.execPath, [script, '--check'])).resolves.toBeDefined()
})
