/** The archive's messages and runs in `archive.db`. */
import type { Database } from '../../database/sqlite/database.ts'
import type { Clock } from '../../platform/clock.ts'
import { archiveHash } from '../archive-identity.ts'
import type { SourceMessage } from '../archive-message.ts'
import type { ArchiveBatch, ArchiveCounts, ArchiveStore, BatchCounts, Rehearsal } from '../archive-store.ts'
import type { ExtractionRun, RejectedLine, RunEnd, RunStart, RunStep } from '../extraction-run.ts'
import { ArchiveNames } from './archive-names.ts'
import { ExtractionRuns } from './extraction-runs.ts'
import { SqliteRehearsal } from './sqlite-rehearsal.ts'

/** A message with the numbers that the tables use for names. */
interface Resolved {
  readonly project_id: number | null
  readonly session_no: number | null
  readonly component_id: number | null
}

export class SqliteArchiveStore implements ArchiveStore {
  readonly #database: Database
  readonly #clock: Pick<Clock, 'now'>
  readonly #runs: ExtractionRuns
  readonly #names: ArchiveNames

  /** Marks runs of an earlier process as interrupted, so create only one instance per opened archive. */
  constructor(database: Database, clock: Pick<Clock, 'now'>) {
    this.#database = database
    this.#clock = clock
    this.#runs = new ExtractionRuns(database)
    this.#names = new ArchiveNames(database)
    this.#runs.markInterrupted()
  }

  async begin(start: RunStart): Promise<ExtractionRun> {
    return this.#database.transaction(() => this.#runs.begin(start, this.#clock.now()))
  }

  async write(run_id: number, batch: ArchiveBatch): Promise<BatchCounts> {
    const counts = this.#writeNow(run_id, batch)
    await this.#database.checkpointIfLong()
    return counts
  }

