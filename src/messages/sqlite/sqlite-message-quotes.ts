/** Quotes in SQLite: the id of the quoted message, the copies of quoted messages, and how both are read. */
import type { Database } from '../../database/sqlite/database.ts'
import type { Migration } from '../../database/sqlite/migrations.ts'
import type { Receipt } from '../inbox-store.ts'
import type { FoundQuote, QuotedWords, QuoteReader, QuotingMessage } from '../quote-reader.ts'
import type { MessageId } from '../message.ts'
import type { Scope } from '../scope.ts'
import { boundedText } from './message-columns.ts'
import { knownMessage } from './sqlite-known-messages.ts'

/** Only the id, from the time before quoted texts were stored. */
export const replyToMigrations: readonly Migration[] = [
  {
    id: 'messages-009',
    sql: `
      -- The message that this one quotes.
      alter table messages add column reply_to text;
    `,
  },
]

export const messageQuoteMigrations: readonly Migration[] = [
  {
    id: 'messages-010',
    sql: `
      -- Whether a message was forwarded, and what came with it, as JSON.
      alter table messages add column details text;

      -- What a message quotes, where that is not a message of ours to look up. person_id: who said it, or for the bot's words
      -- the person they were said to.
      create table message_quotes (
        message_id text primary key,
        scope text not null,
        person_id text not null,
        role text not null check (role in ('user', 'assistant')),
        sender_name text,
        text text not null
      ) strict;
      create index message_quotes_by_person on message_quotes (person_id);
      create index message_quotes_by_scope on message_quotes (scope);
      create trigger message_quotes_removed after delete on messages begin
        delete from message_quotes where message_id = old.message_id;
      end;
    `,
  },
]

type WordsRow = Omit<QuotedWords, 'sender_name'> & { readonly sender_name: string | null }

/** A quote of a part of a reply names the id of the part; the reply is stored under another id. */
const QUOTED = `
  select messages.message_id, messages.scope, messages.person_id, messages.role, messages.sender_name, ${boundedText('messages')} from messages
  where messages.message_id = coalesce(
    (select o.message_id from outbox_parts p join outbox o using (outbox_id)
     where p.message_id = :reply_to and o.message_id is not null), :reply_to)`

const COPY = 'select person_id, role, sender_name, text from message_quotes where message_id = :message_id'

/** A sentence of the bot outside any conversation: its text was never stored. Erasure removes its record. */
const NOTICE = `
  select 1 from outbox_parts p join outbox o using (outbox_id)
  where p.message_id = :reply_to
    and not exists (select 1 from messages m where m.message_id = o.message_id)`

const wordsOf = ({ person_id, role, sender_name, text }: WordsRow): QuotedWords => ({
  person_id,
  role,
  sender_name: sender_name ?? undefined,
  text,
})

/**
 * Stores the copy of a quoted message, but only if that message was never known here: forgotten messages stay
 * forgotten.
 */
export const keepQuote = (database: Database, { message, scope, quoted }: Receipt): void => {
  const { message_id, reply_to } = message
  if (quoted === undefined || reply_to === undefined || knownMessage(database, reply_to) !== undefined) return
  const { person_id, role, sender_name = null, text } = quoted
  database.run(
    `insert into message_quotes (message_id, scope, person_id, role, sender_name, text)
     values (:message_id, :scope, :person_id, :role, :sender_name, :text) on conflict do nothing`,
    { message_id, scope, person_id, role, sender_name, text },
  )
}

const find = (database: Database, { message_id, reply_to, scope }: QuotingMessage): FoundQuote => {
  const quoted = database.get<WordsRow & { readonly message_id: MessageId; readonly scope: Scope }>(QUOTED, {
    reply_to,
  })
  if (quoted !== undefined) {
    const { message_id: quoted_id } = quoted
    return quoted.scope === scope
      ? { state: 'kept', message_id: quoted_id, words: wordsOf(quoted) }
      : { state: 'elsewhere', message_id: quoted_id }
  }
  if (knownMessage(database, reply_to) !== undefined && database.get(NOTICE, { reply_to }) === undefined) {
    return { state: 'gone' }
  }
  const copy = database.get<WordsRow>(COPY, { message_id })
  return copy === undefined ? { state: 'unknown' } : { state: 'copied', words: wordsOf(copy) }
}

export const createSqliteQuoteReader = (database: Database): QuoteReader => ({
  of: async messages => new Map(messages.map(message => [message.message_id, find(database, message)])),
})
