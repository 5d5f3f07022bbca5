/** The history in SQLite: messages by session, edits, deletions and ratings. */
import type { Database } from '../../database/sqlite/database.ts'
import type { ChangedMessage, HistoryStore, Rating } from '../history-store.ts'
import type { MessageId } from '../message.ts'
import { kindAfterEdit } from '../message-kind.ts'
import { boundedText, MESSAGE_COLUMNS, toDetails, toRecord, type MessageRow } from './message-columns.ts'
import { settleMessages } from './sqlite-inbox.ts'
import { addKnownMessage } from './sqlite-known-messages.ts'

const placeOf = (database: Database, message_id: MessageId): ChangedMessage | undefined => {
  const row = database.get<Pick<MessageRow, keyof ChangedMessage>>(
    'select chat_id, chat_kind, scope, person_id, session_id from messages where message_id = :message_id',
    { message_id },
  )
  return row === undefined ? undefined : { ...row, session_id: row.session_id ?? undefined }
}

/** Changes a text, inside the open transaction. */
const edit = (database: Database, message_id: MessageId, text: string, tokens: number): ChangedMessage | undefined => {
  const was = database.get<Pick<MessageRow, 'kind' | 'text' | 'details'>>(
    'select kind, text, details from messages where message_id = :message_id',
    { message_id },
  )
  if (was === undefined || was.text === text) return undefined
  database.run('update messages set text = :text, tokens = :tokens, kind = :kind where message_id = :message_id', {
    message_id,
    text,
    tokens,
    kind: kindAfterEdit(was.kind, { text, details: toDetails(was.details) }),
  })
  return placeOf(database, message_id)
}

/** Id under which the reply that contains this part is stored; any other id unchanged. */
const wholeOf = (database: Database, message_id: MessageId): MessageId =>
  database.get<{ message_id: MessageId }>(
    `select o.message_id from outbox_parts p join outbox o using (outbox_id)
     where p.message_id = :message_id and o.message_id is not null`,
    { message_id },
  )?.message_id ?? message_id

/** @returns how many ratings changed */
const rate = (database: Database, { message_id: rated, person_id, value, at }: Rating): number => {
  const message_id = wholeOf(database, rated)
  if (value === undefined) {
    return database.run('delete from ratings where message_id = :message_id and person_id = :person_id', {
      message_id,
      person_id,
    })
  }
  return database.run(
    `insert into ratings (message_id, person_id, value, rated_at)
     select message_id, :person_id, :value, :at from messages
     where message_id = :message_id and role = 'assistant'
     on conflict (message_id, person_id) do update set value = excluded.value, rated_at = excluded.rated_at`,
    { message_id, person_id, value, at },
  )
}

/** Details that an erasure is overwriting are not JSON. */
const ANSWERED = `
  select 1 from messages m join inbox i using (message_id)
  where m.person_id = :person_id and m.role = 'user' and i.state in ('answered', 'unconfirmed')
    and m.details is not null and json_valid(m.details)
    and m.details ->> '$.attachment.kind' = :kind and coalesce(m.details ->> '$.attachment.type', '') = :type
  limit 1`

export const createSqliteHistory = (database: Database): HistoryStore => ({
  assign: async (session_id, message_ids) => {
    if (message_ids.length === 0) return
    // No flush is needed: after a power cut the turn is repeated, including this write, and the intent to reply brings
    // it to disk.
    database.unflushed(() => {
      for (const message_id of message_ids) {
        database.run('update messages set session_id = :session_id where message_id = :message_id', {
          session_id,
          message_id,
        })
      }
    })
  },

  ofSession: async session_id =>
    database
      .all<MessageRow>(`select ${MESSAGE_COLUMNS} from messages where session_id = :session_id order by seq`, {
        session_id,
      })
      .map(toRecord),

  wasAnswered: async (person_id, attachment) =>
    database.get(ANSWERED, {
      person_id,
      kind: attachment.kind,
      type: attachment.kind === 'unknown' ? attachment.type : '',
    }) !== undefined,

  lastSaid: async (scope, person_id) =>
    database.get<Pick<MessageRow, 'text'>>(
      `select ${boundedText('messages')} from messages
       where person_id = :person_id and scope = :scope and role = 'user' and kind = 'chat' and text <> ''
       order by seq desc limit 1`,
      { scope, person_id },
    )?.text,

  countOfSession: async session_id =>
    database.get<{ n: number }>('select count(*) n from messages where session_id = :session_id', { session_id })?.n ??
    0,

  current: async message_ids =>
    new Map(
      database
        .all<Pick<MessageRow, 'message_id' | 'text' | 'tokens' | 'kind' | 'details'>>(
          `select message_id, ${boundedText('messages')}, tokens, kind, details from messages
           where message_id in (select value from json_each(:ids))`,
          { ids: JSON.stringify(message_ids) },
        )
        .map(({ message_id, details, ...now }) => [message_id, { ...now, details: toDetails(details) }]),
    ),

  edit: async (message_id, text, tokens) => database.transaction(() => edit(database, message_id, text, tokens)),

  remove: async (message_id, at) =>
    database.transaction(() => {
      const was = placeOf(database, message_id)
      database.run('delete from messages where message_id = :message_id', { message_id })
      settleMessages(database, [message_id], 'ignored', at)
      // The deletion of a message that is not here yet: when the message arrives, it is known already.
      addKnownMessage(database, { message_id, origin: 'received', sent_at: at })
      return was
    }),

  rate: async rating => rate(database, rating) > 0,
})
