import type { Database, Parameters } from '../../database/sqlite/database.ts'
import { readInBatches } from '../../database/sqlite/in-batches.ts'
import { yieldToEventLoop } from '../../platform/yield.ts'
import type { MessageErasure, PlacedMessage } from '../message-erasure.ts'
import { fittingParameters, OF_PERSON_ERASED, personParameters } from './sqlite-message-person.ts'

type PlacedRow = Omit<PlacedMessage, 'session_id'> & { readonly session_id: string | null }

const COLUMNS = 'message_id, chat_id, scope, person_id, role, text, sent_at, session_id'

/** Messages that go in one transaction, with what hangs on them. */
const ERASED_AT_ONCE = 200

const IN_IDS = 'message_id in (select value from json_each(:ids))'

const toPlaced = ({
  message_id,
  chat_id,
  scope,
  person_id,
  role,
  text,
  sent_at,
  session_id,
}: PlacedRow): PlacedMessage => ({
  message_id,
  chat_id,
  scope,
  person_id,
  role,
  text,
  sent_at,
  session_id: session_id ?? undefined,
})

/** What forgetting needs of the messages in SQLite. */
export const createSqliteMessageErasure = (database: Database): MessageErasure => {
  const read = (where: string, parameters: Parameters): readonly PlacedMessage[] =>
    database.all<PlacedRow>(`select ${COLUMNS} from messages where ${where}`, parameters).map(toPlaced)

  async function* inBatches(where: string, parameters: Parameters): AsyncIterable<readonly PlacedMessage[]> {
    const table = { table: 'messages', columns: COLUMNS, where }
    for await (const rows of readInBatches<PlacedRow>(database, table, parameters)) yield rows.map(toPlaced)
  }

  const eraseNow = (ids: string): number => {
    database.run(
      `insert or ignore into changed_sessions (session_id)
       select distinct session_id from messages where session_id is not null and ${IN_IDS}`,
      { ids },
    )
    database.run(`delete from ratings where ${IN_IDS}`, { ids })
    database.run(
      `delete from outbox where ${IN_IDS}
         or outbox_id in (select outbox_id from outbox_answers where ${IN_IDS})`,
      { ids },
    )
    database.run(`update inbox set state = 'ignored' where state = 'received' and ${IN_IDS}`, { ids })
    return database.run(`delete from messages where ${IN_IDS}`, { ids })
  }

  return {
    get: async message_ids => read(IN_IDS, { ids: JSON.stringify(message_ids) }),
    ofPerson: (person_id, bounds) =>
      inBatches(OF_PERSON_ERASED, fittingParameters(OF_PERSON_ERASED, personParameters(person_id, bounds))),
    last: async (scope, person_id, but) =>
      read(
        `scope = :scope and person_id = :person_id and role = 'user' and message_id <> :but order by seq desc limit 1`,
        { scope, person_id, but: but ?? '' },
      )[0],
    inSession: async session_id => read('session_id = :session_id order by seq', { session_id }),
    repliesTo: async message_ids =>
      read(
        `role = 'assistant' and message_id in
           (select o.message_id from outbox o join outbox_answers a using (outbox_id)
            where a.${IN_IDS})`,
        { ids: JSON.stringify(message_ids) },
      ),
    saidByBot: (scope, since) =>
      inBatches(`scope = :scope and role = 'assistant' and sent_at >= :since`, { scope, since }),
    eraseMessages: async message_ids => {
      let erased = 0
      for (let at = 0; at < message_ids.length; at += ERASED_AT_ONCE) {
        const ids = JSON.stringify(message_ids.slice(at, at + ERASED_AT_ONCE))
        erased += database.transaction(() => eraseNow(ids))
        await yieldToEventLoop()
      }
      return erased
    },

    markChanged: async session_ids => {
      database.run('insert or ignore into changed_sessions (session_id) select value from json_each(:ids)', {
        ids: JSON.stringify(session_ids),
      })
    },
  }
}
