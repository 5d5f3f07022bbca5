/** Disappearing messages in SQLite: the column with the time, and the query for expired ones. */
import type { Database } from '../../database/sqlite/database.ts'
import type { Migration } from '../../database/sqlite/migrations.ts'
import type { ExpiredPage, MessageErasure } from '../message-erasure.ts'
import type { MessageId } from '../message.ts'
import { MESSAGE_COLUMNS, toRecord, type MessageRow } from './message-columns.ts'

export const messageExpiryMigrations: readonly Migration[] = [
  {
    id: 'messages-011',
    sql: `
      -- When a message of a chat in which messages disappear is to be forgotten.
      alter table messages add column expires_at integer;
      create index messages_by_expiry on messages (expires_at) where expires_at is not null;
    `,
  },
]

/** An expired message, and its position in the order of received messages. */
export type ExpiredMessage = Awaited<ReturnType<MessageErasure['expired']>>[number]

export const expiredMessages = (database: Database, page: ExpiredPage): readonly ExpiredMessage[] =>
  database
    .all<MessageRow & { readonly seq: number }>(
      `select messages.seq, ${MESSAGE_COLUMNS} from messages
       where expires_at <= :now and seq > :after order by seq limit :limit`,
      { ...page },
    )
    .map(row => ({ seq: row.seq, message: toRecord(row) }))

export const keepMessages = (database: Database, message_ids: readonly MessageId[]): void => {
  database.run('update messages set expires_at = null where message_id in (select value from json_each(:ids))', {
    ids: JSON.stringify(message_ids),
  })
}