  async record(run_id: number, { added, duplicates, forgotten, rejected, lines }: RunStep): Promise<void> {
    this.#database.transaction(() => {
      const errors = this.#runs.reject(
        run_id,
        rejected.map(each => ({ ...each, excerpt: '' })),
      )
      const reached = { position: 0, lines, ahead: 0 }
      this.#runs.add(run_id, { extracted: added + duplicates, added, duplicates, errors, forgotten, reached })
    })
  }

  rehearse(): Rehearsal {
    return new SqliteRehearsal(this.#database)
  }

  async end(run_id: number, end: RunEnd): Promise<ExtractionRun> {
    return this.#database.transaction(() => this.#runs.end(run_id, end, this.#clock.now()))
  }

  async runs(page: {
    readonly before?: number | undefined
    readonly limit: number
  }): Promise<readonly ExtractionRun[]> {
    return this.#runs.list(page)
  }

  async run(run_id: number): Promise<ExtractionRun | undefined> {
    return this.#runs.find(run_id)
  }

  async rejectedLines(
    run_id: number,
    page: { readonly after: number; readonly limit: number },
  ): Promise<readonly RejectedLine[]> {
    return this.#runs.rejectedLines(run_id, page)
  }

  async completedRun(
    of: Pick<RunStart, 'source_file' | 'source_checksum' | 'source_type'>,
  ): Promise<ExtractionRun | undefined> {
    return this.#runs.completed(of)
  }

  async counts(): Promise<ArchiveCounts> {
    return this.#database.get<ArchiveCounts>(
      `select (select count(*) from archive_messages) messages, (select count(*) from projects) projects,
         (select count(*) from archive_sessions) sessions, (select count(*) from places) places,
         (select count(*) from extraction_runs) runs`,
    ) as ArchiveCounts
  }

  #writeNow(run_id: number, { found, counted = 0, rejected, reached, forgotten = 0 }: ArchiveBatch): BatchCounts {
    try {
      return this.#database.flushedLater(() => {
        const source_file_id = this.#sourceFileOf(run_id)
        let added = 0
        for (const [at, { message, line, origins = [] }] of found.entries()) {
          const { seq, is_new } = this.#put(message)
          if (is_new && at >= counted) added++
          this.#addPlace({ seq, source_file_id, line, run_id })
          for (const { source_file, source_line } of origins) {
            this.#addPlace({ seq, source_file_id: this.#names.sourceFile(source_file), line: source_line, run_id })
          }
        }
        const errors = this.#runs.reject(run_id, rejected)
        const extracted = found.length - counted
        const duplicates = extracted - added
        this.#runs.add(run_id, { extracted, added, duplicates, errors, forgotten, reached })
        return { new_unique_messages: added, duplicate_messages: duplicates }
      })
    } catch (error) {
      this.#names.forget()
      throw error
    }
  }

  #addPlace(place: Readonly<Record<'seq' | 'source_file_id' | 'line' | 'run_id', number>>): void {
    this.#database.run(
      `insert or ignore into places (seq, source_file_id, source_line, run_id)
       values (:seq, :source_file_id, :line, :run_id)`,
      { ...place },
    )
  }

  #sourceFileOf(run_id: number): number {
    const row = this.#database.get<{ source_file: string }>(
      'select source_file from extraction_runs where run_id = :run_id',
      { run_id },
    )
    return this.#names.sourceFile((row as { source_file: string }).source_file)
  }

  /** Adds a message, or adds missing data to an existing one. */
  #put(message: SourceMessage): { readonly seq: number; readonly is_new: boolean } {
    const hash = archiveHash(message)
    const resolved = this.#resolve(message)
    const added = this.#insert(hash, message, resolved)
    const seq = added ?? this.#complete(hash, message, resolved)
    this.#addTags(seq, message)
    return { seq, is_new: added !== undefined }
  }

  #resolve({ project, session, component }: SourceMessage): Resolved {
    const own = project === undefined ? undefined : this.#names.project(project)
    const known = session === undefined ? undefined : this.#names.session(session, own)
    return {
      project_id: own ?? known?.project_id ?? null,
      session_no: known?.session_no ?? null,
      component_id: component === undefined ? null : this.#names.component(component),
    }
  }

  /** @returns its `seq`; `undefined` if it already exists */
  #insert(hash: Uint8Array, message: SourceMessage, resolved: Resolved): number | undefined {
    const row = this.#database.get<{ seq: number }>(
      `insert into archive_messages (hash, content, role, at, project_id, session_no, source_type, phase, component_id,
         level, sender_name, occurrence, metadata)
       values (:hash, :content, :role, :at, :project_id, :session_no, :source_type, :phase, :component_id, :level,
         :sender_name, :occurrence, :metadata)
       on conflict (hash) do nothing returning seq`,
      {
        hash,
        content: message.content,
        role: message.role,
        at: message.at ?? null,
        project_id: resolved.project_id,
        session_no: resolved.session_no,
        source_type: message.source_type,
        phase: message.phase ?? null,
        component_id: resolved.component_id,
        level: message.level ?? null,
        sender_name: message.sender_name ?? null,
        occurrence: message.occurrence ?? 1,
        metadata: message.metadata === undefined ? null : JSON.stringify(message.metadata),
      },
    )
    return row?.seq
  }

  /** Adds data that the first source did not contain. @returns its `seq` */
  #complete(
    hash: Uint8Array,
    { level, metadata, phase }: SourceMessage,
    { project_id, component_id }: Resolved,
  ): number {
    const row = this.#database.get<Completable>(
      'select seq, project_id, component_id, level, metadata, phase from archive_messages where hash = :hash',
      { hash },
    ) as Completable
    const { seq } = row
    const told = {
      project_id: row.project_id ?? project_id,
      component_id: row.component_id ?? component_id,
      level: row.level ?? level ?? null,
      phase: row.phase ?? phase ?? null,
      metadata: row.metadata ?? (metadata === undefined ? null : JSON.stringify(metadata)),
    }
    const isMore =
      told.project_id !== row.project_id ||
      told.component_id !== row.component_id ||
      told.level !== row.level ||
      told.phase !== row.phase ||
      told.metadata !== row.metadata
    if (isMore) {
      this.#database.run(
        `update archive_messages set project_id = :project_id, component_id = :component_id, level = :level,
           phase = :phase, metadata = :metadata where seq = :seq`,
        { seq, ...told },
      )
    }
    return seq
  }

  #addTags(seq: number, { tags = [], files = [] }: SourceMessage): void {
    for (const { category, value, confidence } of tags) {
      this.#database.run(
        `insert or ignore into tags (seq, category, value, confidence) values (:seq, :category, :value, :confidence)`,
        { seq, category, value, confidence },
      )
    }
    for (const { path, operation } of files) {
      this.#database.run(
        'insert or ignore into file_references (seq, path, operation) values (:seq, :path, :operation)',
        { seq, path, operation },
      )
    }
  }
}

interface Completable {
  readonly seq: number
  readonly project_id: number | null
  readonly component_id: number | null
  readonly level: string | null
  readonly metadata: string | null
  readonly phase: number | null
}
