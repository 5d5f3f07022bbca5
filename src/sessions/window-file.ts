/** Reads and writes `session.json`, a human-readable copy of the window. */
import { MOST_TEXT_CHARACTERS } from '../messages/message.ts'
import { DenidinError } from '../platform/errors.ts'
import type { SessionRecord } from './session-ledger.ts'
import type { WindowMessage } from './session.ts'
import { windowTokens } from './window.ts'

/** The content of a `session.json`. */
export interface WindowFile {
  readonly window: readonly WindowMessage[]
  /** Number of messages ever added; shows whether the file is as new as the message store. */
  readonly message_counter: number
  /** Fields that this version does not know; they are written back unchanged. */
  readonly unknown: Readonly<Record<string, unknown>>
}

const KNOWN = new Set([
  'session_id',
  'scope',
  'whatsapp_chat',
  'created_at',
  'last_active',
  'message_counter',
  'total_tokens',
  'transferred_to_longterm',
  'messages',
])

/** Caches each message in its written form: a window of 100,000 tokens has thousands, of which a turn adds two. */
const lines = new WeakMap<WindowMessage, string>()

/** The text of a `session.json`: one line per field, and one per message. */
export const writeWindowFile = (record: SessionRecord, file: WindowFile): string => {
  const fields = {
    session_id: record.session_id,
    scope: record.scope,
    whatsapp_chat: record.chat_id,
    created_at: new Date(record.created_at).toISOString(),
    last_active: new Date(record.last_active).toISOString(),
    message_counter: file.message_counter,
    total_tokens: windowTokens(file.window),
    transferred_to_longterm: record.state === 'stored',
    ...file.unknown,
  }
  const beginning = JSON.stringify(fields, null, 1).replace(/\n\}$/, '')
  const messages = file.window.map((message, at) => (at === 0 ? lineOf(message) : `,\n  ${lineOf(message)}`))
  // Joined at once: a text that is put together in two steps is copied as a whole when it is written.
  return [`${beginning},\n "messages": [\n  `, ...messages, '\n ]\n}'].join('')
}

const lineOf = (message: WindowMessage): string => {
  const known = lines.get(message)
  if (known !== undefined) return known
  const line = JSON.stringify({ ...message, timestamp: new Date(message.timestamp).toISOString() })
  lines.set(message, line)
  return line
}

/**
 * Reads a `session.json`. Unknown fields are kept, so that a file of a newer version loads.
 * @throws DenidinError `damaged` if it is not a session file.
 */
export const readWindowFile = (text: string): WindowFile => {
  try {
    const file = JSON.parse(text) as Record<string, unknown>
    const messages = file['messages']
    const message_counter = file['message_counter']
    if (!Array.isArray(messages) || typeof message_counter !== 'number') throw new Error('fields are missing')
    return {
      window: messages.map(readMessage),
      message_counter,
      unknown: Object.fromEntries(Object.entries(file).filter(([key]) => !KNOWN.has(key))),
    }
  } catch (error) {
    throw new DenidinError('damaged', `not a session file: ${(error as Error).message}`, { cause: error })
  }
}

const readMessage = (value: unknown): WindowMessage => {
  const message = value as Record<keyof WindowMessage, unknown>
  const timestamp = Date.parse(String(message.timestamp))
  const { message_id, role, content, person_id, tokens, sender_name, reply_to, forwarded } = message
  if (
    typeof message_id !== 'string' ||
    (role !== 'user' && role !== 'assistant') ||
    typeof content !== 'string' ||
    typeof person_id !== 'string' ||
    typeof tokens !== 'number' ||
    Number.isNaN(timestamp)
  ) {
    throw new Error('a message is incomplete')
  }
  const name = typeof sender_name === 'string' ? sender_name : undefined
  const read = content.slice(0, MOST_TEXT_CHARACTERS)
  return {
    message_id,
    role,
    content: read,
    person_id,
    tokens,
    timestamp,
    sender_name: name,
    ...(typeof reply_to === 'string' ? { reply_to } : {}),
    ...(forwarded === 'once' || forwarded === 'often' ? { forwarded } : {}),
  }
}
