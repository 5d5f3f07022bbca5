/** Pauses in SQLite. */
import type { Database } from '../../database/sqlite/database.ts'
import type { Migration } from '../../database/sqlite/migrations.ts'
import type { Scope } from '../../messages/scope.ts'
import { scopedData } from '../../messages/sqlite/scoped-data.ts'
import { recordedTime, type PersonalData } from '../../people/personal-data.ts'
import { endOfPause, type Pause, type PauseReason, type Pauses } from '../pauses.ts'

/** Table of the pauses. */
export const pauseMigrations: readonly Migration[] = [
  {
    id: 'pauses-001',
    sql: `
      create table pauses (
        scope text primary key,
        until_at integer,
        reason text not null check (reason in ('owner', 'command'))
      ) strict, without rowid;
    `,
  },
  { id: 'pauses-002', sql: 'alter table pauses add column begun_at integer;' },
  {
    id: 'pauses-003',
    sql: `
      create table pauses_3 (
        scope text primary key,
        until_at integer,
        reason text not null check (reason in ('owner', 'command', 'listen')),
        begun_at integer
      ) strict, without rowid;
      insert into pauses_3 (scope, until_at, reason, begun_at) select scope, until_at, reason, begun_at from pauses;
      drop table pauses;
      alter table pauses_3 rename to pauses;
    `,
  },
]

interface PauseRow {
  readonly scope: Scope
  readonly until_at: number | null
  readonly reason: PauseReason
  /** \`null\` for a pause of an earlier version. */
  readonly begun_at: number | null
}

/** The current pause; one that began before the clock was set back is corrected in its row. */
const current = (database: Database, row: PauseRow, now: number): Pause => {
  const { scope, reason } = row
  const until = endOfPause({ until: row.until_at ?? undefined, begun_at: row.begun_at ?? undefined }, now)
  if (until !== (row.until_at ?? undefined)) {
    database.run('update pauses set until_at = :until, begun_at = :now where scope = :scope', {
      until: until ?? null,
      now,
      scope,
    })
  }
  return { scope, until, reason }
}

/** Pauses in SQLite: a restart does not end them. */
export const createSqlitePauses = (database: Database): Pauses & PersonalData => ({
  ...scopedData<PauseRow>(database, {
    name: 'pauses',
    table: 'pauses',
    record: ({ until_at, reason }) => ({ until: recordedTime(until_at), reason }),
  }),
  at: async (scope, now) => {
    const row = database.get<PauseRow>(
      'select * from pauses where scope = :scope and (until_at is null or until_at > :now)',
      { scope, now },
    )
    return row === undefined ? undefined : current(database, row, now)
  },
  begin: async ({ scope, until, reason }, now) => {
    database.run(
      `insert into pauses (scope, until_at, reason, begun_at) values (:scope, :until, :reason, :now)
       on conflict (scope) do update
       set until_at = excluded.until_at, reason = excluded.reason, begun_at = excluded.begun_at
       where reason = 'owner' or excluded.reason <> 'owner' or until_at <= :now`,
      { scope, until: until ?? null, reason, now },
    )
  },
  end: async scope => database.run('delete from pauses where scope = :scope', { scope }) > 0,
  list: async now =>
    database
      .all<PauseRow>('select * from pauses where until_at is null or until_at > :now order by scope', { now })
      .map(row => current(database, row, now)),
})
