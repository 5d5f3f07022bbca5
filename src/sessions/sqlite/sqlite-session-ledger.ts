import type { Database } from '../../database/sqlite/database.ts'
import { scopeOfPerson } from '../../messages/scope.ts'
import type { LedgerData } from '../personal-sessions.ts'
import type { CloseReason, SessionLedger, SessionRecord } from '../session-ledger.ts'
import type { SessionState } from '../session.ts'

const STATES: readonly SessionState[] = ['active', 'closed', 'stored', 'dead', 'purged']

type SessionRow = { [K in keyof SessionRecord]: Exclude<SessionRecord[K], undefined> | null }

const toRecord = (row: SessionRow): SessionRecord => ({
  ...(row as SessionRecord),
  close_reason: row.close_reason ?? undefined,
  closed_at: row.closed_at ?? undefined,
  next_attempt_at: row.next_attempt_at ?? undefined,
  archived_to: row.archived_to ?? undefined,
})

/** The session ledger in SQLite. */
export const createSqliteSessionLedger = (database: Database): SessionLedger & LedgerData => {
  const select = (where: string, parameters: Record<string, string | number> = {}): SessionRecord[] =>
    database.all<SessionRow>(`select * from sessions ${where}`, parameters).map(toRecord)

  const update = (
    session_id: string,
    changes: string,
    parameters: Record<string, string | number | null> = {},
  ): number =>
    database.run(`update sessions set ${changes} where session_id = :session_id`, { session_id, ...parameters })

  const close = (session_id: string, reason: CloseReason, at: number): boolean =>
    database.run(
      `update sessions set state = 'closed', close_reason = :reason, closed_at = :at, next_attempt_at = :at
       where session_id = :session_id and state = 'active'`,
      { session_id, reason, at },
    ) > 0

  const activeOf = (scope: string): SessionRecord | undefined =>
    select(`where scope = :scope and state = 'active'`, { scope })[0]

  return {
    create: async ({ session_id, scope, chat_id, at }) => {
      database.run(
        `insert into sessions (session_id, scope, chat_id, state, created_at, last_active)
         values (:session_id, :scope, :chat_id, 'active', :at, :at)`,
        { session_id, scope, chat_id, at },
      )
      return select('where session_id = :session_id', { session_id })[0] as SessionRecord
    },
    active: async scope => activeOf(scope),
    find: async session_id => select('where session_id = :session_id', { session_id })[0],
    touch: async (session_id, added, at) => {
      // The messages themselves are on the disk already, or will be with the reply: only the count may come late.
      database.unflushed(() =>
        update(session_id, 'messages = messages + :added, last_active = max(last_active, :at)', { added, at }),
      )
    },
    close: async (session_id, reason, at) => close(session_id, reason, at),
    idle: async before => select(`where state = 'active' and last_active <= :before order by last_active`, { before }),
    waiting: async at => select(`where state = 'closed' and next_attempt_at <= :at order by last_active`, { at }),
    archived: async (session_id, archived_to) => {
      update(session_id, 'archived_to = :archived_to', { archived_to })
    },
    stored: async (session_id, at) => {
      update(session_id, `state = 'stored', next_attempt_at = null, closed_at = coalesce(closed_at, :at)`, { at })
    },
    failed: async (session_id, next_attempt_at) => {
      update(session_id, 'attempts = attempts + 1, state = :state, next_attempt_at = :next_attempt_at', {
        state: next_attempt_at === undefined ? 'dead' : 'closed',
        next_attempt_at: next_attempt_at ?? null,
      })
    },
    reopen: async (session_id, at) =>
      database.run(
        `update sessions set state = 'closed', attempts = 0, next_attempt_at = :at
         where session_id = :session_id and state in ('stored', 'purged')`,
        { session_id, at },
      ) > 0,
    purgeable: async before =>
      select(`where state = 'stored' and last_active < :before order by last_active`, { before }),
    purged: async session_id => {
      update(session_id, `state = 'purged', archived_to = null`)
    },
    ofScope: async scope => select('where scope = :scope order by created_at', { scope }),
    forget: async session_id => {
      database.run('delete from sessions where session_id = :session_id', { session_id })
    },
    list: async ({ limit, before, state }) =>
      select(
        `where (:state = '' or state = :state)
           and (:before = '' or (last_active, session_id) <
             (select last_active, session_id from sessions where session_id = :before))
         order by last_active desc, session_id desc limit :limit`,
        { limit, before: before ?? '', state: state ?? '' },
      ),
    counts: async () => {
      const rows = database.all<{ state: SessionState; n: number }>(
        'select state, count(*) n from sessions group by state',
      )
      return Object.fromEntries(STATES.map(state => [state, rows.find(row => row.state === state)?.n ?? 0])) as Record<
        SessionState,
        number
      >
    },

    name: 'sessions',
    // A session belongs to a scope; the persons of a group's session are those of its messages.
    tables: ['sessions'],
    count: async person_id => select('where scope = :scope', { scope: scopeOfPerson(person_id) }).length,
    reassign: async (from, to) => {
      database.transaction(() => {
        const [left, right] = [activeOf(scopeOfPerson(from)), activeOf(scopeOfPerson(to))]
        // Two running conversations cannot become one window: the one that slept longer ends and is remembered.
        if (left !== undefined && right !== undefined) {
          const older = left.last_active <= right.last_active ? left : right
          const newer = older === left ? right : left
          close(older.session_id, 'merged', newer.last_active)
        }
        database.run('update sessions set scope = :to where scope = :from', {
          from: scopeOfPerson(from),
          to: scopeOfPerson(to),
        })
      })
    },
  }
}
