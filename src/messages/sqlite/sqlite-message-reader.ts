/** Reads messages from SQLite for the indexes that are built from them. */
import type { Database } from '../../database/sqlite/database.ts'
import type { MessageReader } from '../message-reader.ts'
import type { Scope } from '../scope.ts'
import { MESSAGE_COLUMNS, toRecord, type MessageRow } from './message-columns.ts'

/** Reads messages from SQLite. */
export const createSqliteMessageReader = (database: Database): MessageReader => ({
  inOrder: async (after, limit) =>
    database
      .all<MessageRow & { readonly seq: number }>(
        `select messages.seq, ${MESSAGE_COLUMNS} from messages where messages.seq > :after order by messages.seq limit :limit`,
        {
          after,
          limit,
        },
      )
      .map(row => ({ seq: row.seq, message: toRecord(row) })),

  recentScopes: async limit =>
    database
      .all<{ scope: Scope }>(
        // Goes from one scope to the next by the index: a plain “distinct” would read every message.
        `with recursive each (scope) as (
           select min(scope) from messages
           union all
           select (select min(messages.scope) from messages where messages.scope > each.scope) from each where each.scope is not null)
         select scope from each where scope is not null
         order by (select max(messages.seq) from messages where messages.scope = each.scope) desc limit :limit`,
        { limit },
      )
      .map(row => row.scope),

  holds: async scope => database.get('select 1 from messages where scope = :scope limit 1', { scope }) !== undefined,

  get: async (scope, message_ids) =>
    database
      .all<MessageRow>(
        // The plus keeps SQLite from scanning the whole scope instead of looking up the ids.
        `select ${MESSAGE_COLUMNS} from messages
         where messages.message_id in (select value from json_each(:ids)) and +messages.scope = :scope`,
        { scope, ids: JSON.stringify(message_ids) },
      )
      .map(toRecord),
})
