/** The personal data in the message store: a person's messages and their records, replies and ratings. */
import type { Database, Parameters } from '../../database/sqlite/database.ts'
import { deleteInBatches, overwriteInBatches, readInBatches } from '../../database/sqlite/in-batches.ts'
import { recordedTime, type ErasureBounds, type PersonalData, type PersonalRecord } from '../../people/personal-data.ts'
import type { PersonId } from '../../people/person.ts'
import { scopeOfPerson } from '../scope.ts'
import { isForwarded } from '../message-details.ts'
import { MESSAGE_COLUMNS, toDetails, type MessageRow } from './message-columns.ts'

/** Tables with a person; those before `ratings` have a scope too. */
const SCOPED_TABLES = ['messages', 'inbox', 'outbox', 'message_quotes'] as const
const TABLES = [...SCOPED_TABLES, 'ratings'] as const

/** Columns with a person's text. */
const WORDS = [
  ['messages', ['text', 'sender_name', 'details']],
  ['outbox', ['text']],
  ['message_quotes', ['text', 'sender_name']],
] as const

const OF_PERSON = '(person_id = :person_id or scope = :scope)'

const NOT_SPARED = 'message_id not in (select value from json_each(:spared))'

/** Replies to spared messages. */
const ANSWERS_SPARED = `select a.outbox_id from outbox_answers a
  where a.message_id in (select value from json_each(:spared))`

/**
 * The rows of each table that erasure deletes: all of the person's except the spared ones. No row is spared because of
 * its time, because the clock may have been changed since it was written.
 */
const WHICH: Readonly<Record<(typeof TABLES)[number], string>> = {
  messages: `${OF_PERSON} and ${NOT_SPARED} and message_id not in
    (select o.message_id from outbox o where o.outbox_id in (${ANSWERS_SPARED}) and o.message_id is not null)`,
  inbox: `${OF_PERSON} and ${NOT_SPARED}`,
  outbox: `${OF_PERSON} and outbox_id not in (${ANSWERS_SPARED})`,
  // Copies of the person's text that others quoted are deleted too.
  message_quotes: `${OF_PERSON} and ${NOT_SPARED}`,
  ratings: `person_id = :person_id and ${NOT_SPARED}`,
}

/** The messages that are deleted when a person is forgotten. */
export const OF_PERSON_ERASED = WHICH.messages

/** Parameters for `WHICH`; more than any single statement uses. */
export const personParameters = (person_id: PersonId, { spared = [] }: ErasureBounds): Parameters => ({
  person_id,
  scope: scopeOfPerson(person_id),
  spared: JSON.stringify(spared),
})

/** The parameters that a statement names: SQLite rejects others. */
export const fittingParameters = (sql: string, parameters: Parameters): Parameters =>
  Object.fromEntries(Object.entries(parameters).filter(([name]) => sql.includes(`:${name}`)))

/** A message in the form that its person may read: every column except those for DeniDin's own use. */
const exported = (row: MessageRow): PersonalRecord => {
  const { sent_at, scope, person_id, chat_kind, tokens, learning_opt_out, details, expires_at, ...fields } = row
  const forwarded = isForwarded({ details: toDetails(details) }) ? { forwarded: 'yes' } : undefined
  const expires = expires_at === null ? undefined : { disappears: recordedTime(expires_at) }
  return { section: 'messages', fields: { at: recordedTime(sent_at), ...fields, ...forwarded, ...expires } }
}

async function* exportOf(database: Database, person_id: PersonId): AsyncIterable<PersonalRecord> {
  const messages = { table: 'messages', columns: MESSAGE_COLUMNS, where: OF_PERSON }
  const own = { person_id, scope: scopeOfPerson(person_id) }
  for await (const rows of readInBatches<MessageRow>(database, messages, own)) yield* rows.map(exported)
  const quotes = database.all<Pick<MessageRow, 'message_id' | 'role' | 'sender_name' | 'text'>>(
    `select message_id, role, sender_name, text from message_quotes where ${OF_PERSON} order by rowid`,
    own,
  )
  for (const quote of quotes) yield { section: 'quoted in messages', fields: quote }
  const rated = database.all<{ message_id: string; value: number; rated_at: number }>(
    'select message_id, value, rated_at from ratings where person_id = :person_id order by rated_at',
    { person_id },
  )
  for (const { message_id, value, rated_at } of rated) {
    yield { section: 'ratings', fields: { at: recordedTime(rated_at), message_id, value } }
  }
}

const reassign = (database: Database, from: PersonId, to: PersonId): void => {
  // If both rated the same reply, the existing rating stays.
  database.run('update or ignore ratings set person_id = :to where person_id = :from', { from, to })
  database.run('delete from ratings where person_id = :from', { from })
  for (const table of SCOPED_TABLES) {
    database.run(`update ${table} set person_id = :to where person_id = :from`, { from, to })
    database.run(`update ${table} set scope = :to where scope = :from`, {
      from: scopeOfPerson(from),
      to: scopeOfPerson(to),
    })
  }
}

/** The rows of each table that exist now: what comes while one table after the other is erased is not covered. */
const existing = (database: Database): typeof WHICH => {
  const bounded = SCOPED_TABLES.map(table => {
    const newest = database.get<{ id: number | null }>(`select max(rowid) as id from ${table}`)?.id ?? 0
    return [table, `(${WHICH[table]}) and rowid <= ${String(newest)}`] as const
  })
  return { ...WHICH, ...Object.fromEntries(bounded) }
}

const erase = async (database: Database, person_id: PersonId, bounds: ErasureBounds): Promise<number> => {
  const which = existing(database)
  const parameters = personParameters(person_id, bounds)
  // Other people's ratings of a deleted reply are deleted with it.
  const ratingsOf = (ids: string): number =>
    database.run(
      `delete from ratings where message_id in (
         select message_id from messages where rowid in (select value from json_each(:ids)))`,
      { ids },
    )
  let erased = database.run(`delete from ratings where ${which.ratings}`, fittingParameters(which.ratings, parameters))
  for (const [table, columns] of WORDS) {
    const where = which[table]
    await overwriteInBatches(database, { table, columns, where }, fittingParameters(where, parameters))
  }
  for (const table of SCOPED_TABLES) {
    const before = table === 'messages' ? ratingsOf : undefined
    erased += await deleteInBatches(database, table, which[table], fittingParameters(which[table], parameters), before)
  }
  return erased
}

/** The personal data of the message store. */
export const createMessagePersonalData = (database: Database): PersonalData => {
  const count = (table: (typeof TABLES)[number], parameters: Parameters): number => {
    const sql = `select count(*) as n from ${table} where ${WHICH[table]}`
    return database.get<{ n: number }>(sql, fittingParameters(sql, parameters))?.n ?? 0
  }

  return {
    name: 'messages',
    tables: TABLES,
    count: async (person_id, bounds = {}) => {
      const parameters = personParameters(person_id, bounds)
      return TABLES.reduce((sum, table) => sum + count(table, parameters), 0)
    },
    reassign: async (from, to) => {
      database.transaction(() => {
        reassign(database, from, to)
      })
    },
    export: person_id => exportOf(database, person_id),
    erase: (person_id, bounds = {}) => erase(database, person_id, bounds),
  }
}
