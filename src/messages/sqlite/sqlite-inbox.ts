/** The inbox in SQLite: received messages, their states, and the mark up to which each chat is recorded. */
import type { Database } from '../../database/sqlite/database.ts'
import { recordOf, type InboxState, type InboxStore, type OpenMessage, type Receipt } from '../inbox-store.ts'
import type { ChatId, MessageId } from '../message.ts'
import { originOf, type OriginRows } from '../message-origin.ts'
import { boundedText, INSERT_MESSAGE, toDetails, toParameters } from './message-columns.ts'
import { keepQuote } from './sqlite-message-quotes.ts'
import {
  addKnownMessage,
  knownIds,
  knownMessage,
  removeUnidentifiedPart,
  unidentifiedPartsIn,
} from './sqlite-known-messages.ts'

type OpenRow = Omit<OpenMessage, 'text' | 'sender_name' | 'addressed' | 'reply_to' | 'details' | 'expires_at'> & {
  readonly expires_at: number | null
  readonly reply_to: string | null
  readonly details: string | null
  readonly text: string | null
  readonly sender_name: string | null
  readonly addressed: number
}

/** Settles messages, inside the open transaction. */
export const settleMessages = (
  database: Database,
  message_ids: readonly MessageId[],
  state: Exclude<InboxState, 'received'>,
  at: number,
): void => {
  for (const message_id of message_ids) {
    database.run(
      `update inbox set state = :state, settled_at = :at where message_id = :message_id and state = 'received'`,
      { message_id, state, at },
    )
  }
}

const markUntil = (database: Database, chat_id: ChatId, until: number): void => {
  database.run(
    `insert into heard_until (chat_id, until) values (:chat_id, :until)
     on conflict (chat_id) do update set until = excluded.until where excluded.until > until`,
    { chat_id, until },
  )
}

/** Records a message, inside the open transaction. */
const receive = (database: Database, receipt: Receipt): 'new' | 'known' => {
  const { message, person_id, scope, state, received_at } = receipt
  const { message_id, chat_id, chat_kind, sent_at, account = null } = message
  // Times are whole seconds: another message of the same second may follow.
  if (message.gapless === true) markUntil(database, chat_id, sent_at - 1)
  // A message is known even if its records were forgotten or removed since.
  if (!addKnownMessage(database, { message_id, origin: 'received', sent_at })) return 'known'
  const addressed = message.addressed ? 1 : 0
  database.run(
    `insert into inbox (message_id, chat_id, chat_kind, scope, person_id, addressed, state, sent_at, received_at, account)
     values
       (:message_id, :chat_id, :chat_kind, :scope, :person_id, :addressed, :state, :sent_at, :received_at, :account)
     on conflict (message_id) do nothing`,
    { message_id, chat_id, chat_kind, scope, person_id, addressed, state, sent_at, received_at, account },
  )
  const record = recordOf(receipt)
  if (record !== undefined) {
    database.run(INSERT_MESSAGE, toParameters(record))
    keepQuote(database, receipt)
  }
  return 'new'
}

const openMessages = (database: Database): readonly OpenMessage[] =>
  database
    .all<OpenRow>(
      `select i.message_id, i.chat_id, i.chat_kind, i.person_id, i.scope, i.addressed, ${boundedText('m')}, m.sender_name,
         m.reply_to, m.details, m.expires_at, coalesce(m.kind, 'chat') kind, coalesce(m.tokens, 0) tokens, i.sent_at
       from inbox i left join messages m using (message_id)
       where i.state = 'received'
         and not exists (
           select 1 from outbox_answers a join outbox o using (outbox_id)
           where a.message_id = i.message_id and o.state in ('intended', 'held'))
       order by i.rowid`,
    )
    .map(row => ({
      ...row,
      addressed: row.addressed === 1,
      text: row.text ?? undefined,
      sender_name: row.sender_name ?? undefined,
      reply_to: row.reply_to ?? undefined,
      details: toDetails(row.details),
      expires_at: row.expires_at ?? undefined,
    }))

const originRows = (database: Database): OriginRows => ({
  transaction: work => database.transaction(work),
  originOfKnown: message_id => knownMessage(database, message_id)?.origin,
  unidentifiedParts: chat_ids => unidentifiedPartsIn(database, chat_ids),
  identify: ({ outbox_id, part, begun_at }, message_id) => {
    addKnownMessage(database, { message_id, origin: 'ours', sent_at: begun_at })
    removeUnidentifiedPart(database, { outbox_id, part })
    database.run('update outbox_parts set message_id = :message_id where outbox_id = :outbox_id and part = :part', {
      message_id,
      outbox_id,
      part,
    })
  },
})

export const createSqliteInbox = (database: Database): InboxStore => {
  const origins = originRows(database)
  return {
    receive: async receipt => database.flushedSoon(() => receive(database, receipt)),
    flushed: () => database.flushed(),
    known: async message_ids => new Set(knownIds(database, message_ids)),
    open: async () => openMessages(database),
    settle: async (message_ids, state, at) => {
      database.flushedSoon(() => {
        settleMessages(database, message_ids, state, at)
      })
    },
    accountOf: async message_ids =>
      database.get<{ account: string }>(
        `select account from inbox
         where message_id in (select value from json_each(:ids)) and account is not null
         order by sent_at desc, rowid desc limit 1`,
        { ids: JSON.stringify(message_ids) },
      )?.account,
    hasWritten: async chat_id =>
      database.get('select 1 from inbox where chat_id = :chat_id limit 1', { chat_id }) !== undefined,
    recordedUntil: async chat_ids =>
      new Map(
        database
          .all<{ chat_id: ChatId; until: number }>(
            'select chat_id, until from heard_until where chat_id in (select value from json_each(:ids))',
            { ids: JSON.stringify(chat_ids) },
          )
          .map(({ chat_id, until }) => [chat_id, until]),
      ),
    markRecordedUntil: async (chat_id, until) => {
      markUntil(database, chat_id, until)
    },
    originOf: async message => originOf(origins, message),
  }
}
