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

/** Plain sentences by their place: `commands.reset.saved`. */
const plain = (group: object, place = ''): readonly (readonly [string, string])[] =>
  Object.entries(group).flatMap(([name, value]: [string, unknown]) =>
    typeof value === 'string'
      ? [[`${place}${name}`, value] as const]
      : typeof value === 'object' && value !== null
        ? plain(value, `${place}${name}.`)
        : [],
  )

const said = (strings: Strings): Record<string, string> => ({
  ...Object.fromEntries(plain(strings)),
  unknown_command: strings.any_command.unknown('/x', undefined),
  unknown_near: strings.any_command.unknown('/rest', '/reset'),
  admin_only: strings.any_command.admin_only('/status'),
  status: strings.commands.status.report(figures),
  backup_made: strings.commands.backup.made({ messages: 5, bytes: 3 * 2 ** 20, new_bytes: 2 ** 19 }),
  backup_running: strings.commands.backup.running(40),
  backup_starting: strings.commands.backup.running(null),
  backup_failed: strings.commands.backup.failed('ENOSPC'),
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
  const text = stringsIn('en').commands.status.report(figures)
  expect(text).toContain('- chroma: restarting')
  expect(text).toContain('Up for 2 hours')
  expect(text).toContain('1 conversation running')
  expect(text).toContain('1,234 memories')
  expect(stringsIn('en').commands.status.report({ ...figures, uptime_seconds: 59 })).toContain('less than a minute')
  expect(stringsIn('en').commands.status.report({ ...figures, uptime_seconds: 60 })).toContain('1 minute;')
  expect(stringsIn('en').commands.status.report({ ...figures, uptime_seconds: 3 * 86_400 })).toContain('3 days')
  expect(stringsIn('he').commands.status.report({ ...figures, uptime_seconds: 5 * 60 })).toContain('5 דקות')
  expect(stringsIn('he').commands.status.report({ ...figures, uptime_seconds: 2 * 86_400 })).toContain('יומיים')
  expect(stringsIn('he').commands.status.report({ ...figures, waiting_sessions: 1 })).toContain('אחת ממתינה לשמירה')
  const troubles = [{ name: 'language model', detail: 'down' }]
  const report = stringsIn('he').commands.status.report({ ...figures, troubles, untried: ['learning', 'error rate'] })
  expect(report).toContain('- מודל השפה: ')
  expect(report).toContain('עוד לא נוסה מאז ההפעלה: הלמידה, שיעור השגיאות.')
})

test('an unknown command is answered in one line that helps', () => {
  const text = stringsIn('en').any_command.unknown('/rest', '/reset')
  expect(text).toBe("I don't know the command /rest. Did you mean /reset? /help lists all commands.")
  expect(stringsIn('he').any_command.unknown('/rest', undefined)).not.toContain('\n')
})

test.each([
  [1, 'הודעה אחת וזיכרון אחד.'],
  [2, 'הודעה אחת ו-2 זיכרונות.'],
])('Hebrew joins %i memories with the right "and"', (memories, text) => {
  const { done } = stringsIn('he').commands.forget
  expect(done({ messages: 1, memories, residue: 0, index: 'done', quote: null, same_words: 0 })).toContain(text)
})
