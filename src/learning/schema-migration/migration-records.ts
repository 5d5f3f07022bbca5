/** The port that records migrations of long-term memory from summaries (v1) to facts (v2), and how far they came. */

export const MEMORY_VERSIONS = ['v1', 'v2'] as const
export type MemoryVersion = (typeof MEMORY_VERSIONS)[number]

export const MIGRATION_STATES = ['running', 'interrupted', 'completed', 'failed'] as const
export type MigrationState = (typeof MIGRATION_STATES)[number]

/**
 * What became of one summary. `learned`: facts were extracted from the messages of its session; `converted`: the
 * messages are gone, so its own statements became facts; `kept`: it has no statements that could become facts.
 */
export const SUMMARY_OUTCOMES = ['learned', 'converted', 'kept'] as const
export type SummaryOutcome = (typeof SUMMARY_OUTCOMES)[number]

export interface MigratedSummary {
  readonly memory_id: string
  readonly outcome: SummaryOutcome
  /** Facts that came of it, those that were known already included. */
  readonly facts: number
}

/** One run. Times are milliseconds since the Unix epoch. */
export interface MigrationRecord {
  readonly id: number
  readonly from: MemoryVersion
  readonly to: MemoryVersion
  readonly started_at: number
  readonly completed_at: number | undefined
  readonly status: MigrationState
  readonly started_by: string
  /** The backup that was made before; `undefined`: none was wanted. */
  readonly backup_id: string | undefined
  /** Summaries that this run migrated, and the facts that came of them. */
  readonly migrated: number
  readonly facts: number
  /** Why it stopped, or what its verification found. */
  readonly error: string | undefined
}

export interface MigrationRecords {
  begin(run: Pick<MigrationRecord, 'started_at' | 'started_by' | 'backup_id'>): Promise<number>
  /** Records a summary as migrated; a summary is migrated once. */
  add(id: number, summary: MigratedSummary, at: number): Promise<void>
  end(id: number, end: Pick<MigrationRecord, 'completed_at' | 'status' | 'error'>): Promise<void>
  /** Ends runs that a crash left running. */
  interrupt(at: number): Promise<void>
  /** Newest first. */
  history(limit: number): Promise<readonly MigrationRecord[]>
  /** Which of these summaries were migrated. */
  migrated(memory_ids: readonly string[]): Promise<ReadonlyMap<string, MigratedSummary>>
}
