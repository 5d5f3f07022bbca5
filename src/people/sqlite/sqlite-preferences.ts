/** Preferences in SQLite. */
import type { Database } from '../../database/sqlite/database.ts'
import type { Migration } from '../../database/sqlite/migrations.ts'
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
]

interface PreferenceRow {
  readonly language: 'en' | 'he' | null
  readonly learn: number
}

/** Preferences in SQLite. */
export const createSqlitePreferences = (database: Database): Preferences & PersonalData => {
  const read = (person_id: PersonId): Preference => {
    const row = database.get<PreferenceRow>('select language, learn from preferences where person_id = :person_id', {
      person_id,
    })
    return { language: row?.language ?? undefined, learn: row?.learn !== 0 }
  }

  const write = (
    person_id: PersonId,
    { language = null, learn }: { language?: string | null; learn: boolean },
  ): void => {
    database.run(
      'insert or replace into preferences (person_id, language, learn) values (:person_id, :language, :learn)',
      {
        person_id,
        language,
        learn: learn ? 1 : 0,
      },
    )
  }

  return {
    of: async person_id => read(person_id),
    set: async (person_id, change) => {
      const preference = { ...read(person_id), ...change }
      write(person_id, { language: preference.language ?? null, learn: preference.learn })
      return preference
    },

    name: 'preferences',
    tables: ['preferences'],
    // The wish not to be learned from is not data about a person: forgetting everything does not revoke it.
    count: async person_id =>
      database.get<{ n: number }>(
        'select count(*) as n from preferences where person_id = :person_id and (learn = 1 or language is not null)',
        { person_id },
      )?.n ?? 0,
    reassign: async (from, to) => {
      database.transaction(() => {
        const row = database.get<PreferenceRow>('select language, learn from preferences where person_id = :from', {
          from,
        })
        if (row === undefined || from === to) return
        const own = read(to)
        write(to, { language: own.language ?? row.language, learn: own.learn && row.learn === 1 })
        database.run('delete from preferences where person_id = :from', { from })
      })
    },
    export: async function* (person_id) {
      const { language = null, learn } = read(person_id)
      yield { section: 'preferences', fields: { language, learn } }
    },
    erase: async person_id =>
      database.run('delete from preferences where person_id = :person_id and learn = 1', { person_id }) +
      database.run('update preferences set language = null where person_id = :person_id and language is not null', {
        person_id,
      }),
  }
}
