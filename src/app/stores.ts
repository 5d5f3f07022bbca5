/** Opens the stores of the data folder: `denidin.db`, the erasure log and the sessions folder. */
import type { ApiTokens } from '../access/api-token.ts'
import type { IdempotencyStore } from '../access/idempotency-store.ts'
import { accessMigrations } from '../access/sqlite/access-migrations.ts'
import { createSqliteApiTokens } from '../access/sqlite/sqlite-api-tokens.ts'
import { createSqliteIdempotencyStore } from '../access/sqlite/sqlite-idempotency-store.ts'
import type { IncidentStore } from '../alerts/incident-store.ts'
import { createSqliteIncidents, incidentMigrations } from '../alerts/sqlite/sqlite-incidents.ts'
import { noBudgetUsage, type BudgetUsageLog } from '../budget/usage/budget-usage-log.ts'
import type { FileUsageLog } from '../budget/usage/file-usage-log.ts'
import { UsagePersonalData } from '../budget/usage/usage-personal-data.ts'
import type { BackupSource } from '../lifecycle/module.ts'
import { join, resolve } from 'node:path'
import { SqliteCosts } from '../usage/sqlite/sqlite-costs.ts'
import { SqliteMeter } from '../usage/sqlite/sqlite-meter.ts'
import { usageMigrations } from '../usage/sqlite/usage-migrations.ts'
import type { Settings } from '../config/settings.ts'
import type { Pauses } from '../conversation/pauses.ts'
import { createSqlitePauses, pauseMigrations } from '../conversation/sqlite/sqlite-pauses.ts'
import { messageCountMigrations, SqliteMessageCounts } from '../conversation/sqlite/sqlite-message-counts.ts'
import { knowledgeMigrations } from '../knowledge/sqlite/knowledge-migrations.ts'
import { learningMigrations } from '../learning/sqlite/learning-migrations.ts'
import { createSqliteProcessedMessages } from '../learning/sqlite/sqlite-processed-messages.ts'
import type { MigrationRecords } from '../learning/schema-migration/migration-records.ts'
import { createSqliteMigrationRecords, memorySchemaMigrations } from '../learning/sqlite/sqlite-migration-records.ts'
import { createSqliteReflections } from '../learning/sqlite/sqlite-reflections.ts'
import type { ProcessedMessages } from '../learning/processed-messages.ts'
import type { Reflections } from '../learning/reflections.ts'
import type { Database } from '../database/sqlite/database.ts'
import { DatabaseHealth, openTruthDatabase } from '../database/sqlite/truth-database.ts'
import type { NumberedLists } from '../memory/numbered-lists.ts'
import { createSqliteNumberedLists, listingMigrations } from '../memory/sqlite/sqlite-numbered-lists.ts'
import { memoryMigrations } from '../memory/sqlite/memory-migrations.ts'
import type { MemoryLog } from '../memory/memory-log.ts'
import { createSqliteMemoryLog } from '../memory/sqlite/sqlite-memory-log.ts'
import { createSqliteMemoryCensus } from '../memory/sqlite/sqlite-memory-census.ts'
import { createSqliteMemoryStore } from '../memory/sqlite/sqlite-memory-store.ts'
import type { MemoryCensus } from '../memory/memory-census.ts'
import type { MemoryStore } from '../memory/memory-store.ts'
import type { Profiles } from '../memory/profiles.ts'
import { createSqliteProfiles, profileMigrations } from '../memory/sqlite/sqlite-profiles.ts'
import type { ChangeLog } from '../messages/change-log.ts'
import { createSqliteChangeLog } from '../messages/sqlite/sqlite-change-log.ts'
import type { AppliedErasures, Erasures } from '../messages/erasures.ts'
import type { ForgottenWords } from '../messages/forgotten-words.ts'
import type { ImportedMessages } from '../messages/imported-messages.ts'
import { createSqliteImportedMessages } from '../messages/sqlite/sqlite-imported-messages.ts'
import { unregisteredNames, type MemberNames } from '../messages/member-names.ts'
import type { MessageErasure, MessageIndex } from '../messages/message-erasure.ts'
import { guardInbox } from '../messages/erasure-guard.ts'
import {
  appliedErasureMigrations,
  createSqliteAppliedErasures,
  createSqliteErasures,
} from '../messages/sqlite/sqlite-erasures.ts'
import { createSqliteMessageErasure } from '../messages/sqlite/sqlite-message-erasure.ts'
import { createSqliteMemberNames, memberNameMigrations } from '../messages/sqlite/sqlite-member-names.ts'
import { publishing } from '../messages/live-events.ts'
import type { MessageStore } from '../messages/message-store.ts'
import { messageMigrations } from '../messages/sqlite/message-migrations.ts'
import { createSqliteMessageStore } from '../messages/sqlite/sqlite-message-store.ts'
import type { PersonalData } from '../people/personal-data.ts'
import type { HealthCheck } from '../platform/health.ts'
import type { Preferences } from '../people/preferences.ts'
import { createPersonalProfile } from '../people/sqlite/personal-profile.ts'
import { createSqlitePreferences, preferenceMigrations } from '../people/sqlite/sqlite-preferences.ts'
import { configuredRoles, type PeopleSettings } from '../people/roles.ts'
import { identityValues } from '../people/sqlite/identity-values.ts'
import { pastMerges } from '../people/sqlite/past-merges.ts'
import { peopleMigrations } from '../people/sqlite/people-migrations.ts'
import { SqlitePersonRows } from '../people/sqlite/person-rows.ts'
import { createSqlitePeople, type SqlitePeople } from '../people/sqlite/sqlite-people.ts'
import { createDamagedCopies } from '../privacy/damaged-copies.ts'
import { SessionFolders } from '../sessions/session-folders.ts'
import { UnknownSessions } from '../sessions/unknown-sessions.ts'
import { createPersonalSessions } from '../sessions/personal-sessions.ts'
import type { SessionLedger, SessionTransfers } from '../sessions/session-ledger.ts'
import { sessionMigrations } from '../sessions/sqlite/session-migrations.ts'
import { SqliteSessionLedger } from '../sessions/sqlite/sqlite-session-ledger.ts'
import { createUsageFile } from './budget.ts'
import type { Runtime } from './runtime.ts'
import { createSpending, type Spending } from './spending.ts'
import { createSqliteRollouts, rolloutMigrations } from '../rollout/sqlite/sqlite-rollouts.ts'
import type { AnswerLog } from '../rollout/answer-log.ts'
import { answerLogMigrations, createSqliteAnswerLog } from '../rollout/sqlite/sqlite-answer-log.ts'
import { createSqliteTurnFigures, turnFigureMigrations } from '../rollout/sqlite/sqlite-turn-figures.ts'
import type { RolloutStore } from '../rollout/rollout-store.ts'
import type { ActivityReader, FigureStore } from '../rollout/turn-figures.ts'

