import type { Database } from '../../database/sqlite/database.ts'
import type { PersonalData } from '../../people/personal-data.ts'
import type { Learnt, LearntMessage, OldReflections, Reflection, Reflections } from '../learnt.ts'

/** What belongs to a person by the scope alone. */
const personal = (database: Database, name: string, table: 'learnt_messages' | 'reflections'): PersonalData => ({
  name,
  tables: [table],
  count: async person_id =>
    database.get<{ n: number }>(`select count(*) as n from ${table} where scope = :scope`, {
      scope: `person:${person_id}`,
    })?.n ?? 0,
  export: async function* (person_id) {
    for (const row of database.all<Record<string, string | number | null>>(
      `select * from ${table} where scope = :scope`,
      { scope: `person:${person_id}` },
    )) {
      yield { section: name, fields: row }
    }
  },
  erase: async person_id => database.run(`delete from ${table} where scope = :scope`, { scope: `person:${person_id}` }),
  reassign: async (from, to) => {
    database.run(`update ${table} set scope = :to where scope = :from`, { from: `person:${from}`, to: `person:${to}` })
  },
})

/** How far learning has come, in `denidin.db`. */
export const createSqliteLearnt = (database: Database): Learnt & PersonalData => ({
  ...personal(database, 'learnt messages', 'learnt_messages'),
  of: async session_id =>
    new Map(
      database
        .all<LearntMessage>('select message_id, digest from learnt_messages where session_id = :session_id', {
          session_id,
        })
        .map(message => [message.message_id, message]),
    ),
  add: async ({ session_id, scope }, messages) => {
    database.transaction(() => {
      for (const { message_id, digest } of messages) {
        database.run(
          `insert into learnt_messages (message_id, session_id, scope, digest)
           values (:message_id, :session_id, :scope, :digest)
           on conflict do update set digest = excluded.digest, session_id = excluded.session_id, scope = excluded.scope`,
          { message_id, session_id, scope, digest },
        )
      }
    })
  },
  sessionsOf: async message_ids =>
    database
      .all<{ session_id: string }>(
        'select distinct session_id from learnt_messages where message_id in (select value from json_each(:ids))',
        { ids: JSON.stringify(message_ids) },
      )
      .map(row => row.session_id),
  remove: async message_ids => {
    database.run('delete from learnt_messages where message_id in (select value from json_each(:ids))', {
      ids: JSON.stringify(message_ids),
    })
  },
})

/** Reflections in `denidin.db`. */
export const createSqliteReflections = (database: Database): Reflections & PersonalData => ({
  ...personal(database, 'reflections', 'reflections'),
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
    database.run('delete from reflections where scope = :scope and created_at < :before', { scope, before }),
  remove: async session_id => {
    database.run('delete from reflections where session_id = :session_id', { session_id })
  },
})
