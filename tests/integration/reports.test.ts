// Reports through the whole app: over the thread of the archive, with the words of people audited, and on a schedule.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from '@jest/globals'
import { scheduleOf } from '../../src/app/schedule.ts'
import type { OperationInput, OperationName } from '../../src/operations/list.ts'
import { DAY_MS } from '../../src/platform/clock.ts'
import { asDenidinError, DenidinError } from '../../src/platform/errors.ts'
import { REPORT_NAMES } from '../../src/platform/report-names.ts'
import { GODFATHER, TestDenidin, type Json } from '../support/denidin.ts'

const OPERATOR = { transport: 'cli', level: 'operator' } as const

let denidin: TestDenidin
afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const run = async <N extends OperationName>(name: N, input: OperationInput<N>): Promise<Record<string, unknown>> =>
  await denidin.app.runner.run(name, input, { caller: OPERATOR })

const report = async (input: OperationInput<'report.make'>): Promise<Record<string, unknown>> => {
  const { text } = await run('report.make', { format: 'json', ...input })
  return JSON.parse(String(text)) as Record<string, unknown>
}

/** Loads messages of one project and session, one for each number of days before today. */
const load = async (...days_ago: readonly number[]): Promise<void> => {
  const file = join(denidin.folder, 'extracted-messages.jsonl')
  const lines = days_ago.map((days, at) =>
    JSON.stringify({
      content: `message ${String(at)}`,
      source: `history.jsonl:line-${String(at + 1)}`,
      timestamp: denidin.clock.now() - days * DAY_MS,
      session_id: 'session-1',
      project: '/code/<b>אתר</b>',
      source_type: 'history.jsonl',
      component: 'LSP',
      level: at % 2 === 0 ? 'ERROR' : 'INFO',
    }),
  )
  writeFileSync(file, `${lines.join('\n')}\n`)
  await run('ingest.load_extraction', { file })
}

const auditLines = (): readonly Record<string, unknown>[] =>
  readFileSync(join(denidin.folder, 'logs', 'memory_audit.log'), 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>)

test('reports are made of what was loaded, while memory is off', async () => {
  denidin = await TestDenidin.start({ feature_flags: { enable_memory_system: false }, time_zone: 'Asia/Jerusalem' })
  await load(0, 1, 40)
  expect(await report({ report: 'project-activity' })).toMatchObject({
    time_zone: 'Asia/Jerusalem',
    rows: [{ sessions: 1, messages: 3, errors: 2, days_active: 3 }],
  })
  expect((await report({ report: 'timeline' }))['rows']).toHaveLength(2)
  expect(await report({ report: 'component-usage' })).toMatchObject({
    rows: [{ component: 'LSP', error_rate_pct: 66.67 }],
  })
  expect(await report({ report: 'error-analysis' })).toMatchObject({
    rows: [{ error_samples: ['message 0', 'message 2'] }],
  })
  const session = await report({ report: 'session', session: 'session-1' })
  expect(session).toMatchObject({
    rows: [{ session_id: 'session-1', messages: 3 }],
    messages: [{ content: 'message 2' }, { content: 'message 1' }, { content: 'message 0' }],
  })
  const progress = await report({ report: 'extraction-progress' })
  expect(progress['runs']).toMatchObject([{ run_id: 1, status: 'completed', source_unchanged: 'yes' }])
  const { text, media_type } = await run('report.make', { report: 'timeline', format: 'html' })
  expect(media_type).toBe('text/html; charset=utf-8')
  expect(text).toContain('<svg')
  // Only what holds words is audited.
  const audited = auditLines().filter(({ operation }) => operation === 'report.make')
  expect(audited).toMatchObject([
    { whose: 'archive', counts: { messages: 2 } },
    { whose: 'archive', counts: { messages: 3 } },
  ])
})

test.each<[OperationInput<'report.make'>, string, string]>([
  [{ report: 'timeline', project: 'nothing' }, 'not_found', 'the archive has no project "nothing"'],
  [
    { report: 'session', session: 'session' },
    'not_found',
    'the archive has no session "session"; did you mean "session-1"?',
  ],
  [
    { report: 'conversation', chat: 'nope@g.us' },
    'not_found',
    'there is no chat "nope@g.us" with messages; denidin chats lists the chats',
  ],
  [{ report: 'timeline', person: 'p' }, 'invalid_input', 'person belongs to conversation; timeline takes none'],
  [{ report: 'extraction-progress', project: 'p' }, 'invalid_input', 'project belongs to'],
  [{ report: 'project-activity', top_components: 3 }, 'invalid_input', 'top-components belongs to timeline'],
  ...(['project', 'start_date', 'end_date'] as const).map((field): [OperationInput<'report.make'>, string, string] => [
    { report: 'session', session: 'session-1', [field]: '2026-11-01' },
    'invalid_input',
    `a session is shown whole; leave out session or ${field.replace('_', '-')}`,
  ]),
  [{ report: 'timeline', start_date: '2026-13-01' }, 'invalid_input', 'start-date is "2026-13-01", which is not a day'],
  [
    { report: 'timeline', format: 'csv', table: 'runs' },
    'invalid_input',
    'this report has no table "runs"; it has rows',
  ],
  [
    { report: 'extraction-progress', table: 'runs' },
    'invalid_input',
    'table belongs to the format csv; leave it out for the format table',
  ],
  [
    { report: 'timeline', language: 'he', format: 'json' },
    'invalid_input',
    'language belongs to the format html; leave it out for the format json',
  ],
])('what cannot be is refused in one sentence: %j', async (input, code, message) => {
  denidin = await TestDenidin.start()
  await load(0)
  await expect(run('report.make', input)).rejects.toMatchObject({ code, message: expect.stringContaining(message) })
})

