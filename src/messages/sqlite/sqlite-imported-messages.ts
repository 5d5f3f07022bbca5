/** Adds messages from another source to the message store in SQLite. */
import type { Database } from '../../database/sqlite/database.ts'
import type { Migration } from '../../database/sqlite/migrations.ts'
import type { ComparedMessage, ImportedMessages } from '../imported-messages.ts'
import {
  boundedText,
  INSERT_MESSAGE,
  MESSAGE_COLUMNS,
  toDetails,
  toParameters,
  toRecord,
  type MessageRow,
} from './message-columns.ts'

export const importMigrations: readonly Migration[] = [
  // Used to compare an exported chat with stored messages.
  { id: 'imported-messages-001', sql: 'create index messages_by_time on messages (scope, sent_at);' },
]

/** Rows written in one transaction: a few milliseconds. */
const AT_ONCE = 100

type ComparedRow = Pick<MessageRow, keyof ComparedMessage>

export const createSqliteImportedMessages = (database: Database): ImportedMessages => ({
  saidBetween: async (scope, from, to) =>
    database
      .all<ComparedRow>(
        `select person_id, role, kind, ${boundedText('messages')}, details, sent_at from messages
         where scope = :scope and sent_at between :from and :to`,
        { scope, from, to },
      )
      .map(({ details, ...row }) => ({ ...row, details: toDetails(details) })),

  add: async messages => {
    let added = 0
    for (let at = 0; at < messages.length; at += AT_ONCE) {
      added += database.transaction(() =>
        messages
          .slice(at, at + AT_ONCE)
          .reduce((count, message) => count + database.run(INSERT_MESSAGE, toParameters(message)), 0),
      )
    }
    return added
  },

  newest: async (scope, { from, to, limit }) =>
    database
      .all<MessageRow>(
        `select ${MESSAGE_COLUMNS} from messages
         where scope = :scope and kind = 'imported' and sent_at between :from and :to
         order by sent_at desc, seq desc limit :limit`,
        { scope, from, to, limit },
      )
      .map(toRecord)
      .toReversed(),

  holds: async scope => database.get('select 1 from messages where scope = :scope limit 1', { scope }) !== undefined,
})
