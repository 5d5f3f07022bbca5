/**
 * Reads the JSON files of a Python DeniDin: `session.json` and one file for each message, as its versions of 2026 wrote
 * them. Fields that are missing or of another type are left out, so that one damaged field does not lose the rest.
 */
import { phoneDigits } from '../../platform/phone.ts'
import { timeZone } from '../../platform/time-zone.ts'
import { instantOf, isObject, textOf, type JsonObject } from '../json-values.ts'

/** A conversation as the Python DeniDin names it: the number of a direct chat, or the address of a group. */
export type PythonChat =
  { readonly kind: 'direct'; readonly digits: string } | { readonly kind: 'group'; readonly chat_id: string }

/** A `session.json`. */
export interface PythonSession {
  readonly session_id: string | undefined
  readonly chat: PythonChat | undefined
  /** The messages that it lists. */
  readonly message_ids: readonly string[]
  /** Milliseconds since the Unix epoch. */
  readonly created_at: number | undefined
}

/** A message file. */
export interface PythonMessage {
  readonly message_id: string
  readonly is_reply: boolean
  readonly text: string
  /** Milliseconds since the Unix epoch. */
  readonly at: number | undefined
  /** Its place in the session, from 1; 0 if the file does not say. */
  readonly order: number
  /** WhatsApp address of the sender, or a name. */
  readonly sender: string | undefined
  readonly sender_name: string | undefined
  readonly recipient: string | undefined
}

const GROUP_ADDRESS = /^[\d-]+@g\.us$/

/** The chat behind an address such as `972501234567@c.us` or `1203630000@g.us`, or behind a number. */
export const chatOf = (address: unknown): PythonChat | undefined => {
  const text = textOf(address)?.trim()
  if (text === undefined) return undefined
  if (GROUP_ADDRESS.test(text)) return { kind: 'group', chat_id: text }
  const digits = phoneDigits(text)
  return digits === undefined ? undefined : { kind: 'direct', digits }
}

/** One text for each conversation. */
export const chatKey = (chat: PythonChat): string => (chat.kind === 'direct' ? chat.digits : chat.chat_id)

const WITHOUT_ZONE = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?$/

/** An instant; a time without a zone is of `zone`. Milliseconds since the Unix epoch. */
export const instantIn = (zone: string, value: unknown): number | undefined => {
  const at = instantOf(value)
  if (at === undefined || typeof value !== 'string' || !WITHOUT_ZONE.test(value.trim())) return at
  return timeZone(zone).instantsOf(at)[0]
}

/** @returns `undefined` if the value is not a JSON object */
export const sessionOf = (value: unknown, zone: string): PythonSession | undefined => {
  if (!isObject(value)) return undefined
  const ids = value['message_ids']
  return {
    session_id: textOf(value['session_id']),
    chat: chatOf(value['whatsapp_chat']),
    message_ids: Array.isArray(ids) ? ids.flatMap(id => textOf(id) ?? []) : [],
    created_at: instantIn(zone, value['created_at']) ?? instantIn(zone, value['last_active']),
  }
}

/** Roles of instructions and tools: their text must not become a person's words. */
const MACHINE_ROLES: ReadonlySet<string> = new Set(['system', 'developer', 'tool', 'function'])

/** Later versions write who it was (`client`, `godfather`, `admin`) as the role, and `ai_required_role` beside it. */
const isReply = (value: JsonObject): boolean =>
  (textOf(value['ai_required_role']) ?? textOf(value['role'])) === 'assistant'

/** @param name the name of its file, which is its id. @returns a clause that says what is wrong, if it is no message */
export const messageOf = (value: unknown, name: string, zone: string): PythonMessage | string => {
  if (!isObject(value)) return 'it is not a JSON object'
  const role = textOf(value['role'])
  if (role === undefined) return 'it has no role'
  if (MACHINE_ROLES.has(role)) return `no person says what has the role ${role}`
  if (typeof value['content'] !== 'string') return 'it has no content'
  const order = value['order_num']
  return {
    message_id: textOf(value['message_id']) ?? name,
    is_reply: isReply(value),
    text: value['content'],
    at: instantIn(zone, value['timestamp']) ?? instantIn(zone, value['received_at']),
    order: typeof order === 'number' ? order : 0,
    sender: textOf(value['sender']),
    sender_name: textOf(value['sender_name']),
    recipient: textOf(value['recipient']),
  }
}
