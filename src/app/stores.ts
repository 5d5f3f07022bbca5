import { join } from 'node:path'
import { SqliteMeter, usageMigrations } from '../usage/sqlite/sqlite-meter.ts'
import type { Settings } from '../config/settings.ts'
import type { Pauses } from '../conversation/pauses.ts'
import { createSqlitePauses, pauseMigrations } from '../conversation/sqlite/sqlite-pauses.ts'
import { learningMigrations } from '../learning/sqlite/learning-migrations.ts'
import { createSqliteProcessedMessages } from '../learning/sqlite/sqlite-processed-messages.ts'
import { createSqliteReflections } from '../learning/sqlite/sqlite-reflections.ts'
import type { ProcessedMessages } from '../learning/processed-messages.ts'
import type { Reflections } from '../learning/reflections.ts'
import { Database } from '../database/sqlite/database.ts'
import type { NumberedLists } from '../memory/numbered-lists.ts'
import { createSqliteNumberedLists, listingMigrations } from '../memory/sqlite/sqlite-numbered-lists.ts'
import { memoryMigrations } from '../memory/sqlite/memory-migrations.ts'
import type { MemoryLog } from '../memory/memory-log.ts'
import { createSqliteMemoryLog } from '../memory/sqlite/sqlite-memory-log.ts'
import { createSqliteMemoryStore } from '../memory/sqlite/sqlite-memory-store.ts'
import type { MemoryStore } from '../memory/memory-store.ts'
import type { Profiles } from '../memory/profiles.ts'
import { createSqliteProfiles, profileMigrations } from '../memory/sqlite/sqlite-profiles.ts'
import type { ChangeLog } from '../messages/change-log.ts'
import { createSqliteChangeLog } from '../messages/sqlite/sqlite-change-log.ts'
import type { AppliedErasures, Erasures } from '../messages/erasures.ts'
import type { MessageErasure } from '../messages/message-erasure.ts'
import { guardInbox } from '../messages/erasure-guard.ts'
import {
  appliedErasureMigrations,
  createSqliteAppliedErasures,
  createSqliteErasures,
} from '../messages/sqlite/sqlite-erasures.ts'
import { createSqliteMessageErasure } from '../messages/sqlite/sqlite-message-erasure.ts'
import type { MessageStore } from '../messages/message-store.ts'
import { messageMigrations } from '../messages/sqlite/message-migrations.ts'
import { createSqliteMessageStore } from '../messages/sqlite/sqlite-message-store.ts'
import type { PersonalData } from '../people/personal-data.ts'
import type { Preferences } from '../people/preferences.ts'
import { createPersonalProfile } from '../people/sqlite/personal-profile.ts'
import { createSqlitePreferences, preferenceMigrations } from '../people/sqlite/sqlite-preferences.ts'
import { pastMerges } from '../people/sqlite/past-merges.ts'
import { peopleMigrations } from '../people/sqlite/people-migrations.ts'
import { createSqlitePeople, type SqlitePeople } from '../people/sqlite/sqlite-people.ts'
import { SessionFolders } from '../sessions/session-folders.ts'
import { UnknownSessions } from '../sessions/unknown-sessions.ts'
import { createPersonalSessions } from '../sessions/personal-sessions.ts'
import type { SessionLedger, SessionTransfers } from '../sessions/session-ledger.ts'
import { sessionMigrations } from '../sessions/sqlite/session-migrations.ts'
import { SqliteSessionLedger } from '../sessions/sqlite/sqlite-session-ledger.ts'
import type { Runtime } from './runtime.ts'

