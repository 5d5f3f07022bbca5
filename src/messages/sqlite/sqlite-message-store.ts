/** The message store in SQLite: the ports over the tables of `message-migrations.ts`. */
import type { Database } from '../../database/sqlite/database.ts'
import type { PersonalData } from '../../people/personal-data.ts'
import type { MessageStore } from '../message-store.ts'
import { RecordedOutbox } from '../recorded-outbox.ts'
import { createSqliteHistory } from './sqlite-history.ts'
import { createSqliteInbox } from './sqlite-inbox.ts'
import { createSqliteKnownMessages } from './sqlite-known-messages.ts'
import { createMessagePersonalData } from './sqlite-message-person.ts'
import { createSqliteOutboxRows } from './sqlite-outbox-rows.ts'
import { createSqliteQuoteReader } from './sqlite-message-quotes.ts'
import { createSqliteTraffic } from './sqlite-traffic.ts'

export interface SqliteMessageStore extends MessageStore {
  readonly personal: PersonalData
}

export const createSqliteMessageStore = (database: Database): SqliteMessageStore => ({
  inbox: createSqliteInbox(database),
  outbox: new RecordedOutbox(createSqliteOutboxRows(database)),
  history: createSqliteHistory(database),
  known: createSqliteKnownMessages(database),
  quotes: createSqliteQuoteReader(database),
  traffic: createSqliteTraffic(database),
  personal: createMessagePersonalData(database),
})
