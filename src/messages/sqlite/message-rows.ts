/** How a message lies in its table. */
import type { StoredMessage } from '../message.ts'

/** A row of `messages` without its place. */
export type MessageRow = Omit<StoredMessage, 'sender_name' | 'session_id' | 'unlearned'> & {
  readonly sender_name: string | null
  readonly session_id: string | null
  readonly unlearned: number
}

/** Columns of `MessageRow`, of a table that is called `m`. */
export const MESSAGE_COLUMNS = `m.message_id, m.chat_id, m.chat_kind, m.person_id, m.role, m.sender_name, m.text, m.tokens,
  m.sent_at, m.session_id, m.unlearned`

export const toStored = ({ unlearned, sender_name, session_id, ...row }: MessageRow): StoredMessage => ({
  ...row,
  ...(unlearned === 1 ? { unlearned: true } : {}),
  sender_name: sender_name ?? undefined,
  session_id: session_id ?? undefined,
})
