/** Stores reflections in SQLite. */
import type { Database } from '../../database/sqlite/database.ts'
import { deleteOverwritten } from '../../database/sqlite/in-batches.ts'
import { scopedData } from '../../messages/sqlite/scoped-data.ts'
import type { PersonalData, PersonalRecord } from '../../people/personal-data.ts'
import type { OldReflections, Reflection, Reflections } from '../reflections.ts'

const whole = (row: PersonalRecord['fields']): PersonalRecord['fields'] => row

const WORDS = { table: 'reflections', columns: ['text'] } as const

/** Reflections in `denidin.db`. */
export const createSqliteReflections = (database: Database): Reflections & PersonalData => ({
  ...scopedData(database, {
    name: 'reflections',
    table: 'reflections',
    record: whole,
    words: ['text'],
    about: { column: 'session_id', bounds: 'sessions' },
  }),
  of: async session_id => {
    const found = database.get<Omit<Reflection, 'valence'> & { readonly valence: number | null }>(
      'select session_id, scope, text, valence, created_at from reflections where session_id = :session_id',
      { session_id },
    )
    return found === undefined ? undefined : { ...found, valence: found.valence ?? undefined }
  },
  put: async ({ session_id, scope, text, valence, created_at }) => {
    database.run(
      `insert into reflections (session_id, scope, text, valence, created_at)
       values (:session_id, :scope, :text, :valence, :created_at)
       on conflict do update set scope = excluded.scope, text = excluded.text, valence = excluded.valence,
         created_at = excluded.created_at`,
      { session_id, scope, text, valence: valence ?? null, created_at },
    )
  },
  older: async (before, scope) =>
    database.all<OldReflections>(
      `select scope, count(*) as count, min(created_at) as oldest, max(created_at) as newest from reflections
       where created_at < :before and (:scope is null or scope = :scope) group by scope order by count desc, scope`,
      { before, scope: scope ?? null },
    ),
  removeOlder: async (scope, before) =>
    database.transaction(() =>
      deleteOverwritten(database, { ...WORDS, where: 'scope = :scope and created_at < :before' }, { scope, before }),
    ),
  remove: async session_id => {
    database.transaction(() => {
      deleteOverwritten(database, { ...WORDS, where: 'session_id = :session_id' }, { session_id })
    })
  },
})
