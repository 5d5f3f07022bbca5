/** Rows of the outbox in SQLite; the rules are in recorded-outbox.ts. */
import type { Database } from '../../database/sqlite/database.ts'
import type { MessageRecord } from '../message.ts'
import type { Reply } from '../outbox-store.ts'
import type { OutboxRows, PartChange, RecordedPart, WhichReplies } from '../recorded-outbox.ts'
import { INSERT_MESSAGE, toParameters } from './message-columns.ts'
import { settleMessages } from './sqlite-inbox.ts'
import { addKnownMessage, addUnidentifiedPart, removeUnidentifiedPart } from './sqlite-known-messages.ts'

type ReplyRow = Omit<Reply, 'answers' | 'keep' | 'session_id' | 'text' | 'account'> & {
  readonly account: string | null
  readonly text: string | null
  readonly session_id: string | null
}

type OriginRow = Pick<MessageRecord, 'person_id' | 'scope'> & {
  readonly opted_out: number
  readonly expires_after: number | null
}

type PartRow = Omit<RecordedPart, 'text'> & { readonly text: string | null }

const SET_PART = `
  update outbox_parts set state = :state,
    message_id = coalesce(:message_id, message_id),
    settled_at = coalesce(:settled_at, settled_at),
    text = case when :state = 'waiting' then text end
  where outbox_id = :outbox_id and part = :part`

const SET_MESSAGE_ID = `
  update outbox set message_id = :message_id where outbox_id = :outbox_id and message_id is null`

const ORIGIN = `
  select person_id, scope, exists (
    select 1 from outbox_answers join messages using (message_id)
    where outbox_answers.outbox_id = outbox.outbox_id and learning_opt_out = 1
  ) as opted_out, (
    select min(expires_at - sent_at) from outbox_answers join messages using (message_id)
    where outbox_answers.outbox_id = outbox.outbox_id
  ) as expires_after
  from outbox where outbox_id = :outbox_id`

/** Also if the record of the reply was forgotten meanwhile: sent messages stay known. */
const setPart = (
  database: Database,
  { outbox_id, part }: { readonly outbox_id: string; readonly part: number },
  { state, message_id, settled_at, refused_id }: PartChange,
): void => {
  for (const id of [message_id, refused_id]) {
    if (id !== undefined) addKnownMessage(database, { message_id: id, origin: 'ours', sent_at: settled_at ?? 0 })
  }
  if (state !== 'unconfirmed' || message_id !== undefined) removeUnidentifiedPart(database, { outbox_id, part })
  database.run(SET_PART, {
    outbox_id,
    part,
    state,
    message_id: message_id ?? null,
    settled_at: state === 'waiting' ? null : (settled_at ?? null),
  })
}

const answersOf = (database: Database, outbox_id: string): readonly string[] =>
  database
    .all<{ message_id: string }>('select message_id from outbox_answers where outbox_id = :outbox_id', { outbox_id })
    .map(each => each.message_id)

const insertReply = (database: Database, reply: Reply, parts: readonly string[]): void => {
  const { outbox_id, chat_id, chat_kind, scope, person_id, tokens, created_at, keep } = reply
  const text = keep ? reply.text : null
  const session_id = reply.session_id ?? null
  const account = reply.account ?? null
  database.run(
    `insert into outbox 
       (outbox_id, chat_id, chat_kind, scope, person_id, state, text, tokens, session_id, created_at, account)
     values
       (:outbox_id, :chat_id, :chat_kind, :scope, :person_id, 'intended', :text, :tokens, :session_id, :created_at,
        :account)`,
    { outbox_id, chat_id, chat_kind, scope, person_id, tokens, created_at, text, session_id, account },
  )
  for (const message_id of reply.answers) {
    database.run(
      `insert into outbox_answers (outbox_id, message_id) values (:outbox_id, :message_id) on conflict do nothing`,
      { outbox_id, message_id },
    )
  }
  for (const [part, part_text] of parts.entries()) {
    database.run(
      `insert into outbox_parts (outbox_id, part, state, text) values (:outbox_id, :part, 'waiting', :text)`,
      { outbox_id, part, text: keep ? part_text : null },
    )
  }
}

const repliesIn = (
  database: Database,
  state: 'intended' | 'held',
  { chat_id, answering }: WhichReplies,
): readonly Reply[] =>
  database
    .all<ReplyRow>(
      `select outbox_id, chat_id, chat_kind, scope, person_id, text, tokens, session_id, created_at, account
       from outbox where state = :state and chat_id = coalesce(:chat_id, chat_id)
         and (:answering is null or outbox_id in (select outbox_id from outbox_answers where message_id = :answering))
       order by rowid`,
      { state, chat_id: chat_id ?? null, answering: answering ?? null },
    )
    .map(row => ({
      ...row,
      text: row.text ?? '',
      keep: row.text !== null,
      session_id: row.session_id ?? undefined,
      account: row.account ?? undefined,
      answers: answersOf(database, row.outbox_id),
    }))

export const createSqliteOutboxRows = (database: Database): OutboxRows => ({
  transaction: work => database.flushedSoon(work),
  durably: work => database.durably(work),
  insert: (reply, parts) => {
    insertReply(database, reply, parts)
  },
  delete: outbox_id => {
    database.run('delete from outbox where outbox_id = :outbox_id', { outbox_id })
  },
  replies: (state, which = {}) => repliesIn(database, state, which),
  parts: outbox_id =>
    database
      .all<PartRow>('select part, state, text from outbox_parts where outbox_id = :outbox_id order by part', {
        outbox_id,
      })
      .map(row => ({ ...row, text: row.text ?? undefined })),
  setState: (outbox_id, state, settled_at) => {
    database.run('update outbox set state = :state, settled_at = :settled_at where outbox_id = :outbox_id', {
      outbox_id,
      state,
      settled_at: settled_at ?? null,
    })
  },
  beginPart: (outbox_id, part, begun_at) => {
    const begun = database.run(
      `update outbox_parts set state = 'begun', begun_at = :begun_at
       where outbox_id = :outbox_id and part = :part and state = 'waiting'`,
      { outbox_id, part, begun_at },
    )
    if (begun > 0) addUnidentifiedPart(database, { outbox_id, part, begun_at })
    return begun > 0
  },
  setPart: (outbox_id, part, change) => {
    setPart(database, { outbox_id, part }, change)
  },
  setMessageId: (outbox_id, message_id) =>
    database.run(SET_MESSAGE_ID, { outbox_id, message_id: message_id ?? null }) > 0,
  recipientOf: outbox_id => {
    const row = database.get<OriginRow>(ORIGIN, { outbox_id })
    if (row === undefined) return undefined
    const { person_id, scope, opted_out, expires_after } = row
    return { person_id, scope, learning_opt_out: opted_out === 1, expires_after: expires_after ?? undefined }
  },
  messages: {
    insert: record => {
      database.run(INSERT_MESSAGE, toParameters(record))
    },
    settle: (message_ids, state, at) => {
      settleMessages(database, message_ids, state, at)
    },
  },
})
