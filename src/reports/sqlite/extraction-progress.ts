/** How far the sources have been loaded, according to the records of the runs. */
import { PHASES, SOURCE_TYPES, type SourceType } from '../../archive/archive-message.ts'
import type { ExtractionRun } from '../../archive/extraction-run.ts'
import { toRun, type RunRow } from '../../archive/sqlite/extraction-runs.ts'
import type { Database } from '../../database/sqlite/database.ts'
import type { ExtractionProgress, PhaseProgress } from '../archive-reports.ts'
import { instantsOf, type ReportRange } from '../report-range.ts'
import { percentOf } from './tallies.ts'

type SumRow = Pick<
  PhaseProgress,
  | 'source_type'
  | 'files'
  | 'runs'
  | 'messages_extracted'
  | 'new_unique_messages'
  | 'duplicate_messages'
  | 'errors_count'
> & {
  readonly phase: NonNullable<PhaseProgress['phase']> | null
  readonly last_run: number
  readonly status: ExtractionRun['status']
}

/** Every run counts once: an interrupted run is resumed under the same number. */
export const extractionProgress = (database: Database, range: ReportRange, most_runs: number): ExtractionProgress => {
  const { begins, ends } = instantsOf(range)
  const of_range = {
    begins: Number.isFinite(begins) ? begins : Number.MIN_SAFE_INTEGER,
    ends: Number.isFinite(ends) ? ends : Number.MAX_SAFE_INTEGER,
  }
  const within = 'started_at >= :begins and started_at < :ends'
  const sums = database.all<SumRow>(
    // With a single max(), SQLite takes the other columns from the same row, so the status is that of the last run.
    `select phase, source_type, count(distinct source_file) as files, count(*) as runs,
       sum(messages_extracted) as messages_extracted, sum(new_unique_messages) as new_unique_messages,
       sum(duplicate_messages) as duplicate_messages, sum(errors_count) as errors_count,
       max(run_id) as last, started_at as last_run, status
     from extraction_runs where ${within} group by phase, source_type`,
    of_range,
  )
  const runs = database.all<RunRow>(
    `select * from extraction_runs where ${within} order by started_at desc, run_id desc limit :most_runs`,
    { ...of_range, most_runs },
  )
  return { phases: phasesOf(sums), runs: runs.map(toRun) }
}

const phasesOf = (sums: readonly SumRow[]): readonly PhaseProgress[] => {
  const loaded = sums.map((row): PhaseProgress => ({
    ...row,
    phase: row.phase ?? undefined,
    dedup_rate_pct: percentOf(row.duplicate_messages, row.messages_extracted),
  }))
  const pending = SOURCE_TYPES.filter(
    type => PHASES[type] !== undefined && loaded.every(({ phase }) => phase !== PHASES[type]),
  ).map(nothingLoaded)
  return [...loaded, ...pending].sort(
    (a, b) =>
      (a.phase ?? Number.POSITIVE_INFINITY) - (b.phase ?? Number.POSITIVE_INFINITY) ||
      SOURCE_TYPES.indexOf(a.source_type) - SOURCE_TYPES.indexOf(b.source_type),
  )
}

const nothingLoaded = (source_type: SourceType): PhaseProgress => ({
  phase: PHASES[source_type],
  source_type,
  files: 0,
  runs: 0,
  messages_extracted: 0,
  new_unique_messages: 0,
  duplicate_messages: 0,
  dedup_rate_pct: 0,
  errors_count: 0,
  last_run: undefined,
  status: 'pending',
})
