import type { Database } from '../../database/sqlite/database.ts'
import type { ChangeFeed, ScopedMessage } from '../change-feed.ts'
import type { Scope } from '../scope.ts'
import { MESSAGE_COLUMNS, toStored, type MessageRow } from './message-rows.ts'

type FollowedRow = MessageRow & {
  readonly scope: Scope
  readonly seq: number
  readonly notice: number
}

/** A change, with the message where it is still there. */
type ChangeRow = Omit<FollowedRow, 'message_id'> & {
  readonly message_id: string | null
  readonly change: number
  readonly changed_id: string
}

const COLUMNS = `${MESSAGE_COLUMNS}, m.seq, m.scope,
  (m.role = 'assistant' and m.session_id is null and (
    m.message_id like 'reply:%' or exists (select 1 from outbox_parts p where p.message_id = m.message_id))) notice`

/** Messages as they are followed: changes are taken down by triggers, whatever statement made them. */
export const createSqliteChangeFeed = (database: Database): ChangeFeed => ({
  changes: async (after, limit) =>
    database
      .all<ChangeRow>(
        `select c.change, c.message_id changed_id, ${COLUMNS}
         from message_changes c left join messages m on m.message_id = c.message_id
         where c.change > :after order by c.change limit :limit`,
        { after, limit },
      )
      .map(({ change, changed_id, ...row }) => ({
        change,
        message_id: changed_id,
        now: row.message_id === null ? undefined : toMessage(row as FollowedRow),
      })),

  latestChange: async () =>
    database.get<{ seq: number }>(`select seq from sqlite_sequence where name = 'message_changes'`)?.seq ?? 0,

  forgetChanges: async upTo => {
    database.run('delete from message_changes where change <= :upTo', { upTo })
  },

  inOrder: async (after, limit) =>
    database
      .all<FollowedRow>(`select ${COLUMNS} from messages m where m.seq > :after order by m.seq limit :limit`, {
        after,
        limit,
      })
      .map(row => ({ seq: row.seq, message: toMessage(row) })),

  recentScopes: async limit =>
    database
      .all<{ scope: Scope }>(
        // From one scope to the next by the index: a plain “distinct” would read every message.
        `with recursive each (scope) as (
           select min(scope) from messages
           union all
           select (select min(m.scope) from messages m where m.scope > each.scope) from each where each.scope is not null)
         select scope from each where scope is not null
         order by (select max(m.seq) from messages m where m.scope = each.scope) desc limit :limit`,
        { limit },
      )
      .map(row => row.scope),

  holds: async scope => database.get('select 1 from messages where scope = :scope limit 1', { scope }) !== undefined,

  get: async (scope, message_ids) =>
    database
      .all<FollowedRow>(
        // The plus keeps SQLite from going through the whole scope instead of the ids.
        `select ${COLUMNS} from messages m
         where m.message_id in (select value from json_each(:ids)) and +m.scope = :scope`,
        { scope, ids: JSON.stringify(message_ids) },
      )
      .map(toMessage),
})

const toMessage = ({ seq: _, scope, notice, ...row }: FollowedRow): ScopedMessage => ({
  ...toStored(row),
  scope,
  notice: notice === 1,
})
