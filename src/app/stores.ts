import { join } from 'node:path'
import { createSqliteMeter, usageMigrations, type SqliteMeter } from '../budget/sqlite/sqlite-meter.ts'
import type { Settings } from '../config/settings.ts'
import type { Pauses } from '../conversation/pauses.ts'
import { createSqlitePauses, pauseMigrations } from '../conversation/sqlite/sqlite-pauses.ts'
import { Database } from '../database/sqlite/database.ts'
import { memoryMigrations } from '../memory/sqlite/memory-migrations.ts'
import type { MemoryLog } from '../memory/memory-log.ts'
import { createSqliteMemoryLog } from '../memory/sqlite/sqlite-memory-log.ts'
import { createSqliteMemoryStore } from '../memory/sqlite/sqlite-memory-store.ts'
import type { MemoryStore } from '../memory/memory-store.ts'
import type { Profiles } from '../memory/profiles.ts'
import { createSqliteProfiles, profileMigrations } from '../memory/sqlite/sqlite-profiles.ts'
import type { MessageStore } from '../messages/message-store.ts'
import { messageMigrations } from '../messages/sqlite/message-migrations.ts'
import { createSqliteMessageStore } from '../messages/sqlite/sqlite-message-store.ts'
import { turnMigrations } from '../messages/sqlite/turn-migrations.ts'
import type { PersonalData } from '../people/personal-data.ts'
import { peopleMigrations } from '../people/sqlite/people-migrations.ts'
import { createSqlitePeople, type SqlitePeople } from '../people/sqlite/sqlite-people.ts'
import { SessionFolders } from '../sessions/session-folders.ts'
import type { SessionLedger } from '../sessions/session-ledger.ts'
import { sessionMigrations } from '../sessions/sqlite/session-migrations.ts'
import { createSqliteSessionLedger } from '../sessions/sqlite/sqlite-session-ledger.ts'
import type { Surroundings } from './surroundings.ts'

/** Everything that is kept in `denidin.db` and in the sessions folder. */
export interface Stores extends Disposable {
  readonly database: Database
  readonly people: SqlitePeople
  readonly messages: MessageStore
  readonly ledger: SessionLedger
  readonly folders: SessionFolders
  readonly memories: MemoryStore
  readonly memoryLog: MemoryLog
  readonly profiles: Profiles
  readonly meter: SqliteMeter
  readonly pauses: Pauses
  /** Every store that holds something of a person. */
  readonly personalData: PersonalData[]
}

/** Order matters only where one table refers to another. */
export const allMigrations = [
  ...peopleMigrations,
  ...messageMigrations,
  ...turnMigrations,
  ...sessionMigrations,
  ...memoryMigrations,
  ...profileMigrations,
  ...usageMigrations,
  ...pauseMigrations,
]

/** Opens the stores of a data folder that this process owns. */
export const openStores = (settings: Settings, { clock, ids, logger }: Surroundings): Stores => {
  const database = new Database(join(settings.data_root, 'denidin.db'), allMigrations)
  const messages = createSqliteMessageStore(database)
  const ledger = createSqliteSessionLedger(database)
  const memories = createSqliteMemoryStore(database)
  const memoryLog = createSqliteMemoryLog(database)
  const profiles = createSqliteProfiles(database)
  const meter = createSqliteMeter(database, clock)
  const pauses = createSqlitePauses(database)
  const personalData: PersonalData[] = [messages, ledger, memories, memoryLog, profiles, meter, pauses]
  const people = createSqlitePeople({
    settings: { godfather_phone: settings.godfather_phone, blocked_phones: settings.user_roles.blocked_phones },
    personalData: () => personalData,
    ...{ database, ids, clock, logger },
  })
  return {
    ...{ database, people, messages, ledger, memories, memoryLog, profiles, meter, personalData, pauses },
    folders: new SessionFolders(join(settings.data_root, 'sessions')),
    [Symbol.dispose]: () => {
      database[Symbol.dispose]()
    },
  }
}
