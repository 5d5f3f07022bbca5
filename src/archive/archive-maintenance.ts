/** The port that verifies the archive, and rebuilds its derived data. */

/** An inconsistency in the archive. */
export interface ArchiveFinding {
  readonly what:
    | 'damaged_page'
    | 'wrong_hash'
    | 'message_without_place'
    | 'place_without_message'
    | 'wrong_counts'
    | 'unknown_reference'
  readonly count: number
  /** The first cases: numbers of messages or runs, or SQLite's message; never the text of a message. */
  readonly examples: readonly string[]
}

export interface ArchiveVerification {
  readonly messages: number
  readonly runs: number
  readonly hashes_checked: number
  readonly findings: readonly ArchiveFinding[]
}

/** The result of a rebuild. */
export interface ArchiveRebuild {
  /** The copy that was made first; `undefined` if none was requested. */
  readonly backup: string | undefined
  readonly messages: number
  /** Messages whose identity was wrong and has been corrected. */
  readonly changed: number
  /** Messages that turned out to be the same as others. */
  readonly merged: number
}

export interface MaintenanceOptions {
  readonly signal: AbortSignal
  progress(step: { readonly done: number; readonly total?: number; readonly unit: string }): void
}

export interface ArchiveMaintenance {
  /** @param check_hashes also computes the identity of every message, which takes about 10 seconds per million */
  verify(check_hashes: boolean, options: MaintenanceOptions): Promise<ArchiveVerification>
  /** Computes all identities again; with `backs_up`, after making a copy with the time in its name. */
  rebuild(backs_up: boolean, options: MaintenanceOptions): Promise<ArchiveRebuild>
}
