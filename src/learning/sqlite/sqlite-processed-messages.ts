/** Stores in SQLite which messages were learned from. */
import type { Database } from '../../database/sqlite/database.ts'
import { scopedData } from '../../messages/sqlite/scoped-data.ts'
import type { PersonalData, PersonalRecord } from '../../people/personal-data.ts'
import type { ProcessedMessage, ProcessedMessages } from '../processed-messages.ts'

const whole = (row: PersonalRecord['fields']): PersonalRecord['fields'] => row

/** Processed messages in `denidin.db`. */
export const createSqliteProcessedMessages = (database: Database): ProcessedMessages & PersonalData => ({
  ...scopedData(database, {
    name: 'learnt messages',
    table: 'learnt_messages',
    record: whole,
    about: { column: 'message_id', bounds: 'spared' },
  }),
  of: async session_id =>
    new Map(
      database
        .all<ProcessedMessage>('select message_id, digest from learnt_messages where session_id = :session_id', {
          session_id,
        })
        .map(message => [message.message_id, message]),
    ),
  add: async ({ session_id, scope }, messages) => {
    await database.durably(() => {
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
