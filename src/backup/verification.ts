/** The result of verifying a backup by restoring it. */

export interface Verification {
  readonly backup_id: string
  /** ISO 8601. */
  readonly verified_at: string
  readonly in_order: boolean
  /** One sentence for each problem. */
  readonly problems: readonly string[]
  readonly objects: number
  readonly bytes: number
  readonly tables: number
  readonly rows: number
  /**
   * How many questions recall was asked about the restored messages, and how many it answered with the right message.
   */
  readonly questions: number
  readonly answered: number
  readonly duration_seconds: number
}

/** The result of asking questions with known answers about the restored data. */
export interface RecallCheck {
  readonly questions: number
  readonly answered: number
  readonly problems: readonly string[]
}