/** The stores that need only their files. */
export interface BaseStores extends Disposable {
  readonly database: Database
  readonly health: readonly HealthCheck[]
  readonly messages: MessageStore
  /** Messages from other sources. */
  readonly imports: ImportedMessages
  readonly forgottenWords: ForgottenWords
  readonly memberNames: MemberNames
  readonly changeLog: ChangeLog
  readonly ledger: SessionLedger & SessionTransfers
  readonly folders: SessionFolders
  readonly unknownSessions: UnknownSessions
  /** Damaged indexes that were set aside, even while memory is disabled. */
  readonly damagedCopies: MessageIndex
  readonly memories: MemoryStore
  readonly memoryLog: MemoryLog
  readonly profiles: Profiles
  readonly processedMessages: ProcessedMessages
  readonly reflections: Reflections
  readonly memoryCensus: MemoryCensus
  readonly migrationRecords: MigrationRecords
  readonly meter: SqliteMeter
  readonly costs: SqliteCosts
  readonly spending: Spending
  /** Receives the reports of turns and loads; discards them if `budget.usage.log` is off. */
  readonly budgetUsage: BudgetUsageLog
  /** The files of the usage log, whether it is enabled or not. */
  readonly usageFile: FileUsageLog
  /** People's text in the usage log. */
  readonly usageTasks: UsagePersonalData
  readonly pauses: Pauses
  readonly messageCounts: SqliteMessageCounts
  readonly preferences: Preferences
  readonly numberedLists: NumberedLists
  readonly incidents: IncidentStore
  readonly rollouts: RolloutStore
  readonly turnFigures: FigureStore & ActivityReader
  readonly rolloutAnswers: AnswerLog
  readonly apiTokens: ApiTokens
  readonly idempotency: IdempotencyStore
  readonly forgettable: MessageErasure
  readonly erasures: Erasures
  readonly applied: AppliedErasures
  /** Stores with personal data, in the order in which it is erased. */
  readonly personalData: readonly PersonalData[]
  readonly backupSources: readonly BackupSource[]
}

