import type { Database } from '../../database/sqlite/database.ts'
import type { MessageId } from '../message.ts'
import type { ChangedMessage, MessageStore } from '../message-store.ts'
import { kindAfterEdit } from '../message-kind.ts'
import type { Scope } from '../scope.ts'
import type { MessageRow } from './message-columns.ts'

type Changes = Pick<MessageStore, 'current' | 'edit' | 'remove' | 'rate'>

/** What happens to a message after it was recorded: edits, deletions, ratings. */
export const createSqliteMessageChanges = (database: Database): Changes => {
  const place = (message_id: MessageId): ChangedMessage | undefined => {
    const row = database.get<{ scope: Scope; session_id: string | null }>(
      'select scope, session_id from messages where message_id = :message_id',
      { message_id },
    )
    return row === undefined ? undefined : { scope: row.scope, session_id: row.session_id ?? undefined }
  }

  /** Id under which a reply is kept of which this is a part; any other id as it is. */
  const whole = (message_id: MessageId): MessageId =>
    database.get<{ message_id: MessageId }>(
      `select o.message_id from outbox_parts p join outbox o using (outbox_id)
       where p.message_id = :message_id and o.message_id is not null`,
      { message_id },
    )?.message_id ?? message_id

  return {
    current: async message_ids =>
      new Map(
        database
          .all<Pick<MessageRow, 'message_id' | 'text' | 'tokens' | 'kind'>>(
            `select message_id, text, tokens, kind from messages
             where message_id in (select value from json_each(:ids))`,
            { ids: JSON.stringify(message_ids) },
          )
          .map(({ message_id, ...now }) => [message_id, now]),
      ),

    edit: async (message_id, text, tokens) =>
      database.transaction(() => {
        const was = database.get<Pick<MessageRow, 'kind' | 'text'>>(
          'select kind, text from messages where message_id = :message_id',
          { message_id },
        )
        if (was === undefined || was.text === text) return undefined
        database.run(
          'update messages set text = :text, tokens = :tokens, kind = :kind where message_id = :message_id',
          { message_id, text, tokens, kind: kindAfterEdit(was.kind, text) },
        )
        return place(message_id)
      }),

    remove: async (message_id, at) =>
      database.transaction(() => {
        const was = place(message_id)
        database.run('delete from messages where message_id = :message_id', { message_id })
        database.run(
          `update inbox set state = 'ignored', settled_at = :at where message_id = :message_id and state = 'received'`,
          { message_id, at },
        )
        return was
      }),

    rate: async ({ message_id: rated, person_id, value, at }) => {
      const message_id = whole(rated)
      if (value === undefined) {
        return (
          database.run('delete from ratings where message_id = :message_id and person_id = :person_id', {
            message_id,
            person_id,
          }) > 0
        )
      }
      return (
        database.run(
          `insert into ratings (message_id, person_id, value, rated_at)
           select message_id, :person_id, :value, :at from messages
           where message_id = :message_id and role = 'assistant'
           on conflict (message_id, person_id) do update set value = excluded.value, rated_at = excluded.rated_at`,
          { message_id, person_id, value, at },
        ) > 0
      )
    },
  }
}
