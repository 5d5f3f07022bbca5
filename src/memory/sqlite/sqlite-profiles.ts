import type { Database } from '../../database/sqlite/database.ts'
import type { Migration } from '../../database/sqlite/migrations.ts'
import type { Scope } from '../../messages/scope.ts'
import type { PersonalData } from '../../people/personal-data.ts'
import type { PersonId } from '../../people/person.ts'
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
  name: 'profiles',
  tables: ['profiles'],
  of: async scope => {
    const row = database.get<{ memory_ids: string }>('select memory_ids from profiles where scope = :scope', { scope })
    return row === undefined ? [] : (JSON.parse(row.memory_ids) as string[])
  },
  keep: async (scope: Scope, memory_ids, now) => {
    if (memory_ids.length === 0) {
      database.run('delete from profiles where scope = :scope', { scope })
      return
    }
    database.run('insert or replace into profiles (scope, memory_ids, made_at) values (:scope, :ids, :now)', {
      ...{ scope, now, ids: JSON.stringify(memory_ids) },
    })
  },
  count: async person_id =>
    database.get<{ n: number }>('select count(*) as n from profiles where scope = :scope', scopeOf(person_id))?.n ?? 0,
  // It holds ids alone; the memories themselves are handed over by their store.
  export: async function* () {},
  erase: async person_id => database.run('delete from profiles where scope = :scope', scopeOf(person_id)),
  // The survivor's own profile stands; both are made anew by the next look at the memories.
  reassign: async (from, to) => {
    if (from === to) return
    database.transaction(() => {
      database.run('update or ignore profiles set scope = :to where scope = :from', {
        from: `person:${from}`,
        to: `person:${to}`,
      })
      database.run('delete from profiles where scope = :scope', scopeOf(from))
    })
  },
})

const scopeOf = (person_id: PersonId): { scope: Scope } => ({ scope: `person:${person_id}` })