test('the report on the bot itself counts what was said and answered', async () => {
  denidin = await TestDenidin.start()
  await denidin.say('hello there', { name: 'Dana' })
  await denidin.say('/help', { name: 'Dana' })
  const { rows, total, people } = await report({ report: 'conversation', by: 'person' })
  expect(rows).toMatchObject([{ messages: 1, answers: 1, median_response_seconds: expect.any(Number) }])
  expect(total).toMatchObject([{ messages: 1, answers: 1 }])
  expect(people).toMatchObject([{ name: 'Dana', messages: 1, answers: 1, output_tokens: expect.any(Number) }])
  expect(await report({ report: 'conversation', person: '+15550001111' })).toMatchObject({
    subject: 'Dana (+15550001111)',
    total: [{ messages: 1 }],
  })
})

test('every pair of options makes a report or is refused in one sentence', async () => {
  denidin = await TestDenidin.start()
  await load(0, 1)
  await denidin.say('hello there', { name: 'Dana' })
  const options: readonly Partial<OperationInput<'report.make'>>[] = [
    { start_date: '2026-11-01' },
    { end_date: '2026-11-30' },
    { top_components: 1 },
    { project: '/code/<b>אתר</b>' },
    { session: 'session-1' },
    { person: '+15550001111' },
    { chat: '15550001111@c.us' },
    { by: 'person' },
    { format: 'json' },
    { format: 'csv' },
    { format: 'html' },
    { table: 'rows' },
    { language: 'he' },
  ]
  const outcomes = { made: 0, refused: 0 }
  for (const name of REPORT_NAMES) {
    for (const one of options) {
      for (const other of options) {
        const asked = { report: name, ...one, ...other }
        const outcome = await run('report.make', asked).catch((error: unknown) => asDenidinError(error))
        if (outcome instanceof DenidinError) {
          outcomes.refused++
          expect({ asked, code: outcome.code, lines: outcome.message.split(/[.\n]\s/).length }).toEqual({
            asked,
            code: 'invalid_input',
            lines: 1,
          })
        } else {
          outcomes.made++
          expect({ asked, empty: String(outcome['text']).trim() === '' }).toEqual({ asked, empty: false })
        }
      }
    }
  }
  expect(outcomes).toEqual({ made: expect.any(Number), refused: expect.any(Number) })
  expect(outcomes.made).toBeGreaterThan(300)
  expect(outcomes.refused).toBeGreaterThan(300)
})

const files = (): readonly string[] => readdirSync(denidin.data('reports', 'archive')).sort()

const start = async (reports: Json): Promise<void> => {
  denidin = await TestDenidin.start({ reports, time_zone: 'UTC', godfather_phone: GODFATHER })
}

test('the reports of reports.scheduled are written at their time, in their format', async () => {
  await start({ scheduled: ['timeline', 'conversation'], cron: '1 2 3 * *', file_format: 'csv', days: 10 })
  await load(1, 10, 11)
  expect(scheduleOf(denidin.settings())).toMatchObject({ reports_cron: '1 2 3 * *' })
  await run('jobs.run', { job: 'reports' })
  expect(files().map(name => name.slice('2026-11-20-'.length))).toEqual(['conversation.csv', 'timeline.csv'])
  const timeline = readFileSync(denidin.data('reports', 'archive', files()[1] ?? ''), 'utf8')
  expect(timeline.trimEnd().split('\r\n')).toHaveLength(3)
})

test('a scheduled report with words of messages leaves a line in the audit log', async () => {
  await start({ scheduled: ['error-analysis', 'timeline'], file_format: 'json' })
  await load(1, 2, 3)
  await run('report.scheduled', {})
  await run('jobs.run', { job: 'reports' })
  expect(auditLines().filter(({ operation }) => String(operation).startsWith('report.scheduled'))).toMatchObject(
    [1, 2].map(() => ({
      operation: 'report.scheduled error-analysis',
      by: 'operator',
      whose: 'archive',
      counts: { messages: 2 },
    })),
  )
})

test('no report is written unless one is scheduled', async () => {
  await start({})
  expect(await run('report.scheduled', {})).toEqual({ files: [] })
})

test('scheduled reports older than reports.kept_days are deleted', async () => {
  await start({ scheduled: ['project-activity'], kept_days: 2 })
  await run('report.scheduled', {})
  denidin.clock.forward(3 * DAY_MS)
  await run('report.scheduled', {})
  expect(files()).toHaveLength(1)
})

test('pages are in the language that the godfather has chosen', async () => {
  await start({ scheduled: ['project-activity'] })
  await denidin.say('hello', { phone: GODFATHER })
  await run('people.language', { person: GODFATHER, language: 'he' })
  expect((await run('report.make', { report: 'timeline', format: 'html' }))['text']).toContain('lang="he" dir="rtl"')
  await run('report.scheduled', {})
  expect(readFileSync(denidin.data('reports', 'archive', files()[0] ?? ''), 'utf8')).toContain('lang="he" dir="rtl"')
})
