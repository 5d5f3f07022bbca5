// What DeniDin says in its own words: days, numbers and Hebrew prefixes.
import { describe, expect, test } from '@jest/globals'
import { timeZone } from '../../src/platform/time-zone.ts'
import { en } from '../../src/text/strings/en.ts'
import { he } from '../../src/text/strings/he.ts'
import { writtenMoney } from '../../src/text/strings/written-money.ts'
import { withPrefix } from '../../src/text/strings/hebrew-prefix.ts'
import { englishDay, hebrewDay, timeOfDay, withWrittenDays } from '../../src/text/strings/written-day.ts'

test.each([
  ['2026-11-28T12:00:00Z', 'UTC', '28 Nov 2026', '28.11.2026', '12:00'],
  ['2026-11-28T22:30:00Z', 'Asia/Jerusalem', '29 Nov 2026', '29.11.2026', '00:30'],
  ['2026-03-01T03:00:00Z', 'America/New_York', '28 Feb 2026', '28.2.2026', '22:00'],
  ['2024-02-29T09:05:00Z', 'Europe/Berlin', '29 Feb 2024', '29.2.2024', '10:05'],
  ['2026-09-01T00:00:00Z', 'UTC', '1 Sep 2026', '1.9.2026', '00:00'],
  ['2025-12-31T18:45:00Z', 'Asia/Kathmandu', '1 Jan 2026', '1.1.2026', '00:30'],
])('%s in %s is written %s, %s, %s', (at, zone, english, hebrew, time) => {
  const wall = timeZone(zone).wallClock(Date.parse(at))
  expect([englishDay(wall), hebrewDay(wall), timeOfDay(wall)]).toEqual([english, hebrew, time])
})

test.each([
  ['ו', 'זיכרון אחד', 'וזיכרון אחד'],
  ['ו', '3 זיכרונות', 'ו-3 זיכרונות'],
  ['ו', '1,000 זיכרונות', 'ו-1,000 זיכרונות'],
  ['ב', '28.11.2026', 'ב-28.11.2026'],
  ['ל', '/reset', 'ל-/reset'],
  ['ב', 'Netflix', 'ב-Netflix'],
  ['מ', 'אתמול', 'מאתמול'],
  ['ש', '“דנה”', 'ש-“דנה”'],
])('%s before %s is %s', (prefix, word, expected) => {
  expect(withPrefix(prefix, word)).toBe(expected)
})

describe('what was forgotten', () => {
  const figures = { residue: 0, index: 'later', quote: null, same_words: 0 } as const

  test.each([
    [1, 0, '1 message', 'הודעה אחת'],
    [0, 1, '1 memory', 'זיכרון אחד'],
    [1, 1, '1 message and 1 memory', 'הודעה אחת וזיכרון אחד'],
    [2, 2, '2 messages and 2 memories', '2 הודעות ו-2 זיכרונות'],
    [3, 11, '3 messages and 11 memories', '3 הודעות ו-11 זיכרונות'],
    [1200, 1000, '1,200 messages and 1,000 memories', '1,200 הודעות ו-1,000 זיכרונות'],
  ])('%i messages and %i memories', (messages, memories, english, hebrew) => {
    expect(en.commands.forget.done({ ...figures, messages, memories })).toContain(`Forgotten: ${english}.`)
    expect(he.commands.forget.done({ ...figures, messages, memories })).toContain(`שכחתי: ${hebrew}.`)
  })

  test.each([
    [0, 1, 'my cat is Tom', 'Forgotten: 1 memory: «my cat is Tom».'],
    [3, 1, 'my cat is Tom', 'Forgotten: 3 messages and 1 memory, among them «my cat is Tom».'],
    [2, 0, 'one\n\ntwo', 'Forgotten: 2 messages, among them «one two».'],
    [2, 0, 'שלום', 'Forgotten: 2 messages, among them «שלום».'],
  ])('%i messages and %i memories with %j', (messages, memories, quote, english) => {
    expect(en.commands.forget.done({ ...figures, messages, memories, quote })).toContain(english)
  })

  test.each([
    [0, 'I looked everywhere: nothing of it is left.', 'בדקתי בכל מקום: לא נשאר מזה דבר.'],
    [1, 'but 1 other message or memory has the same words.', 'אותן מילים נמצאות גם בהודעה אחרת או בזיכרון אחר.'],
    [3, 'but 3 other messages or memories have the same words.', 'נמצאות גם ב-3 הודעות או זיכרונות אחרים.'],
  ])('%i others with the same words', (same_words, english, hebrew) => {
    const report = { ...figures, index: 'done', messages: 1, memories: 0, same_words } as const
    expect(en.commands.forget.done(report)).toContain(english)
    expect(he.commands.forget.done(report)).toContain(hebrew)
  })

  test('is named in Hebrew too', () => {
    const text = he.commands.forget.done({ ...figures, messages: 3, memories: 1, quote: 'לחתול קוראים טום' })
    expect(text).toContain('שכחתי: 3 הודעות וזיכרון אחד, בהם «לחתול קוראים טום».')
  })

  test('a long quote is cut between visible characters', () => {
    const quote = '👨‍👩‍👧‍👦'.repeat(40)
    const text = en.commands.forget.done({ ...figures, messages: 1, memories: 0, quote })
    const shown = /«(.*)…»/.exec(text)?.[1] ?? ''
    expect(shown.length).toBeGreaterThan(0)
    expect(shown.replaceAll('👨‍👩‍👧‍👦', '')).toBe('')
    expect(text.length).toBeLessThan(220)
  })
})

