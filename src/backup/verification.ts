/** The result of proving a backup by restoring it. */

export interface Verification {
  readonly backup_id: string
  /** ISO 8601. */
  readonly verified_at: string
  readonly in_order: boolean
  /** One sentence for each thing that is wrong. */
  readonly problems: readonly string[]
  readonly objects: number
  readonly bytes: number
  readonly tables: number
  readonly rows: number
  /** Questions that recall was asked over the restored messages, and how many it answered with the right message. */
  readonly questions: number
  readonly answered: number
  readonly duration_seconds: number
}

/** Questions whose answers are known, asked of what was restored. */
export interface RecallCheck {
  readonly questions: number
  readonly answered: number
  readonly problems: readonly string[]
}
