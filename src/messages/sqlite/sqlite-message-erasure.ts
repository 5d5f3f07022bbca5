/** Finds messages for forgetting and removes them for good, in SQLite. */
import type { Database, Parameters } from '../../database/sqlite/database.ts'
import { blanks, readInBatches } from '../../database/sqlite/in-batches.ts'
import { yieldToEventLoop } from '../../platform/yield.ts'
import type { MessageErasure } from '../message-erasure.ts'
import type { MessageId, MessageRecord } from '../message.ts'
import { MESSAGE_COLUMNS, toRecord, type MessageRow } from './message-columns.ts'
import { createMessageExpiryReads } from './sqlite-message-expiry.ts'
import { fittingParameters, OF_PERSON_ERASED, personParameters } from './sqlite-message-person.ts'

/** Messages that are removed in one transaction, with their dependent rows. */
const ERASED_AT_ONCE = 200

const IN_IDS = 'message_id in (select value from json_each(:ids))'

const OVERWRITE = [
  `update messages set ${blanks(['text', 'sender_name', 'details'])} where ${IN_IDS}`,
  `update message_quotes set ${blanks(['text', 'sender_name'])} where ${IN_IDS}`,
]

export const createSqliteMessageErasure = (database: Database): MessageErasure => {
  const read = (where: string, parameters: Parameters): readonly MessageRecord[] =>
    database.all<MessageRow>(`select ${MESSAGE_COLUMNS} from messages where ${where}`, parameters).map(toRecord)

  async function* inBatches(where: string, parameters: Parameters): AsyncIterable<readonly MessageRecord[]> {
    const table = { table: 'messages', columns: MESSAGE_COLUMNS, where }
    for await (const rows of readInBatches<MessageRow>(database, table, parameters)) yield rows.map(toRecord)
  }

  const eraseNow = (ids: string): number => {
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
    ...createMessageExpiryReads(database),
    get: async message_ids => read(IN_IDS, { ids: JSON.stringify(message_ids) }),
    ofPerson: (person_id, bounds) =>
      inBatches(OF_PERSON_ERASED, fittingParameters(OF_PERSON_ERASED, personParameters(person_id, bounds))),
    last: async (scope, person_id, but) =>
      read(
        `scope = :scope and person_id = :person_id and role = 'user' and message_id <> :but
           and seq < coalesce((select seq from messages where message_id = :but), ${String(Number.MAX_SAFE_INTEGER)})
         order by seq desc limit 1`,
        { scope, person_id, but: but ?? '' },
      )[0],
    waitingAfter: async (message_id, person_id) =>
      database
        .all<{ message_id: MessageId }>(
          `select message_id from inbox where state = 'received' and person_id = :person_id
             and rowid > (select rowid from inbox where message_id = :message_id)`,
          { message_id, person_id },
        )
        .map(each => each.message_id),
    recent: async (scope, person_id, limit) =>
      read(`scope = :scope and person_id = :person_id and role = 'user' order by seq desc limit :limit`, {
        scope,
        person_id,
        limit,
      }),
    inSession: async session_id => read('session_id = :session_id order by seq', { session_id }),
    repliesTo: async message_ids =>
      read(
        `role = 'assistant' and message_id in
           (select o.message_id from outbox o join outbox_answers a using (outbox_id)
            where a.${IN_IDS})`,
        { ids: JSON.stringify(message_ids) },
      ),
    ofScope: scope => inBatches('scope = :scope', { scope }),
    eraseMessages: async message_ids => {
      const batches = Array.from({ length: Math.ceil(message_ids.length / ERASED_AT_ONCE) }, (_, n) =>
        JSON.stringify(message_ids.slice(n * ERASED_AT_ONCE, (n + 1) * ERASED_AT_ONCE)),
      )
      // All of them before the first goes: see `overwriteInBatches`.
      for (const ids of batches) {
        database.transaction(() => {
          for (const sql of OVERWRITE) database.run(sql, { ids })
        })
        await yieldToEventLoop()
      }
      let erased = 0
      for (const ids of batches) {
        erased += database.transaction(() => eraseNow(ids))
        await yieldToEventLoop()
      }
      return erased
    },
  }
}
