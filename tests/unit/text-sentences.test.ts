import { expect, test } from '@jest/globals'
import { languageOf, stringsIn, type Language } from '../../src/text/language.ts'
import type { Strings, StatusFigures } from '../../src/text/strings/strings.ts'

test.each([
  ['Where does Dana live?', 'en'],
  ['איפה דנה גרה?', 'he'],
  ['יש לי פגישה עם Dana מחר בבוקר', 'he'],
  ['The word שלום means peace', 'en'],
  ['¿Dónde vives?', 'en'],
  ['123 👍', 'en'],
  ['', 'en'],
  ['שָׁלוֹם', 'he'],
] as const)('%j is answered in %s', (text, language) => {
  expect(languageOf(text)).toBe(language)
})

const figures: StatusFigures = {
  version: '1.0.0',
  state: 'degraded',
  troubles: [{ name: 'chroma', detail: 'restarting' }],
  uptime_seconds: 7300,
  memory_on: true,
  active_sessions: 1,
  waiting_sessions: 2,
  memories: 1234,
  waiting_messages: 0,
  model_calls: 5,
  model_tokens: 6000,
}

const said = (sentences: Strings): Record<string, string> => ({
  ...Object.fromEntries(Object.entries(sentences).filter(([, value]) => typeof value === 'string')),
  unknown_command: sentences.unknown_command('/x', undefined),
  unknown_near: sentences.unknown_command('/rest', '/reset'),
  admin_only: sentences.admin_only('/status'),
  status: sentences.status(figures),
})

test.each(['en', 'he'] as const)('every sentence in %s is in that language', (language: Language) => {
  for (const [name, text] of Object.entries(said(stringsIn(language)))) {
    // Commands and names of parts stay as they are.
    const own = text.replace(/\/\w+|chroma: restarting|DeniDin [\d.]+/g, '')
    expect([name, languageOf(own)]).toEqual([name, language])
  }
})

test('both languages say the same things, none twice', () => {
  const english = said(stringsIn('en'))
  const hebrew = said(stringsIn('he'))
  expect(Object.keys(hebrew).sort()).toEqual(Object.keys(english).sort())
  expect(new Set(Object.values(english)).size).toBe(Object.values(english).length)
  expect(new Set(Object.values(hebrew)).size).toBe(Object.values(hebrew).length)
})

test('a status names what is wrong and counts in words that fit', () => {
  const text = stringsIn('en').status(figures)
  expect(text).toContain('- chroma: restarting')
  expect(text).toContain('Up for 2 hours')
  expect(text).toContain('1 conversation running')
  expect(text).toContain('1,234 memories')
  expect(stringsIn('en').status({ ...figures, uptime_seconds: 59 })).toContain('less than a minute')
  expect(stringsIn('en').status({ ...figures, uptime_seconds: 60 })).toContain('1 minute;')
  expect(stringsIn('en').status({ ...figures, uptime_seconds: 3 * 86_400 })).toContain('3 days')
  expect(stringsIn('he').status({ ...figures, uptime_seconds: 5 * 60 })).toContain('5 דקות')
  expect(stringsIn('he').status({ ...figures, uptime_seconds: 2 * 86_400 })).toContain('יומיים')
  expect(stringsIn('he').status({ ...figures, waiting_sessions: 1 })).toContain('אחת ממתינה לשמירה')
})

test('an unknown command is answered in one line that helps', () => {
  const text = stringsIn('en').unknown_command('/rest', '/reset')
  expect(text).toBe("I don't know the command /rest. Did you mean /reset? /help lists all commands.")
  expect(stringsIn('he').unknown_command('/rest', undefined)).not.toContain('\n')
})
