/** Writes the data folder of a Python DeniDin as its versions of 2026 did. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** One message of a session. */
export interface WrittenMessage {
  readonly role: 'user' | 'assistant'
  readonly content: string
  /** ISO 8601. */
  readonly timestamp?: string
  readonly sender?: string
  readonly recipient?: string
  /** Further fields, or others in the place of these. */
  readonly more?: Readonly<Record<string, unknown>>
}

export interface WrittenSession {
  readonly id: string
  readonly chat: string
  readonly messages: readonly WrittenMessage[]
  /** Below `sessions/`; by default the session is active. */
  readonly under?: string
  readonly more?: Readonly<Record<string, unknown>>
}

const FIRST = Date.UTC(2026, 0, 20, 9)
const MINUTE_MS = 60_000

/** Ids of messages are `<session>-1`, `<session>-2` … @returns the folder of the session */
export const writeSession = (root: string, { id, chat, messages, under = '', more = {} }: WrittenSession): string => {
  const folder = join(root, 'sessions', under, id)
  mkdirSync(join(folder, 'messages'), { recursive: true })
  const ids = messages.map((_, index) => `${id}-${String(index + 1)}`)
  for (const [index, { role, content, timestamp, sender, recipient, more: fields = {} }] of messages.entries()) {
    const at = timestamp ?? new Date(FIRST + index * MINUTE_MS).toISOString().replace('Z', '000+00:00')
    const [from, to] = role === 'user' ? [chat, 'AI'] : ['AI', chat]
    const record = {
      message_id: ids[index],
      session_id: id,
      role,
      content,
      sender: sender ?? from,
      recipient: recipient ?? to,
      timestamp: at,
      received_at: at,
      was_received: true,
      order_num: index + 1,
      image_path: null,
      ...fields,
    }
    writeFileSync(join(folder, 'messages', `${String(ids[index])}.json`), JSON.stringify(record, undefined, 2))
  }
  const session = {
    session_id: id,
    whatsapp_chat: chat,
    message_ids: ids,
    message_counter: ids.length,
    created_at: new Date(FIRST).toISOString(),
    last_active: new Date(FIRST).toISOString(),
    total_tokens: 0,
    transferred_to_longterm: under !== '',
    storage_path: under === '' ? null : join(under, id),
    ...more,
  }
  writeFileSync(join(folder, 'session.json'), JSON.stringify(session, undefined, 2))
  return folder
}
