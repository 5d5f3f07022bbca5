// Measures the analysis of a large usage log, and what appending costs the caller.
// Usage: npm run bench:usage-log [-- --quick] [--lines N] [--json]
// Prints the time for all lines, the processor time, how much memory grew by, the longest stall of the event loop, and the time of `begin`
// and `finish` together. Exit code 1 when a million lines would take more than 5 s, or memory grew by more than 200 MB.
import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { DEFAULT_BUDGET_PROFILES } from '../../src/budget/profiles/budget-profiles.ts'
import { FileUsageLog } from '../../src/budget/usage/file-usage-log.ts'
import { analyseUsage } from '../../src/budget/usage/read-usage.ts'
import { budgetsToday, recommend } from '../../src/budget/usage/recommend.ts'
import { entryOf, openUseOf } from '../../src/budget/usage/usage-entry.ts'
import { SECOND_MS, systemClock } from '../../src/platform/clock.ts'
import { systemIds } from '../../src/platform/ids.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { COMPLEXITIES } from '../../src/text/complexity/complexity.ts'
import { begunUsage } from '../support/budget/begun-usage.ts'
import { percentiles, residentMegabytes } from './figures.ts'
import { option } from './option.ts'

const LINES = Number(option('--lines') ?? (process.argv.includes('--quick') ? 100_000 : 1_000_000))
const FILES = 8
const MILLION = 1_000_000
const MOST_SECONDS_FOR_MILLION = 5
const MOST_MEGABYTES = 200
const APPENDS = 2000
const NANOSECONDS = 1e6
const TASKS = ['When do I fly to Rome, and who booked the hotel?', 'מתי אני טס לרומא, ומי הזמין את המלון?', 'Thanks!']

/** Lines as the log writes them, of 300 people and 30 agents; one in ten thousand is broken. */
const lineAt = (at: number): string => {
  if (at % 10_000 === 9999) return '{"timestamp":"2026-11-2\n'
  const budget_allocated = 4000 * (1 + (at % 3))
  const demand_tokens = Math.round(budget_allocated * (((at * 7919) % 1000) / 800))
  const isTurn = at % 4 !== 0
  const use = openUseOf(
    begunUsage({
      kind: isTurn ? 'turn' : 'load',
      agent: isTurn ? 'client' : `specialists/agent-${String(at % 30)}`,
      task: TASKS[at % TASKS.length],
      complexity: COMPLEXITIES[at % COMPLEXITIES.length] ?? 'medium',
      budget_allocated,
      demand_tokens,
      tokens_loaded: Math.min(demand_tokens, budget_allocated),
      person_id: isTurn ? `person-${String(at % 300)}` : undefined,
      message_ids: [`false_15551230001@c.us_3EB0${at.toString(16)}`],
    }),
    {
      id: systemIds.uuid(),
      at: Date.parse('2026-01-01T00:00:00Z') + at * 20 * SECOND_MS,
      run: 'live',
    },
  )
  return `${JSON.stringify(entryOf(use, { success: at % 50 !== 0 }, 2))}\n`
}

const root = mkdtempSync(join(tmpdir(), 'denidin-usage-log-'))
try {
  const folder = join(root, 'usage')
  mkdirSync(folder)
  const perFile = Math.ceil(LINES / FILES)
  for (let file = 0; file < FILES; file++) {
    const name = file === FILES - 1 ? 'budget-usage.jsonl' : `budget-usage-2026010${String(file + 1)}T000000000Z.jsonl`
    const lines: string[] = []
    for (let at = file * perFile; at < Math.min(LINES, (file + 1) * perFile); at++) {
      lines.push(lineAt(at))
      if (lines.length % 10_000 === 0) writeFileSync(join(folder, name), lines.splice(0).join(''), { flag: 'a' })
    }
    writeFileSync(join(folder, name), lines.join(''), { flag: 'a' })
  }
  const log = new FileUsageLog({
    folder,
    run: 'live',
    keepsWords: async () => true,
    most_bytes: 1e12,
    kept_files: 1000,
    clock: systemClock,
    ids: systemIds,
    logger: silentLogger,
  })
  const caps = { client: 4000, godfather: 100_000 }
  const before = residentMegabytes(process.pid)
  let most = before
  const watch = setInterval(() => {
    most = Math.max(most, residentMegabytes(process.pid))
  }, 50)
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const cpu = process.cpuUsage()
  const began = performance.now()
  const report = await analyseUsage(log, {}, { budgetToday: budgetsToday(DEFAULT_BUDGET_PROFILES, caps) })
  const seconds = (performance.now() - began) / SECOND_MS
  const { user, system } = process.cpuUsage(cpu)
  delay.disable()
  clearInterval(watch)
  const recommendations = recommend(report, { profiles: DEFAULT_BUDGET_PROFILES, caps }).length

  const appends: number[] = []
  for (let at = 0; at < APPENDS; at++) {
    const from = performance.now()
    const id = log.begin(begunUsage())
    void log.finish(id, { success: true })
    appends.push((performance.now() - from) * 1000)
    if (at % 20 === 0) await systemClock.sleep(1)
  }
  await log.close()

  const result = {
    lines: LINES,
    seconds: Math.round(seconds * 100) / 100,
    seconds_for_million: Math.round((seconds * MILLION * 100) / LINES) / 100,
    processor_seconds: Math.round((user + system) / 10_000) / 100,
    grown_mb: most - before,
    longest_stall_ms: Math.round(delay.max / NANOSECONDS),
    entries: report.overall.executions,
    bad_lines: report.bad_lines,
    recommendations,
    begin_and_finish_us: percentiles(appends),
  }
  console.log(process.argv.includes('--json') ? JSON.stringify(result) : result)
  if (result.seconds_for_million > MOST_SECONDS_FOR_MILLION || result.grown_mb > MOST_MEGABYTES) process.exitCode = 1
} finally {
  rmSync(root, { recursive: true, force: true })
}
