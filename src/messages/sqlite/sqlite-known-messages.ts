/** The register of message ids in SQLite, and the parts of replies that may have been sent under an unknown id. */
import type { Database } from '../../database/sqlite/database.ts'
import type { Migration } from '../../database/sqlite/migrations.ts'
import type { KnownMessage, KnownMessages } from '../known-messages.ts'
import { yieldToEventLoop } from '../../platform/yield.ts'
import { messageKeyOf } from '../message-key.ts'
import type { UnidentifiedPart } from '../message-origin.ts'
import type { ChatId, MessageId } from '../message.ts'

/** Tables without text, which erasure does not touch. */
export const knownMessageMigrations: readonly Migration[] = [
  {
    id: 'known-messages-001',
    functions: { stanza_id_of: id => messageKeyOf(String(id)).stanza_id },
    sql: `
      create table known_messages (
        stanza_id text not null,
        message_id text not null,
        origin text not null check (origin in ('ours', 'received')),
        sent_at integer not null,
        primary key (stanza_id, message_id)
      ) strict, without rowid;
      insert or ignore into known_messages
        select stanza_id_of(p.message_id), p.message_id, 'ours', coalesce(p.begun_at, p.settled_at, o.created_at)
        from outbox_parts p join outbox o using (outbox_id) where p.message_id is not null;
      insert or ignore into known_messages select stanza_id_of(message_id), message_id, 'received', sent_at from inbox;
      -- Records of old messages and replies are removed after a time. What the owner wrote is told from a reply by its
      -- record alone; of the oldest it no longer matters.
      insert or ignore into known_messages
        select stanza_id_of(message_id), message_id, case role when 'assistant' then 'ours' else 'received' end, sent_at
        from messages where kind <> 'imported' and message_id not like 'reply:%';

      -- Parts that are being sent, and those of which it stays unknown under which id they went out.
      create table unidentified_parts (
        outbox_id text not null,
        part integer not null,
        chat_id text not null,
        begun_at integer not null,
        primary key (outbox_id, part)
      ) strict, without rowid;
      insert into unidentified_parts
        select outbox_id, part, o.chat_id, p.begun_at from outbox_parts p join outbox o using (outbox_id)
        where p.state in ('begun', 'unconfirmed') and p.message_id is null and p.begun_at is not null;
    `,
  },
]

/** Adds a message, inside the open transaction. False if its id was known before. */
export const addKnownMessage = (database: Database, { message_id, origin, sent_at }: KnownMessage): boolean =>
  database.run(
    `insert into known_messages (stanza_id, message_id, origin, sent_at)
     values (:stanza_id, :message_id, :origin, :sent_at) on conflict do nothing`,
    { stanza_id: messageKeyOf(message_id).stanza_id, message_id, origin, sent_at },
  ) > 0

/** Records that a part is about to be sent, inside the open transaction. */
export const addUnidentifiedPart = (database: Database, { outbox_id, part, begun_at }: UnidentifiedPart): void => {
  database.run(
    `insert or replace into unidentified_parts (outbox_id, part, chat_id, begun_at)
     select outbox_id, :part, chat_id, :begun_at from outbox where outbox_id = :outbox_id`,
    { outbox_id, part, begun_at },
  )
}

/** Records that a part was not sent, or that its id is known now, inside the open transaction. */
export const removeUnidentifiedPart = (
  database: Database,
  { outbox_id, part }: Pick<UnidentifiedPart, 'outbox_id' | 'part'>,
): void => {
  database.run('delete from unidentified_parts where outbox_id = :outbox_id and part = :part', { outbox_id, part })
}

/** Parts without a known id that were sent to one of these chats. */
export const unidentifiedPartsIn = (database: Database, chat_ids: readonly ChatId[]): readonly UnidentifiedPart[] =>
  database.all<UnidentifiedPart>(
    `select outbox_id, part, begun_at from unidentified_parts
     where chat_id in (select value from json_each(:chat_ids))`,
    { chat_ids: JSON.stringify(chat_ids) },
  )

/** What is known about one message id. */
export const knownMessage = (database: Database, message_id: MessageId): Pick<KnownMessage, 'origin'> | undefined =>
  database.get<Pick<KnownMessage, 'origin'>>(
    'select origin from known_messages where stanza_id = :stanza_id and message_id = :message_id',
    { stanza_id: messageKeyOf(message_id).stanza_id, message_id },
  )

/** Which of these message ids are known. */
export const knownIds = (database: Database, message_ids: readonly MessageId[]): readonly MessageId[] =>
  database
    .all<{ message_id: MessageId }>(
      `select k.message_id from json_each(:keys) each
       join known_messages k on k.stanza_id = each.value ->> 0 and k.message_id = each.value ->> 1`,
      { keys: JSON.stringify(message_ids.map(id => [messageKeyOf(id).stanza_id, id])) },
    )
    .map(({ message_id }) => message_id)

/** Ids read in one query. */
const READ_AT_ONCE = 2000

/** Received ids without a message. One that waits, or that a memory came from, is not gone. */
const GONE_MESSAGES = `
  select stanza_id, message_id from known_messages k
  where (stanza_id, message_id) > (:stanza_id, :message_id) and origin = 'received'
    and not exists (select 1 from messages where message_id = k.message_id)
    and not exists (select 1 from inbox where message_id = k.message_id and state = 'received')
    and not exists (select 1 from memory_sources where message_id = k.message_id)
  order by stanza_id, message_id limit :read_at_once`

/** Messages that were received and no longer exist: see `AppliedErasures`. */
export const goneMessages = async (database: Database): Promise<readonly MessageId[]> => {
  const ids: MessageId[] = []
  let last = { stanza_id: '', message_id: '' }
  for (;;) {
    const page = database.all<typeof last>(GONE_MESSAGES, { ...last, read_at_once: READ_AT_ONCE })
    for (const { message_id } of page) ids.push(message_id)
    if (page.length < READ_AT_ONCE) return ids
    last = page.at(-1) ?? last
    await yieldToEventLoop()
  }
}

export const createSqliteKnownMessages = (database: Database): KnownMessages => ({
  withStanzaIds: async stanza_ids =>
    database.all<KnownMessage>(
      `select message_id, origin, sent_at from known_messages
       where stanza_id in (select value from json_each(:stanza_ids))`,
      { stanza_ids: JSON.stringify(stanza_ids) },
    ),
  recordSent: async (message_id, sent_at) => {
    database.transaction(() => addKnownMessage(database, { message_id, origin: 'ours', sent_at }))
  },
})