/** Everything that is kept in `denidin.db` and in the sessions folder. */
export interface Stores extends Disposable {
  readonly database: Database
  readonly people: SqlitePeople
  readonly messages: MessageStore
  readonly changeLog: ChangeLog
  readonly ledger: SessionLedger & SessionTransfers
  readonly folders: SessionFolders
  readonly unknownSessions: UnknownSessions
  readonly memories: MemoryStore
  readonly memoryLog: MemoryLog
  readonly profiles: Profiles
  readonly processedMessages: ProcessedMessages
  readonly reflections: Reflections
  readonly meter: SqliteMeter
  readonly pauses: Pauses
  readonly preferences: Preferences
  readonly numberedLists: NumberedLists
  readonly forgettable: MessageErasure
  readonly erasures: Erasures
  readonly applied: AppliedErasures
  /** Every store that holds something of a person. */
  readonly personalData: PersonalData[]
}

/** Order matters only where one table refers to another. */
export const allMigrations = [
  ...peopleMigrations,
  ...messageMigrations,
  ...sessionMigrations,
  ...memoryMigrations,
  ...profileMigrations,
  ...learningMigrations,
  ...usageMigrations,
  ...pauseMigrations,
  ...preferenceMigrations,
  ...listingMigrations,
  ...appliedErasureMigrations,
]

/** Opens the stores of a data folder that this process owns. */
export const openStores = (settings: Settings, { clock, ids, logger }: Runtime): Stores => {
  const database = new Database(join(settings.data_root, 'denidin.db'), allMigrations)
  const erasures = createSqliteErasures(join(settings.data_root, 'erasures.db'), ids)
  const preferences = createSqlitePreferences(database)
  const listings = createSqliteNumberedLists(database)
  const messages = createSqliteMessageStore(database)
  const ledger = new SqliteSessionLedger(database)
  const memories = createSqliteMemoryStore(
    database,
    async ({ memory_id, sources }) =>
      (await erasures.erased(sources)).size > 0 || (await erasures.erasedMemories([memory_id])).size > 0,
  )
  const memoryLog = createSqliteMemoryLog(database)
  const profiles = createSqliteProfiles(database)
  const learnt = createSqliteProcessedMessages(database)
  const reflections = createSqliteReflections(database)
  const meter = new SqliteMeter(database, clock)
  const pauses = createSqlitePauses(database)
  const root = join(settings.data_root, 'sessions')
  const folders = new SessionFolders(root)
  const unknownSessions = new UnknownSessions({
    root,
    ledger,
    folders,
    erasures,
    logger,
    marksOf: async person_id => [
      ...pastMerges(database)
        .filter(({ into_id }) => into_id === person_id)
        .map(({ from_id }) => JSON.stringify(from_id)),
      // The beginnings of chat ids, such as 15551230001@c.us.
      ...((await people.find(person_id))?.identities.map(({ value }) => `"${value}@`) ?? []),
    ],
  })
  const sessions = createPersonalSessions(ledger, folders)
  const personalData: PersonalData[] = [
    // First: it looks for a person's names too.
    unknownSessions.personal,
    createPersonalProfile(database),
    preferences,
    messages.personal,
    sessions,
    memories,
    memoryLog,
    profiles,
    learnt,
    reflections,
    meter,
    pauses,
    listings,
    erasures.personal,
  ]
  const people = createSqlitePeople({
    settings: { godfather_phone: settings.godfather_phone, blocked_phones: settings.user_roles.blocked_phones },
    personalData: () => personalData,
    database,
    ids,
    clock,
    logger,
  })
  return {
    database,
    people,
    ledger,
    memoryLog,
    profiles,
    processedMessages: learnt,
    reflections,
    meter,
    personalData,
    pauses,
    preferences,
    numberedLists: listings,
    erasures,
    changeLog: createSqliteChangeLog(database),
    messages: { ...messages, inbox: guardInbox(messages.inbox, { erasures, preferences }) },
    memories,
    forgettable: createSqliteMessageErasure(database),
    applied: createSqliteAppliedErasures(database),
    folders,
    unknownSessions,
    [Symbol.dispose]: () => {
      erasures[Symbol.dispose]()
      database[Symbol.dispose]()
    },
  }
}
