/** The port that proves the archive whole, and rebuilds what in it follows from the messages. */

/** Something about the archive that is not as it has to be. */
export interface ArchiveFinding {
  readonly what:
    | 'damaged_page'
    | 'wrong_hash'
    | 'message_without_place'
    | 'place_without_message'
    | 'wrong_counts'
    | 'unknown_reference'
  readonly count: number
  /** The first of them: numbers of messages or runs, or what SQLite says; no words of a message. */
  readonly examples: readonly string[]
}

export interface ArchiveVerification {
  readonly messages: number
  readonly runs: number
  readonly hashes_checked: number
  readonly findings: readonly ArchiveFinding[]
}

/** What a rebuild did. */
export interface ArchiveRebuild {
  /** The copy that was made before; `undefined`: none was wanted. */
  readonly backup: string | undefined
  readonly messages: number
  /** Messages whose identity was computed again because it was wrong. */
  readonly changed: number
  /** Messages that turned out to be the same as others. */
  readonly merged: number
}

export interface MaintenanceOptions {
  readonly signal: AbortSignal
  progress(step: { readonly done: number; readonly total?: number; readonly unit: string }): void
}

export interface ArchiveMaintenance {
  /** @param check_hashes computes the identity of every message, which takes about 10 seconds for each million */
  verify(check_hashes: boolean, options: MaintenanceOptions): Promise<ArchiveVerification>
  /** Computes all identities again; `backs_up`: after a copy with the time in its name. */
  rebuild(backs_up: boolean, options: MaintenanceOptions): Promise<ArchiveRebuild>
}
