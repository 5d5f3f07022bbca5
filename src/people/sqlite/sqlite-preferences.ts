/** Preferences in SQLite. */
import type { Database } from '../../database/sqlite/database.ts'
import type { Migration } from '../../database/sqlite/migrations.ts'
import { lru } from '../../platform/lru.ts'
import type { PersonId } from '../person.ts'
import type { PersonalData } from '../personal-data.ts'
import type { Preference, Preferences } from '../preferences.ts'

/** Table of the preferences. */
export const preferenceMigrations: readonly Migration[] = [
  {
    id: 'preferences-001',
    sql: `
      create table preferences (
        person_id text primary key,
        language text check (language in ('en', 'he')),
        learn integer not null default 1 check (learn in (0, 1))
      ) strict, without rowid;
    `,
  },
  { id: 'preferences-002', sql: 'alter table preferences add column time_zone text;' },
]

interface PreferenceRow {
  readonly language: 'en' | 'he' | null
  readonly time_zone: string | null
  readonly learn: number
}

const rowOf = (database: Database, person_id: PersonId): PreferenceRow | undefined =>
  database.get<PreferenceRow>('select language, time_zone, learn from preferences where person_id = :person_id', {
    person_id,
  })

const read = (database: Database, person_id: PersonId): Preference => {
  const row = rowOf(database, person_id)
  return {
    language: row?.language ?? undefined,
    time_zone: row?.time_zone ?? undefined,
    learn: row?.learn !== 0,
  }
}

const write = (
  database: Database,
  person_id: PersonId,
  { language = null, time_zone = null, learn }: Partial<PreferenceRow>,
): void => {
  database.run(
    `insert or replace into preferences (person_id, language, time_zone, learn)
     values (:person_id, :language, :time_zone, :learn)`,
    { person_id, language, time_zone, learn: learn ?? 1 },
  )
}

/** For how many people preferences are kept in memory: a turn reads them nearly ten times. */
const MOST_KEPT = 1000

/** Preferences in SQLite. */
export const createSqlitePreferences = (database: Database): Preferences & PersonalData => {
  const kept = lru<PersonId, Preference>(MOST_KEPT)
  return {
    of: async person_id => {
      const known = kept.get(person_id)
      if (known !== undefined) return known
      const preference = read(database, person_id)
      kept.set(person_id, preference)
      return preference
    },
    set: async (person_id, change) => {
      kept.delete(person_id)
      const preference = { ...read(database, person_id), ...change }
      const { language = null, time_zone = null, learn } = preference
      write(database, person_id, { language, time_zone, learn: learn ? 1 : 0 })
      return preference
    },

    name: 'preferences',
    tables: ['preferences'],
    // The learning opt-out is not data about a person: forgetting everything does not revoke it.
    count: async person_id =>
      database.get<{ n: number }>(
        'select count(*) as n from preferences where person_id = :person_id and (learn = 1 or language is not null or time_zone is not null)',
        { person_id },
      )?.n ?? 0,
    reassign: async (from, to) => {
      kept.clear()
      database.transaction(() => {
        const row = rowOf(database, from)
        if (row === undefined || from === to) return
        const own = read(database, to)
        write(database, to, {
          language: own.language ?? row.language,
          time_zone: own.time_zone ?? row.time_zone,
          learn: own.learn && row.learn === 1 ? 1 : 0,
        })
        database.run('delete from preferences where person_id = :from', { from })
      })
    },
    export: async function* (person_id) {
      const { language = null, time_zone = null, learn } = read(database, person_id)
      yield { section: 'preferences', fields: { language, time_zone, learn } }
    },
    erase: async person_id => {
      kept.delete(person_id)
      return (
        database.run('delete from preferences where person_id = :person_id and learn = 1', { person_id }) +
        database.run(
          `update preferences set language = null, time_zone = null
         where person_id = :person_id and (language is not null or time_zone is not null)`,
          { person_id },
        )
      )
    },
  }
}