/** All stores. */
export interface Stores extends BaseStores {
  readonly people: SqlitePeople
}

/** Order matters only if one table refers to another. */
export const allMigrations = [
  ...peopleMigrations,
  ...messageMigrations,
  ...memberNameMigrations,
  ...sessionMigrations,
  ...memoryMigrations,
  ...profileMigrations,
  ...learningMigrations,
  ...memorySchemaMigrations,
  ...usageMigrations,
  ...pauseMigrations,
  ...messageCountMigrations,
  ...preferenceMigrations,
  ...listingMigrations,
  ...incidentMigrations,
  ...appliedErasureMigrations,
  ...accessMigrations,
  ...rolloutMigrations,
  ...turnFigureMigrations,
  ...answerLogMigrations,
  ...knowledgeMigrations,
]

/** Opens everything except the people. The caller owns the data folder. */
export const openBaseStores = (settings: Settings, runtime: Runtime): BaseStores => {
  const database = openTruthDatabase(join(settings.data_root, 'denidin.db'), allMigrations)
  const erasures = createSqliteErasures(join(settings.data_root, 'erasures.db'), runtime.ids)
  const preferences = createSqlitePreferences(database)
  const messages = openMessages(database, runtime.events)
  const memberNames = createSqliteMemberNames(database)
  const forgettable = createSqliteMessageErasure(database)
  const applied = createSqliteAppliedErasures(database)
  const learned = openMemoryStores(database, erasures)
  const metered = openMeter(settings, database, runtime)
  const usage = openUsageLog(settings, preferences, runtime)
  const pauses = createSqlitePauses(database)
  const messageCounts = new SqliteMessageCounts(database)
  const persons = new SqlitePersonRows({ ...runtime, database, roles: configuredRoles(peopleSettings(settings)) })
  const access = openAccess(database)
  const rollouts = createSqliteRollouts(database)
  const sessions = openSessionStores(join(settings.data_root, 'sessions'), { database, erasures, ...runtime })
  return {
    database,
    health: [
      new DatabaseHealth('database', database, 'Messages are answered again once this is mended'),
      ...metered.spending.health,
      ...usage.health,
      ...(settings.feature_flags.enable_memory_system ? [sessions.folders] : []),
    ],
    erasures,
    preferences,
    ...metered,
    ...usage.stores,
    pauses,
    messageCounts,
    incidents: createSqliteIncidents(database),
    rollouts,
    turnFigures: createSqliteTurnFigures(database),
    rolloutAnswers: createSqliteAnswerLog(database),
    ...access,
    ...learned,
    ...sessions,
    messages: { ...messages, inbox: guardInbox(messages.inbox, { erasures, preferences }) },
    imports: createSqliteImportedMessages(database),
    forgottenWords: erasures.words,
    memberNames: settings.feature_flags.enable_memory_system ? memberNames : unregisteredNames,
    damagedCopies: createDamagedCopies(derivedPaths(settings)),
    changeLog: createSqliteChangeLog(database),
    forgettable,
    applied,
    personalData: [
      // First, because it needs a person's identities, which the profile erases.
      sessions.unknownSessions.personal,
      createPersonalProfile(database, person_id => persons.find(person_id)?.role),
      preferences,
      messages.personal,
      memberNames.personal,
      createPersonalSessions(sessions.ledger, sessions.folders),
      learned.memories,
      learned.memoryLog,
      learned.profiles,
      learned.processedMessages,
      learned.reflections,
      // The calls first: a call that ends meanwhile is then no longer attributed to the person.
      metered.meter,
      metered.spending.sums,
      usage.stores.usageTasks,
      pauses,
      messageCounts,
      learned.numberedLists,
      ...Object.values(access),
      rollouts.personal,
      erasures.personal,
    ],
    backupSources: backupSourcesOf(settings, database, [...sessions.folders.backupSources, ...erasures.backupSources]),
    [Symbol.dispose]: () => {
      erasures[Symbol.dispose]()
      database[Symbol.dispose]()
    },
  }
}

const backupSourcesOf = (
  { data_root }: Settings,
  database: Database,
  others: readonly BackupSource[],
): readonly BackupSource[] => [
  { name: 'database', path: database.path, kind: 'sqlite', content: 'truth' },
  { name: 'budget usage', path: join(data_root, 'usage'), kind: 'folder', content: 'truth' },
  { name: 'reports', path: join(data_root, 'reports'), kind: 'folder', content: 'truth' },
  ...others,
]

