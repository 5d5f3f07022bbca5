import type { Database } from '../../database/sqlite/database.ts'
import { scopedData } from '../../messages/sqlite/scoped-data.ts'
import type { PersonalData, PersonalRecord } from '../../people/personal-data.ts'
import type {
  ProcessedMessages,
  LearntMessage,
  OldReflections,
  Reflection,
  Reflections,
} from '../processed-messages.ts'

const whole = (row: PersonalRecord['fields']): PersonalRecord['fields'] => row

/** How far learning has come, in `denidin.db`. */
export const createSqliteProcessedMessages = (database: Database): ProcessedMessages & PersonalData => ({
  ...scopedData(database, { name: 'learnt messages', table: 'learnt_messages', record: whole }),
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
  ...scopedData(database, { name: 'reflections', table: 'reflections', record: whole }),
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
