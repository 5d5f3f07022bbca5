/** The change log in SQLite. Triggers write it (see `messages-008`), whichever statement changes a message. */
import type { Database } from '../../database/sqlite/database.ts'
import type { Migration } from '../../database/sqlite/migrations.ts'
import type { ChangedSession, ChangeLog, ContentChange } from '../change-log.ts'
import { MESSAGE_COLUMNS, toRecord, type MessageRow } from './message-columns.ts'

/** Followers that were added after the log. */
export const changeCursorMigrations: readonly Migration[] = [
  {
    id: 'messages-012',
    sql: `
      -- The usage log of budgets holds words of messages. So far there was none: it has nothing to follow.
      insert into change_cursors (name, follows, up_to)
        select 'budget_usage', 'content', coalesce((select seq from sqlite_sequence where name = 'message_changes'), 0);
    `,
  },
]

/** A change, with the message if it still exists. */
type ChangeRow = { readonly [K in keyof MessageRow]: MessageRow[K] | null } & {
  readonly change: number
  readonly changed_id: string
}

type ContentRow = Omit<ContentChange, 'session_id'> & { readonly session_id: string | null }

/** Removes changes that every follower has passed; a follower of content only does not hold back other changes. */
const REMOVE_PASSED = `
  delete from message_changes
  where change <= (select min(up_to) from change_cursors where follows = 'all')
    and (content_change is null or content_change <= (select min(up_to) from change_cursors))`

const isThere = (row: ChangeRow): row is ChangeRow & MessageRow => row.message_id !== null

/** A session whose relearning was requested has a row without a message. */
export const createSqliteChangeLog = (database: Database): ChangeLog => ({
  changes: async (after, limit) =>
    database
      .all<ChangeRow>(
        `select c.change, c.message_id changed_id, ${MESSAGE_COLUMNS}
         from message_changes c left join messages on messages.message_id = c.message_id
         where c.change > :after and c.message_id is not null order by c.change limit :limit`,
        { after, limit },
      )
      .map(row => ({
        change: row.change,
        message_id: row.changed_id,
        now: isThere(row) ? toRecord(row) : undefined,
      })),

  changedAfter: async (after, { scopes, person_id = null }) =>
    database
      .lists<readonly [string]>(
        `select c.message_id from message_changes c left join messages using (message_id)
         where c.change > :after and c.message_id is not null
           and (scope is null or scope in (select value from json_each(:scopes)) or person_id = :person_id)
         order by c.change`,
        { after, scopes: JSON.stringify(scopes), person_id },
      )
      .map(([message_id]) => message_id),

  contentChanges: async (cursor, { after, limit }) =>
    database
      .all<ContentRow>(
        `select content_change as change, message_id, session_id, seq from message_changes
         where content_change > max(:after, (select up_to from change_cursors where name = :cursor))
           and message_id is not null
         order by content_change limit :limit`,
        { cursor, after, limit },
      )
      .map(row => ({ ...row, session_id: row.session_id ?? undefined })),

  changedSessions: async () =>
    database.all<ChangedSession>(
      `select max(content_change) as change, session_id from message_changes
       where content_change > (select up_to from change_cursors where name = 'learning') and session_id is not null
       group by session_id order by change`,
    ),

  requestRelearning: async session_ids => {
    database.transaction(() => {
      for (const session_id of new Set(session_ids)) {
        database.run('insert into message_changes (session_id) values (:session_id)', { session_id })
      }
      database.run('update message_changes set content_change = change where message_id is null')
    })
  },

  latest: async () =>
    database.get<{ seq: number }>(`select seq from sqlite_sequence where name = 'message_changes'`)?.seq ?? 0,

  register: async cursor => {
    database.run(
      `insert or ignore into change_cursors (name, follows, up_to)
         values (:cursor, 'all', coalesce((select seq from sqlite_sequence where name = 'message_changes'), 0))`,
      { cursor },
    )
  },

  reached: async cursor =>
    database.get<{ up_to: number }>('select up_to from change_cursors where name = :cursor', { cursor })?.up_to,

  advance: async (cursor, change) => {
    database.transaction(() => {
      database.run('update change_cursors set up_to = :change where name = :cursor and up_to < :change', {
        cursor,
        change,
      })
      database.run(REMOVE_PASSED)
    })
  },
})