/** The log of an earlier run can be erased, exported and analysed even while the log is disabled. */
const openUsageLog = (
  settings: Settings,
  preferences: Pick<Preferences, 'of'>,
  runtime: Pick<Runtime, 'clock' | 'ids' | 'logger'>,
): {
  readonly stores: Pick<BaseStores, 'budgetUsage' | 'usageFile' | 'usageTasks'>
  readonly health: readonly HealthCheck[]
} => {
  const is_on = settings.budget.usage.log
  const usageFile = createUsageFile(settings, preferences, runtime)
  const usageTasks = new UsagePersonalData(usageFile)
  return {
    stores: { budgetUsage: is_on ? usageFile : noBudgetUsage, usageFile, usageTasks },
    health: is_on ? [usageFile] : [],
  }
}

const openMeter = (
  settings: Settings,
  database: Database,
  runtime: Pick<Runtime, 'clock' | 'ids' | 'logger' | 'metrics'>,
): Pick<BaseStores, 'meter' | 'costs' | 'spending'> => {
  const { clock, metrics } = runtime
  const spending = createSpending(settings, database, runtime)
  const { prices, guard: limits } = spending
  return {
    spending,
    meter: new SqliteMeter({ database, clock, prices, limits, metrics }),
    costs: new SqliteCosts(database, clock),
  }
}

/** Files and folders of which damaged copies may have been set aside. */
const derivedPaths = ({ data_root, memory }: Settings): readonly string[] => [
  join(data_root, 'vectors.db'),
  join(data_root, 'index.db'),
  resolve(data_root, memory.longterm.storage_dir),
]

const openMemoryStores = (database: Database, erasures: Erasures) => ({
  memories: createSqliteMemoryStore(
    database,
    async ({ memory_id, sources }) =>
      (await erasures.erased(sources)).size > 0 || (await erasures.erasedMemories([memory_id])).size > 0,
  ),
  memoryLog: createSqliteMemoryLog(database),
  profiles: createSqliteProfiles(database),
  numberedLists: createSqliteNumberedLists(database),
  memoryCensus: createSqliteMemoryCensus(database),
  migrationRecords: createSqliteMigrationRecords(database),
  processedMessages: createSqliteProcessedMessages(database),
  reflections: createSqliteReflections(database),
})

const openSessionStores = (
  root: string,
  {
    database,
    erasures,
    setAside,
    logger,
  }: Pick<BaseStores, 'database' | 'erasures'> & Pick<Runtime, 'logger' | 'setAside'>,
) => {
  const ledger = new SqliteSessionLedger(database)
  const folders = new SessionFolders(root)
  const unknownSessions = new UnknownSessions({
    root,
    ledger,
    folders,
    erasures,
    setAside,
    logger,
    marksOf: async person_id => [
      ...pastMerges(database)
        .filter(({ into_id }) => into_id === person_id)
        .map(({ from_id }) => JSON.stringify(from_id)),
      // The beginnings of chat ids, such as 15551230001@c.us.
      ...identityValues(database, person_id).map(value => `"${value}@`),
    ],
  })
  return { ledger, folders, unknownSessions }
}

const peopleSettings = ({ godfather_phone, user_roles }: Settings): PeopleSettings => ({
  godfather_phone,
  blocked_phones: user_roles.blocked_phones,
})

/**
 * Adds the people, who come last: merging two of them reassigns all data about them.
 * @param personalData that of the stores, and of every other feature
 */
export const withPeople = (
  stores: BaseStores,
  settings: Settings,
  { ids, clock, logger }: Runtime,
  personalData: readonly PersonalData[],
): Stores => {
  const people = createSqlitePeople({
    settings: peopleSettings(settings),
    personalData,
    database: stores.database,
    ids,
    clock,
    logger,
  })
  return { ...stores, people }
}

const openMessages = (database: Database, events: Runtime['events']) => {
  const stored = createSqliteMessageStore(database)
  return { ...stored, ...publishing(stored, events) }
}

/** The answers come first: they go with their tokens, and are counted before. */
const openAccess = (database: Database) => ({
  idempotency: createSqliteIdempotencyStore(database),
  apiTokens: createSqliteApiTokens(database),
})
