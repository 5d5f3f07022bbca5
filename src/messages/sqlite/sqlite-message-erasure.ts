/** Finds messages for erasure and removes them for good, in SQLite. */
import type { Database, Parameters } from '../../database/sqlite/database.ts'
import { blanks, readInBatches } from '../../database/sqlite/in-batches.ts'
import type { ErasureBounds } from '../../people/personal-data.ts'
import type { PersonId } from '../../people/person.ts'
import { yieldToEventLoop } from '../../platform/yield.ts'
import type { ExpiredPage, MessageErasure } from '../message-erasure.ts'
import type { MessageId, MessageRecord } from '../message.ts'
import type { Scope } from '../scope.ts'
import { MESSAGE_COLUMNS, toRecord, type MessageRow } from './message-columns.ts'
import { expiredMessages, keepMessages, type ExpiredMessage } from './sqlite-message-expiry.ts'
import { fittingParameters, OF_PERSON_ERASED, personParameters } from './sqlite-message-person.ts'

/** Messages removed in one transaction, with their dependent rows. */
const ERASED_AT_ONCE = 200

const IN_IDS = 'message_id in (select value from json_each(:ids))'

const OVERWRITE = [
  `update messages set ${blanks(['text', 'sender_name', 'details'])} where ${IN_IDS}`,
  `update message_quotes set ${blanks(['text', 'sender_name'])} where ${IN_IDS}`,
]

export const createSqliteMessageErasure = (database: Database): MessageErasure => new SqliteMessageErasure(database)

class SqliteMessageErasure implements MessageErasure {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async get(message_ids: readonly MessageId[]): Promise<readonly MessageRecord[]> {
    return this.#read(`${IN_IDS} order by seq`, { ids: JSON.stringify(message_ids) })
  }

  ofPerson(person_id: PersonId, bounds: ErasureBounds): AsyncIterable<readonly MessageRecord[]> {
    const parameters = fittingParameters(OF_PERSON_ERASED, personParameters(person_id, bounds))
    return this.#inBatches(OF_PERSON_ERASED, parameters)
  }

  async last(scope: Scope, person_id: PersonId, but: MessageId | undefined): Promise<MessageRecord | undefined> {
    const [last] = this.#read(
      `scope = :scope and person_id = :person_id and role = 'user' and kind <> 'imported' and message_id <> :but
         and seq < coalesce((select seq from messages where message_id = :but), ${String(Number.MAX_SAFE_INTEGER)})
       order by seq desc limit 1`,
      { scope, person_id, but: but ?? '' },
    )
    return last
  }

  async waitingAfter(message_id: MessageId, person_id: PersonId): Promise<readonly MessageId[]> {
    return this.#database
      .all<{ message_id: MessageId }>(
        `select message_id from inbox where state = 'received' and person_id = :person_id
           and rowid > (select rowid from inbox where message_id = :message_id)`,
        { message_id, person_id },
      )
      .map(each => each.message_id)
  }

  async recent(scope: Scope, person_id: PersonId, limit: number): Promise<readonly MessageRecord[]> {
    return this.#read(
      `scope = :scope and person_id = :person_id and role = 'user' order by sent_at desc, seq desc limit :limit`,
      { scope, person_id, limit },
    )
  }

  async inSession(session_id: string): Promise<readonly MessageRecord[]> {
    return this.#read('session_id = :session_id order by seq', { session_id })
  }

  async repliesTo(message_ids: readonly MessageId[]): Promise<readonly MessageRecord[]> {
    return this.#read(
      `role = 'assistant' and message_id in
         (select o.message_id from outbox o join outbox_answers a using (outbox_id)
          where a.${IN_IDS})`,
      { ids: JSON.stringify(message_ids) },
    )
  }

  async answeredBy(reply_id: MessageId): Promise<readonly MessageId[]> {
    return this.#database
      .all<{ message_id: MessageId }>(
        `select message_id from outbox_answers where outbox_id in
           (select outbox_id from outbox where message_id = :reply_id
            union select outbox_id from outbox_parts where message_id = :reply_id)`,
        { reply_id },
      )
      .map(each => each.message_id)
  }

  ofScope(scope: Scope): AsyncIterable<readonly MessageRecord[]> {
    return this.#inBatches('scope = :scope', { scope })
  }

  async expired(page: ExpiredPage): Promise<readonly ExpiredMessage[]> {
    return expiredMessages(this.#database, page)
  }

  async keep(message_ids: readonly MessageId[]): Promise<void> {
    keepMessages(this.#database, message_ids)
  }

  async eraseMessages(message_ids: readonly MessageId[]): Promise<number> {
    const batches = Array.from({ length: Math.ceil(message_ids.length / ERASED_AT_ONCE) }, (_, n) =>
      JSON.stringify(message_ids.slice(n * ERASED_AT_ONCE, (n + 1) * ERASED_AT_ONCE)),
    )
    // All of them are overwritten before the first is deleted: see `overwriteInBatches`.
    for (const ids of batches) {
      this.#database.transaction(() => {
        for (const sql of OVERWRITE) this.#database.run(sql, { ids })
      })
      await yieldToEventLoop()
    }
    let erased = 0
    for (const ids of batches) {
      erased += this.#database.transaction(() => this.#erase(ids))
      await yieldToEventLoop()
    }
    return erased
  }

  #read(where: string, parameters: Parameters): readonly MessageRecord[] {
    return this.#database
      .all<MessageRow>(`select ${MESSAGE_COLUMNS} from messages where ${where}`, parameters)
      .map(toRecord)
  }

  async *#inBatches(where: string, parameters: Parameters): AsyncIterable<readonly MessageRecord[]> {
    const table = { table: 'messages', columns: MESSAGE_COLUMNS, where }
    for await (const rows of readInBatches<MessageRow>(this.#database, table, parameters)) yield rows.map(toRecord)
  }

  #erase(ids: string): number {
    this.#database.run(`delete from ratings where ${IN_IDS}`, { ids })
    this.#database.run(
      `delete from outbox where ${IN_IDS}
         or outbox_id in (select outbox_id from outbox_answers where ${IN_IDS})`,
      { ids },
    )
    this.#database.run(`update inbox set state = 'ignored' where state = 'received' and ${IN_IDS}`, { ids })
    return this.#database.run(`delete from messages where ${IN_IDS}`, { ids })
  }
}