test.each([
  ['[2026-11-20] Ana: I moved', '[20 Nov 2026] Ana: I moved', '[20.11.2026] Ana: I moved'],
  ['2026-01-02, 2026-03-04', '2 Jan 2026, 4 Mar 2026', '2.1.2026, 4.3.2026'],
  ['until 2026-12-31.', 'until 31 Dec 2026.', 'until 31.12.2026.'],
  ['order 12026-11-20', 'order 12026-11-20', 'order 12026-11-20'],
  ['part 2026-11-20-7', 'part 2026-11-20-7', 'part 2026-11-20-7'],
  ['2026-13-40', '2026-13-40', '2026-13-40'],
])('days within %j', (text, english, hebrew) => {
  expect(withWrittenDays(text, englishDay)).toBe(english)
  expect(withWrittenDays(text, hebrewDay)).toBe(hebrew)
})

test('a list writes the days of transcripts as people do, and leaves what people said word for word', () => {
  const said_on = { year: 2026, month: 11, date: 20 }
  const item = { number: 1, said_on, in_group: false, text: '[2026-11-20] Ana: I moved' }
  const list = (by: 'you' | 'conversation'): string => en.commands.memory.list([{ ...item, by }], 1, true)
  expect(list('conversation')).toContain('20 Nov 2026, from a conversation: [20 Nov 2026] Ana: I moved')
  expect(list('you')).toContain('20 Nov 2026, you said: [2026-11-20] Ana: I moved')
  const because = {
    text: item.text,
    by: 'conversation',
    file: null,
    said_on,
    similarity: null,
    given_as: 'recall',
  } as const
  expect(he.commands.why.basis([because], true, false)).toContain('- 20.11.2026: [20.11.2026] Ana: I moved')
  const shared = { ...because, by: null, file: 'hours.md', text: 'Open until five' }
  expect(en.commands.why.basis([shared], true, false)).toContain(
    '- from the file hours.md, 20 Nov 2026: Open until five',
  )
  expect(he.commands.why.basis([shared], true, false)).toContain('- מהקובץ hours.md, 20.11.2026: Open until five')
})

const marks = /[\u200e\u200f]/g

test.each([
  [0, 'USD', '$0.00', '0.00 $'],
  [0.00003, 'USD', '<$0.0001', '<0.0001 $'],
  [0.0123, 'USD', '$0.0123', '0.0123 $'],
  [0.5, 'EUR', '€0.50', '0.50 €'],
  [1.23456, 'ILS', '₪1.23', '1.23 ₪'],
  [1234567.891, 'ILS', '₪1,234,567.89', '1,234,567.89 ₪'],
  [12, 'XYZ', 'XYZ\u00a012.00', '12.00 XYZ'],
])('%d %s is written %s, %s', (amount, currency, english, hebrew) => {
  expect(writtenMoney(amount, currency, 'en')).toBe(english)
  expect(writtenMoney(amount, currency, 'he').replace(marks, '').replaceAll('\u00a0', ' ')).toBe(hebrew)
})

describe('what was spent', () => {
  const spending = (cost: number | null, tokens: number) => ({
    today: { cost, tokens },
    month: { cost, tokens },
    limits: [],
  })

  test('one token, two, and many; without any price the tokens alone', () => {
    const of = (strings: typeof en, tokens: number): string =>
      strings.commands.budget.report({ currency: null, own: spending(null, tokens), everyone: null })
    expect(of(en, 1)).toBe('You: 1 token today, 1 token this month.\nNo limit of your own.')
    expect(of(en, 12_345)).toContain('12,345 tokens today')
    expect(of(he, 1)).toContain('היום אסימון אחד, החודש אסימון אחד.')
    expect(of(he, 12_345)).toContain('12,345 אסימונים')
    const one = { currency: 'USD', own: spending(0.5, 1), everyone: null }
    expect(he.commands.budget.report(one).replace(marks, '')).toContain('$ ואסימון אחד')
  })

  test('a limit of cost whose currency is not known is a number', () => {
    const limits = [{ limit: 'person_day', most_cost: 0.5, most_tokens: null, used_percent: 0 }] as const
    const own = { ...spending(null, 0), limits }
    expect(en.commands.budget.report({ currency: null, own, everyone: null })).toContain('Your limit: 0.5 in a day')
  })
})

test('the wait after too many messages is in seconds, then in minutes', () => {
  expect(en.too_many_messages(1)).toContain('in 1 second.')
  expect(en.too_many_messages(119)).toContain('in 119 seconds.')
  expect(en.too_many_messages(121)).toContain('in 3 minutes.')
  expect(he.too_many_messages(2)).toContain('בעוד שתי שניות.')
  expect(he.too_many_messages(120)).toContain('בעוד שתי דקות.')
})
