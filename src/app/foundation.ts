/** Opens the foundation of the app: stores, indexes, then the people, then memory and search. */
import { join } from 'node:path'
import { FileModelKnowledge } from '../models/knowledge/file-model-knowledge.ts'
import type { ModelKnowledge } from '../models/knowledge/model-knowledge.ts'
import type { PersonalData } from '../people/personal-data.ts'
import { createAuditFile, type AuditFile } from '../platform/audit-file.ts'
import type { BackgroundTasks } from '../platform/background-tasks.ts'
import { exists } from '../platform/files.ts'
import { ExportFiles } from '../privacy/export.ts'
import { createArchive, type Archive } from './archive/archive.ts'
import { createBackups, type AppBackups } from './backup/backups.ts'
import { createMemoryFeatures, indexModules, openIndexes, type MemoryFeatures } from './memory.ts'
import { createModels, type Models } from './models.ts'
import { openBaseStores, withPeople, type BaseStores, type Stores } from './stores.ts'
import type { Rollouts } from '../rollout/rollouts.ts'
import { namesInMemory, openRollouts, remembersOf, type Remembers } from './rollout.ts'
import { UptimeRecord } from '../watch/uptime-record.ts'
import type { Uptime } from './uptime.ts'
import { checkDataFolder } from './data-folder-check.ts'
import type { AppDeps } from './app-deps.ts'

/** State of the running process that belongs to no feature. */
export interface ProcessState {
  /** Aborted when the app stops. */
  readonly stopping: AbortController
  readonly background: BackgroundTasks
  readonly uptime: Uptime
}

/** Stores, models, memory and search. */
export interface Foundation {
  readonly stores: Stores
  /** The personal data of all features, in the order in which it is erased. */
  readonly personalData: readonly PersonalData[]
  readonly models: Models
  readonly knowledge: ModelKnowledge
  readonly audit: AuditFile
  readonly exportFiles: ExportFiles
  readonly memory: MemoryFeatures
  readonly archive: Archive
  readonly backups: AppBackups
  readonly rollouts: Rollouts
  /** When the bot ran. */
  readonly uptimeRecord: UptimeRecord
  /** Whether the messages of a conversation may be stored and recalled. */
  readonly remembers: Remembers
}

/**
 * Opens what everything else is built on.
 * @throws DenidinError `damaged` or `unavailable` if the data cannot be used; everything is closed again then
 */
export const openFoundation = async ({ settings, parts, version }: AppDeps): Promise<Foundation> => {
  await using opened = new AsyncDisposableStack()
  const used_before = await exists(join(settings.data_root, 'erasures.db'))
  const base = opened.use(openBaseStores(settings, parts))
  await base.meter.releaseInterrupted()
  const knowledge = await FileModelKnowledge.open({ ...parts, path: join(settings.data_root, 'models.json') })
  const models = createModels(settings, { meter: base.meter, knowledge }, parts)
  const indexes = await openIndexes({ settings, stores: base, models, runtime: parts })
  for (const index of indexModules(indexes)) opened.defer(async () => index.stop?.())
  const archive = createArchive({ settings, stores: base, runtime: parts })
  opened.defer(async () => archive.module.stop?.())
  await checkDataFolder({ data_root: settings.data_root, stores: base, indexes, used_before, logger: parts.logger })
  const exportFiles = new ExportFiles(settings.data_root)
  const personalData = [
    ...base.personalData,
    ...indexModules(indexes).flatMap(module => module.personalData ?? []),
    ...(archive.module.personalData ?? []),
    exportFiles.personal,
  ]
  const { stores, rollouts, remembers } = await openPeople(base, { settings, parts }, personalData)
  const audit = createAuditFile(settings.logs_dir, 'memory_audit', parts.clock, trouble => {
    parts.logger.for('audit').error(trouble)
  })
  const backups = createBackups({
    settings,
    version,
    runtime: parts,
    copied: () => {
      stores.database.finishScrub()
    },
    is_open: true,
  })
  const memory = createMemoryFeatures({ settings, stores, indexes, audit, runtime: parts })
  // From here on, the modules close the opened resources.
  opened.move()
  return {
    stores,
    personalData,
    models,
    knowledge,
    audit,
    exportFiles,
    memory,
    archive,
    backups,
    rollouts,
    uptimeRecord: new UptimeRecord({
      path: join(settings.data_root, 'uptime.json'),
      clock: parts.clock,
      logger: parts.logger.for('app'),
    }),
    remembers,
  }
}

/** The people, and which of them have which feature. */
const openPeople = async (
  base: BaseStores,
  { settings, parts }: Pick<AppDeps, 'settings' | 'parts'>,
  personalData: readonly PersonalData[],
): Promise<Pick<Foundation, 'stores' | 'rollouts' | 'remembers'>> => {
  const all = withPeople(base, settings, parts, personalData)
  await all.people.recover()
  const rollouts = await openRollouts(settings, all, parts)
  const remembers = remembersOf(settings, rollouts)
  return { stores: { ...all, memberNames: namesInMemory(all.memberNames, remembers) }, rollouts, remembers }
}
