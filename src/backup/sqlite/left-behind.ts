/** Counts the messages that a restore leaves in the old data. */
import { DatabaseSync } from 'node:sqlite'
import { isFile } from '../../platform/obstacles.ts'
import type { LeftBehind } from '../swap.ts'

/**
 * The messages of the present `denidin.db` that the restored one lacks.
 * @returns `undefined` if there is no present one, or if it cannot be read
 */
export const messagesLeftBehind = (present: string, restored: string): LeftBehind | undefined => {
  if (!isFile(present) || !isFile(restored)) return undefined
  try {
    using connection = new DatabaseSync(present, { readOnly: true, timeout: 5000 })
    connection.prepare('attach database ? as restored').run(restored)
    const row = connection
      .prepare(
        `select count(*) as messages, min(sent_at) as first, max(sent_at) as last from main.messages as present
         where not exists (select 1 from restored.messages as other where other.message_id = present.message_id)`,
      )
      .get() as { messages: number; first: number | null; last: number | null }
    return { messages: row.messages, from: isoTime(row.first), to: isoTime(row.last) }
  } catch {
    // A restore works from any state of the old data, an unreadable one included.
    return undefined
  }
}

const isoTime = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString())
