import type { Database } from '../../database/sqlite/database.ts'
import type { ChangeFeed } from '../change-feed.ts'
import type { Scope } from '../scope.ts'
import { MESSAGE_COLUMNS, toRecord, type MessageRow } from './message-columns.ts'

/** A change, with the message where it is still there. */
type ChangeRow = { readonly [K in keyof MessageRow]: MessageRow[K] | null } & {
  readonly change: number
  readonly changed_id: string
}

/** Messages as they are followed: changes are taken down by triggers, whatever statement made them. */
export const createSqliteChangeFeed = (database: Database): ChangeFeed => ({
  changes: async (after, limit) =>
    database
      .all<ChangeRow>(
        `select c.change, c.message_id changed_id, ${MESSAGE_COLUMNS}
         from message_changes c left join messages on messages.message_id = c.message_id
         where c.change > :after order by c.change limit :limit`,
        { after, limit },
      )
      .map(({ change, changed_id, ...row }) => ({
        change,
        message_id: changed_id,
        now: row.message_id === null ? undefined : toRecord(row as MessageRow),
      })),

  latestChange: async () =>
    database.get<{ seq: number }>(`select seq from sqlite_sequence where name = 'message_changes'`)?.seq ?? 0,

  forgetChanges: async upTo => {
    database.run('delete from message_changes where change <= :upTo', { upTo })
  },

  inOrder: async (after, limit) =>
    database
      .all<MessageRow & { readonly seq: number }>(
        `select messages.seq, ${MESSAGE_COLUMNS} from messages where messages.seq > :after order by messages.seq limit :limit`,
        {
          after,
          limit,
        },
      )
      .map(({ seq, ...row }) => ({ seq, message: toRecord(row) })),

  recentScopes: async limit =>
    database
      .all<{ scope: Scope }>(
        // From one scope to the next by the index: a plain “distinct” would read every message.
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
        // The plus keeps SQLite from going through the whole scope instead of the ids.
        `select ${MESSAGE_COLUMNS} from messages
         where messages.message_id in (select value from json_each(:ids)) and +messages.scope = :scope`,
        { scope, ids: JSON.stringify(message_ids) },
      )
      .map(toRecord),
})
