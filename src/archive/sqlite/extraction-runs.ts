/** The table of runs in `archive.db`, with the lines that they set aside. */
import type { Database, Row } from '../../database/sqlite/database.ts'
import type { ExtractionRun, RejectedLine, RunEnd, RunPlace, RunStart } from '../extraction-run.ts'

/** A row of `extraction_runs`, with null for undefined values. */
export type RunRow = {
  readonly [K in keyof ExtractionRun]-?: undefined extends ExtractionRun[K]
    ? Exclude<ExtractionRun[K], undefined> | null
    : ExtractionRun[K]
}

const COLUMNS: Readonly<Record<keyof ExtractionRun, true>> = {
  run_id: true,
  source_type: true,
  phase: true,
  source_file: true,
  conversation: true,
  file_size_bytes: true,
  source_checksum: true,
  destination_checksum: true,
  position: true,
  lines: true,
  ahead: true,
  messages_extracted: true,
  new_unique_messages: true,
  duplicate_messages: true,
  forgotten_messages: true,
  errors_count: true,
  started_by: true,
  started_at: true,
  completed_at: true,
  status: true,
  notes: true,
}

/** The columns of a run, for every select. */
const RUN_COLUMNS = Object.keys(COLUMNS).join(', ')

export const toRun = (row: RunRow): ExtractionRun => ({
  ...row,
  phase: row.phase ?? undefined,
  conversation: row.conversation ?? undefined,
  destination_checksum: row.destination_checksum ?? undefined,
  completed_at: row.completed_at ?? undefined,
  notes: row.notes ?? undefined,
})

/** What a batch adds to the counts of its run. */
export interface RunCounts {
  readonly extracted: number
  readonly added: number
  readonly duplicates: number
  readonly errors: number
  readonly forgotten: number
  readonly reached: RunPlace
}

/** The runs of one archive. Writes join the open transaction. */
export class ExtractionRuns {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Marks the runs of an earlier process as interrupted. Call it when the archive is opened. */
  markInterrupted(): number {
    return this.#database.run(`update extraction_runs set status = 'interrupted' where status = 'running'`)
  }

  /**
   * A load into a conversation always begins at the beginning of its file: what is there already is known again.
   * @param at milliseconds since the Unix epoch
   */
  begin(start: RunStart, at: number): ExtractionRun {
    const { source_type, source_file, source_checksum, conversation } = start
    const interrupted =
      conversation === undefined &&
      this.#database.get<RunRow>(
        `update extraction_runs set status = 'running', notes = null where run_id =
           (select max(run_id) from extraction_runs where source_file = :source_file
              and source_checksum = :source_checksum and source_type = :source_type and conversation is null)
           and status = 'interrupted'
         returning ${RUN_COLUMNS}`,
        { source_type, source_file, source_checksum },
      )
    const row =
      interrupted ||
      this.#database.get<RunRow>(
        `insert into extraction_runs
           (source_type, phase, source_file, conversation, file_size_bytes, source_checksum, started_by, started_at, status)
         values (:source_type, :phase, :source_file, :conversation, :file_size_bytes, :source_checksum, :started_by, :at,
           'running')
         returning ${RUN_COLUMNS}`,
        { ...start, phase: start.phase ?? null, conversation: conversation ?? null, at },
      )
    return toRun(row as RunRow)
  }

  add(run_id: number, { extracted, added, duplicates, errors, forgotten, reached }: RunCounts): void {
    this.#database.run(
      `update extraction_runs set messages_extracted = messages_extracted + :extracted,
         new_unique_messages = new_unique_messages + :added, duplicate_messages = duplicate_messages + :duplicates,
         errors_count = errors_count + :errors, forgotten_messages = forgotten_messages + :forgotten,
         position = :position, lines = :lines, ahead = :ahead
       where run_id = :run_id`,
      { run_id, extracted, added, duplicates, errors, forgotten, ...reached },
    )
  }

  /** @returns how many were not set aside before */
  reject(run_id: number, lines: readonly RejectedLine[]): number {
    let added = 0
    for (const { line, reason, excerpt } of lines) {
      added += this.#database.run(
        `insert or ignore into rejected_lines (run_id, line, reason, excerpt) values (:run_id, :line, :reason, :excerpt)`,
        { run_id, line, reason, excerpt },
      )
    }
    return added
  }

  end(run_id: number, { status, destination_checksum, notes }: RunEnd, at: number): ExtractionRun {
    const row = this.#database.get<RunRow>(
      `update extraction_runs set status = :status, destination_checksum = :destination_checksum, notes = :notes,
         completed_at = case when :status <> 'interrupted' then :at end
       where run_id = :run_id returning ${RUN_COLUMNS}`,
      { run_id, status, destination_checksum: destination_checksum ?? null, notes: notes ?? null, at },
    )
    return toRun(row as RunRow)
  }

  find(run_id: number): ExtractionRun | undefined {
    return this.#first('run_id = :run_id', { run_id })
  }

  completed({
    source_file,
    source_checksum,
    source_type,
  }: Pick<RunStart, 'source_file' | 'source_checksum' | 'source_type'>): ExtractionRun | undefined {
    return this.#first(
      `source_file = :source_file and source_checksum = :source_checksum and source_type = :source_type
         and status = 'completed' and conversation is null`,
      { source_file, source_checksum, source_type },
    )
  }

  list({ before, limit }: { readonly before?: number | undefined; readonly limit: number }): readonly ExtractionRun[] {
    return this.#database
      .all<RunRow>(
        `select ${RUN_COLUMNS} from extraction_runs where :before is null or run_id < :before
         order by run_id desc limit :limit`,
        { before: before ?? null, limit },
      )
      .map(toRun)
  }

  rejectedLines(
    run_id: number,
    { after, limit }: { readonly after: number; readonly limit: number },
  ): readonly RejectedLine[] {
    return this.#database.all<Row & RejectedLine>(
      `select line, reason, excerpt from rejected_lines where run_id = :run_id and line > :after
       order by line limit :limit`,
      { run_id, after, limit },
    )
  }

  #first(where: string, parameters: Readonly<Record<string, string | number>>): ExtractionRun | undefined {
    const row = this.#database.get<RunRow>(
      `select ${RUN_COLUMNS} from extraction_runs where ${where} order by run_id desc limit 1`,
      parameters,
    )
    return row === undefined ? undefined : toRun(row)
  }
}
