/** The columns of the table `messages`: the one list from which every insert and select is made. */
import type { Parameters } from '../../database/sqlite/database.ts'
import { CONVERSATION_KINDS, MOST_TEXT_CHARACTERS, type MessageRecord } from '../message.ts'
import type { MessageDetails } from '../message-details.ts'

/** How SQLite stores a value: null for undefined, 0 or 1 for a boolean, JSON for details. */
type Stored<T> = T extends undefined ? null : T extends boolean ? 0 | 1 : T extends MessageDetails ? string : T

/** A row of `messages`, without `seq`. */
export type MessageRow = { readonly [K in keyof MessageRecord]-?: Stored<MessageRecord[K]> }

/** A column for each field of a record; the compiler reports a missing one. */
const COLUMNS: Readonly<Record<keyof MessageRecord, true>> = {
  message_id: true,
  chat_id: true,
  chat_kind: true,
  scope: true,
  person_id: true,
  role: true,
  kind: true,
  sender_name: true,
  text: true,
  tokens: true,
  sent_at: true,
  session_id: true,
  learning_opt_out: true,
  reply_to: true,
  details: true,
  expires_at: true,
}

const names = Object.keys(COLUMNS) as readonly (keyof MessageRecord)[]

/**
 * The text of a message in the form in which all code reads it: at most `MOST_TEXT_CHARACTERS`. @param table name or
 * alias of `messages`
 */
export const boundedText = (table: string): string => `substr(${table}.text, 1, ${String(MOST_TEXT_CHARACTERS)}) text`

/** The columns of a `MessageRow`. */
export const MESSAGE_COLUMNS = names
  .map(name => (name === 'text' ? boundedText('messages') : `messages.${name}`))
  .join(', ')

/** Inserts a record; one whose id already exists stays as it is. */
export const INSERT_MESSAGE = `insert into messages (${names.join(', ')})
  values (${names.map(name => `:${name}`).join(', ')}) on conflict (message_id) do nothing`

/** The rows for which `isConversation` holds. */
export const IS_CONVERSATION = `messages.learning_opt_out = 0
  and messages.kind in (${CONVERSATION_KINDS.map(kind => `'${kind}'`).join(', ')})`

/** A record as parameters of `INSERT_MESSAGE`. */
export const toParameters = (record: MessageRecord): Parameters =>
  Object.fromEntries(
    names.map(name => {
      const value = record[name]
      if (typeof value === 'object') return [name, JSON.stringify(value)]
      return [name, typeof value === 'boolean' ? Number(value) : (value ?? null)]
    }),
  )

/** Details as stored; `undefined` if there are none, or if an erasure has overwritten them with blanks. */
export const toDetails = (json: string | null): MessageDetails | undefined =>
  json === null || json.trim() === '' ? undefined : (JSON.parse(json) as MessageDetails)

/** Field by field: taking the others from the row as a rest costs twice the time, and a search reads a hundred rows. */
export const toRecord = (row: MessageRow): MessageRecord => ({
  message_id: row.message_id,
  chat_id: row.chat_id,
  chat_kind: row.chat_kind,
  scope: row.scope,
  person_id: row.person_id,
  role: row.role,
  kind: row.kind,
  text: row.text,
  tokens: row.tokens,
  sent_at: row.sent_at,
  sender_name: row.sender_name ?? undefined,
  session_id: row.session_id ?? undefined,
  learning_opt_out: row.learning_opt_out === 1,
  reply_to: row.reply_to ?? undefined,
  ...(row.details === null ? {} : { details: toDetails(row.details) }),
  ...(row.expires_at === null ? {} : { expires_at: row.expires_at }),
})
