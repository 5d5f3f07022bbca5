// Measures every report over an archive of generated messages, and how long the event loop stalls meanwhile.
// Usage: npm run bench:reports [-- --quick] [--messages N] [--json]
// Prints the time of each report as JSON text, through a thread as DeniDin makes it. Exit code 1 when one takes more than 2 s
// or the event loop of the caller stalls for more than 20 ms of its processor time: by the clock, it also waits for other
// processes on a busy machine.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { allMigrations } from '../../src/app/stores.ts'
import { openArchive } from '../../src/archive/sqlite/open-archive.ts'
import { LEVELS } from '../../src/archive/archive-message.ts'
import { Database } from '../../src/database/sqlite/database.ts'
import { MINUTE_MS, systemClock } from '../../src/platform/clock.ts'
import { RequestThread } from '../../src/platform/threads/request-thread.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { REPORT_NAMES } from '../../src/platform/report-names.ts'
import { randomNumbers } from '../support/random-numbers.ts'
import type { ReportRequests, ReportThreadData } from './reports/report-thread.ts'
import { measureTurns } from './longest-turn.ts'
import { option } from './option.ts'

const MESSAGES = Number(option('--messages') ?? (process.argv.includes('--quick') ? 100_000 : 2_000_000))
const MOST_MS = 2000
const MOST_STALL_MS = 20
const PROJECTS = 16
const COMPONENTS = 40
const SESSION_MESSAGES = 80
const ROUNDS = 3
const TOKENS = 10

/** One year, whatever the size. */
const BEGIN = Date.parse('2025-11-20T00:00:00Z')
const YEAR_MS = 365 * 24 * 60 * MINUTE_MS

const fill = (path: string): void => {
  using database = openArchive(path)
  const random = randomNumbers(7)
  const words = 'the server answered and the hook ran again before the build of the project was done '
  database.transaction(() => {
    for (let each = 1; each <= PROJECTS; each++) {
      database.run('insert into projects (path, name) values (:path, :name)', {
        path: `/p/${String(each)}`,
        name: String(each),
      })
    }
    for (let each = 1; each <= COMPONENTS; each++) {
      database.run('insert into components (name) values (:name)', { name: `component ${String(each)}` })
    }
    let session_no = 0
    let project_id = 1
    for (let at = 0; at < MESSAGES; at++) {
      if (at % SESSION_MESSAGES === 0) {
        project_id = 1 + Math.floor(random() * random() * PROJECTS)
        session_no++
        database.run('insert into archive_sessions (session_id, project_id) values (:id, :project_id)', {
          id: `session-${String(session_no)}`,
          project_id,
        })
      }
      database.run(
        `insert into archive_messages (hash, content, role, at, project_id, session_no, source_type, phase, component_id, level)
         values (:hash, :content, 'system', :at, :project_id, :session_no, 'debug', 2, :component_id, :level)`,
        {
          hash: Buffer.from(String(at)),
          content: words.repeat(1 + Math.floor(random() * 3)) + String(at),
          at: BEGIN + Math.floor((at / MESSAGES) * YEAR_MS),
          project_id,
          session_no,
          component_id: 1 + Math.floor(random() * random() * COMPONENTS),
          level: LEVELS[Math.floor(random() * LEVELS.length)] ?? 'INFO',
        },
      )
    }
  })
}

/** A tenth as many messages of the bot itself. */
const talk = (path: string): void => {
  using database = new Database(path, allMigrations)
  database.transaction(() => {
    for (let at = 0; at < MESSAGES / 10; at++) {
      const person = String(at % 100)
      database.run(
        `insert into messages (message_id, chat_id, chat_kind, scope, person_id, role, kind, text, tokens, sent_at)
         values (:id, :person, 'direct', 'person:' || :person, :person, :role, 'chat', 'some words of a message', ${String(TOKENS)}, :at)`,
        {
          id: `m${String(at)}`,
          person,
          role: at % 200 < 100 ? 'user' : 'assistant',
          at: BEGIN + Math.floor(((at * 10) / MESSAGES) * YEAR_MS),
        },
      )
    }
  })
}

const filled = option('--fill')
if (filled !== undefined) {
  fill(join(filled, 'archive.db'))
  talk(join(filled, 'denidin.db'))
  process.exit()
}
const folder = mkdtempSync(join(tmpdir(), 'denidin-reports-'))
try {
  // In a process of its own, so that its memory is not collected while the stalls are measured.
  execFileSync(process.execPath, [import.meta.filename, '--fill', folder, '--messages', String(MESSAGES)])
  const data: ReportThreadData = {
    archive_path: join(folder, 'archive.db'),
    messages_path: join(folder, 'denidin.db'),
  }
  await using thread = new RequestThread<ReportRequests>({
    name: 'reports',
    file: new URL('./reports/report-thread.ts', import.meta.url),
    data,
    idle_ms: MINUTE_MS,
    clock: systemClock,
    logger: silentLogger,
  })
  const now = BEGIN + YEAR_MS
  const common = { format: 'json', language: 'en', time_zone: 'Asia/Jerusalem', now } as const
  // The first request starts the thread.
  await thread.request('reports.write', { ...common, report: 'extraction-progress' })
  const results: Record<string, number> = {}
  const stop = measureTurns()
  for (const report of REPORT_NAMES) {
    for (const [days, start_date] of [
      ['usual', undefined],
      ['year', '2025-11-20'],
    ] as const) {
      const times: number[] = []
      for (let round = 0; round < ROUNDS; round++) {
        const began = performance.now()
        await thread.request('reports.write', { ...common, report, start_date })
        times.push(performance.now() - began)
      }
      results[`${report} (${days})`] = Math.round(Math.max(...times))
    }
  }
  const { clock, processor } = stop()
  const stall = Math.round(processor)
  if (process.argv.includes('--json'))
    console.log(
      JSON.stringify({
        messages: MESSAGES,
        slowest_ms: results,
        stall_ms: stall,
        stall_by_the_clock_ms: Math.round(clock),
      }),
    )
  else {
    console.log(`Slowest of ${String(ROUNDS)} over ${MESSAGES.toLocaleString('en')} messages, in ms`)
    for (const [name, ms] of Object.entries(results)) console.log(`${name.padEnd(32)} ${String(ms).padStart(6)}`)
    console.log(`${'longest stall of the event loop'.padEnd(32)} ${String(stall).padStart(6)}`)
    console.log(`${'  by the clock'.padEnd(32)} ${String(Math.round(clock)).padStart(6)}`)
  }
  if (Math.max(...Object.values(results)) > MOST_MS || stall > MOST_STALL_MS) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
