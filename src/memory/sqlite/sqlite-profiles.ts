/** Profiles in `denidin.db`. */
import type { Database } from '../../database/sqlite/database.ts'
import type { Migration } from '../../database/sqlite/migrations.ts'
import type { Scope } from '../../messages/scope.ts'
import { scopedData } from '../../messages/sqlite/scoped-data.ts'
import type { PersonalData } from '../../people/personal-data.ts'
import type { Profiles } from '../profiles.ts'

export const profileMigrations: readonly Migration[] = [
  {
    id: 'profiles-001',
    sql: `
      create table profiles (
        scope text primary key,
        memory_ids text not null,
        made_at integer not null
      ) strict, without rowid;
    `,
  },
]

/** Profiles in `denidin.db`. */
export const createSqliteProfiles = (database: Database): Profiles & PersonalData => ({
  // It contains only ids. The memory store exports the memories themselves, and the memory agent recreates the profile
  // at its next run.
  ...scopedData(database, { name: 'profiles', table: 'profiles' }),
  of: async scope => {
    const row = database.get<{ memory_ids: string }>('select memory_ids from profiles where scope = :scope', { scope })
    return row === undefined ? [] : (JSON.parse(row.memory_ids) as string[])
  },
  keep: async (scope: Scope, memory_ids, now) => {
    if (memory_ids.length === 0) {
      database.run('delete from profiles where scope = :scope', { scope })
      return
    }
    // Most profiles do not change between runs of the agent; unchanged ones are not written.
    database.run(
      `insert into profiles (scope, memory_ids, made_at) values (:scope, :ids, :now)
       on conflict (scope) do update set memory_ids = excluded.memory_ids, made_at = excluded.made_at
         where memory_ids <> excluded.memory_ids`,
      { scope, now, ids: JSON.stringify(memory_ids) },
    )
  },
})
