/** The port of the audit log, which records who read, changed or erased whose memory. */

/** Who read, changed or erased whose memory: ids and counts, never message text. */
export interface AuditEntry {
  /** `recall`, `memory.forget` … */
  readonly operation: string
  /** The person who did it, `operator`, or `cron` for scheduled work. */
  readonly by: string
  /** The owner of the memory: a person or a group. */
  readonly whose: string
  readonly memory_ids?: readonly string[]
  readonly message_ids?: readonly string[]
  readonly counts?: Readonly<Record<string, number>>
  readonly outcome?: string
}

/** The log of what people and the operator did with memories. */
export interface AuditLog {
  write(entry: AuditEntry): void
}
