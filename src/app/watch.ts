/** Wires the metrics of the installation: which gauge is read from where, and how often at most. */
import { readdir, stat, statfs } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { SUCCESS_DAYS, type BackupHistory } from '../backup/backup-history.ts'
import type { Backups } from '../backup/backups.ts'
import type { Settings } from '../config/settings.ts'
import type { VectorStats } from '../vectors/maintenance/vector-maintenance.ts'
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../platform/clock.ts'
import { folderBytes } from '../platform/files.ts'
import { examine, HEALTH_STATES, type HealthCheck } from '../platform/health.ts'
import type { GaugeName } from '../platform/metric-list.ts'
import { listProcesses, memoryOf, treeOf } from '../platform/process-table.ts'
import type { GaugeSample } from '../platform/prometheus-metrics.ts'
import { InstallationMetrics, type AnyGaugeReader, type GaugeReader } from '../watch/installation-metrics.ts'
import type { MeasureHealth } from '../watch/measure-health.ts'
import { createMeasures } from '../watch/measures.ts'
import type { RecentAnswers } from '../watch/recent-answers.ts'
import { Sampled } from '../watch/sampled.ts'
import type { UptimeRecord } from '../watch/uptime-record.ts'
import type { MemoryFeatures } from './memory.ts'
import type { Runtime } from './runtime.ts'
import type { Stores } from './stores.ts'
import type { Uptime } from './uptime.ts'

/** What measures are read from. */
export interface MeasureSources {
  readonly stores: Pick<Stores, 'ledger'>
  readonly uptimeRecord: UptimeRecord
}

/** What is measured against a target and a limit. */
export const createAppMeasures = (
  settings: Settings,
  { stores: { ledger }, uptimeRecord }: MeasureSources,
  answers: RecentAnswers,
  { clock }: Pick<Runtime, 'clock'>,
): readonly MeasureHealth[] => {
  const { data_root, memory, alerts } = settings
  const active = new Sampled(clock, LATER_MS, async () => (await ledger.counts()).active)
  const memoryBytes = new Sampled(clock, LATER_MS, async () => {
    const databases = await sizesIn(data_root, DATABASE_OF_MEMORY, name => name)
    const index = await folderBytes(resolve(data_root, memory.longterm.storage_dir))
    return databases.reduce((sum, [, bytes]) => sum + bytes, index)
  })
  const ended = new Sampled(clock, LATER_MS, () =>
    ledger.endedSince(clock.now() - alerts.auto_expiry.window_days * DAY_MS),
  )
  return createMeasures({
    settings: alerts,
    answers,
    sessions: () => active.value(),
    memoryBytes: () => memoryBytes.value(),
    ended: () => ended.value(),
    uptime: () => uptimeRecord.figures(alerts.uptime.window_days * DAY_MS),
  })
}

export interface WatchDeps {
  readonly settings: Settings
  readonly version: string
  readonly uptime: Uptime
  readonly uptimeRecord: UptimeRecord
  readonly checks: readonly HealthCheck[]
  readonly measures: readonly MeasureHealth[]
  readonly stores: Stores
  readonly memory: Pick<MemoryFeatures, 'memory' | 'maintenance'>
  readonly backups: Pick<Backups, 'list'> & { readonly history: Pick<BackupHistory, 'success'> }
}

/** How long a value is used that is cheap to read, that is counted in tables or folders, or that changes once a day. */
const SOON_MS = 5 * SECOND_MS
const LATER_MS = MINUTE_MS
const RARELY_MS = 10 * MINUTE_MS

/** Reads the values of a gauge, at most once in `every_ms`. */
type Reader = <N extends GaugeName>(
  name: N,
  every_ms: number,
  read: () => Promise<readonly GaugeSample<N>[]>,
) => GaugeReader<N>

export const createInstallationMetrics = (deps: WatchDeps, runtime: Runtime): InstallationMetrics => {
  const { clock, registry, logger } = runtime
  const reader: Reader = (name, every_ms, read) => ({ name, sampled: new Sampled(clock, every_ms, read) })
  const readers = [
    ...processReaders(deps, runtime, reader),
    ...dataReaders(deps, runtime, reader),
    ...fileReaders(deps, reader),
    ...measureReaders(deps, reader),
  ]
  return new InstallationMetrics({ registry, readers, logger: logger.for('metrics') })
}

const processReaders = (
  { version, uptime, uptimeRecord, checks, settings }: WatchDeps,
  { clock }: Pick<Runtime, 'clock'>,
  reader: Reader,
): readonly AnyGaugeReader[] => [
  reader('info', RARELY_MS, async () => [[{ version }, 1]]),
  reader('running', SOON_MS, async () => [[{}, Number(uptime.started_at !== undefined)]]),
  reader('uptime_seconds', SOON_MS, async () => [
    [{}, uptime.started_at === undefined ? 0 : Math.max(0, (clock.now() - uptime.started_at) / SECOND_MS)],
  ]),
  reader('uptime_window_seconds', SOON_MS, async () => {
    const { up_ms, stopped_ms, down_ms } = await uptimeRecord.figures(settings.alerts.uptime.window_days * DAY_MS)
    return [
      [{ state: 'up' }, up_ms / SECOND_MS],
      [{ state: 'stopped' }, stopped_ms / SECOND_MS],
      [{ state: 'down' }, down_ms / SECOND_MS],
    ]
  }),
  reader('component_state', SOON_MS, async () => {
    const components = await Promise.all(checks.map(check => examine(check, clock)))
    return components.flatMap(({ name, state }) =>
      HEALTH_STATES.map(each => [{ component: name, state: each }, Number(each === state)] as const),
    )
  }),
  reader('process_memory_bytes', LATER_MS, processMemory),
]

const dataReaders = (
  { stores, memory, backups }: WatchDeps,
  { clock }: Pick<Runtime, 'clock'>,
  reader: Reader,
): readonly AnyGaugeReader[] => {
  const traffic = new Sampled(clock, SOON_MS, () => stores.messages.traffic.counts())
  const newestBackup = new Sampled(clock, RARELY_MS, async () => (await backups.list({ limit: 1 }))[0])
  return [
    reader('sessions', LATER_MS, async () => {
      const counts = await stores.ledger.counts()
      const { active, closed, stored, dead, purged } = counts
      return [
        [{ state: 'active' }, active],
        [{ state: 'closed' }, closed],
        [{ state: 'stored' }, stored],
        [{ state: 'dead' }, dead],
        [{ state: 'purged' }, purged],
      ]
    }),
    reader('memories', LATER_MS, async () => {
      const counts = await stores.memories.countsByClass()
      return counts.length === 0 ? NO_MEMORIES : counts.map(({ memories, ...labels }) => [labels, memories] as const)
    }),
    reader('memories_pending', LATER_MS, async () => {
      const { pending_embedding, pending_index } = await memory.memory.stats()
      return [
        [{ step: 'embedding' }, pending_embedding],
        [{ step: 'index' }, pending_index],
      ]
    }),
    reader('vectors', LATER_MS, async () => vectorsByUse(await memory.maintenance.stats())),
    reader('queue_messages', SOON_MS, async () => {
      const { inbox, outbox } = await traffic.value()
      return [
        [{ queue: 'inbox' }, inbox.received],
        [{ queue: 'outbox' }, outbox.intended + outbox.held],
      ]
    }),
    reader('replies_undelivered', SOON_MS, async () => {
      const { unconfirmed, failed } = (await traffic.value()).outbox
      return [
        [{ state: 'unconfirmed' }, unconfirmed],
        [{ state: 'failed' }, failed],
      ]
    }),
    reader('backup_last_timestamp_seconds', SOON_MS, async () => {
      const newest = await newestBackup.value()
      return newest === undefined || 'problem' in newest ? [] : [[{}, Date.parse(newest.created_at) / SECOND_MS]]
    }),
    reader('backup_verified', SOON_MS, async () => {
      const newest = await newestBackup.value()
      if (newest === undefined || 'problem' in newest || newest.verification === undefined) return []
      return [[{}, Number(newest.verification.in_order)]]
    }),
    reader('backup_encrypted', SOON_MS, async () => {
      const newest = await newestBackup.value()
      return newest === undefined || 'problem' in newest ? [] : [[{}, Number(newest.encrypted)]]
    }),
    reader('backup_attempts', LATER_MS, async () => {
      const { succeeded, attempted } = await backups.history.success(SUCCESS_DAYS)
      return [
        [{ outcome: 'succeeded' }, succeeded],
        [{ outcome: 'failed' }, attempted - succeeded],
      ]
    }),
  ]
}

/** None at all is a value too. */
const NO_MEMORIES: readonly GaugeSample<'memories'>[] = [[{ kind: 'fact', category: 'facts', tier: 'long_term' }, 0]]

const vectorsByUse = ({ spaces }: VectorStats): readonly GaugeSample<'vectors'>[] =>
  (['present', 'former', 'unused'] as const).map(use => [
    { use },
    spaces.filter(each => each.use === use).reduce((sum, { vectors }) => sum + vectors, 0),
  ])

const fileReaders = ({ settings }: WatchDeps, reader: Reader): readonly AnyGaugeReader[] => {
  const { data_root, logs_dir, memory } = settings
  return [
    reader('database_bytes', LATER_MS, async () => sizesIn(data_root, DATABASE, database => ({ database }))),
    reader('index_bytes', LATER_MS, async () => [
      [{}, await folderBytes(resolve(data_root, memory.longterm.storage_dir))],
    ]),
    reader('log_bytes', LATER_MS, async () => sizesIn(logs_dir, LOG, log => ({ log }))),
    reader('disk_free_bytes', LATER_MS, async () => {
      const { bavail, bsize } = await statfs(data_root)
      return [[{}, bavail * bsize]]
    }),
  ]
}

const measureReaders = ({ measures }: WatchDeps, reader: Reader): readonly AnyGaugeReader[] => [
  reader('measure', SOON_MS, async () =>
    (await readingsOf(measures)).flatMap(({ measure, value }) => (value === undefined ? [] : [[{ measure }, value]])),
  ),
  reader('measure_count', SOON_MS, async () =>
    (await readingsOf(measures)).flatMap(({ measure, count }) => (count === undefined ? [] : [[{ measure }, count]])),
  ),
  reader('measure_bound', RARELY_MS, async () =>
    measures.flatMap(({ name: measure, bounds: { target, limit } }) => [
      [{ measure, bound: 'target' }, target] as const,
      ...(limit === 0 ? [] : [[{ measure, bound: 'limit' }, limit] as const]),
    ]),
  ),
]

const readingsOf = async (measures: readonly MeasureHealth[]) =>
  await Promise.all(measures.map(async each => ({ measure: each.name, ...(await each.read()) })))

/** The files of a database, and those of a log with its earlier days; the first group is its name. */
const DATABASE_OF_MEMORY = /^(denidin|vectors|index)\.db(?:-wal|-shm)?$/
const DATABASE = /^([\w-]+)\.db(?:-wal|-shm)?$/
const LOG = /^([a-z_]+)(?:-\d{4}-\d{2}-\d{2}(?:\.\d+)?)?\.(?:log|jsonl)(?:\.gz)?$/

/** The sizes of the files in a folder, added up by their names. */
const sizesIn = async <L>(
  folder: string,
  pattern: RegExp,
  labels: (name: string) => L,
): Promise<readonly (readonly [labels: L, bytes: number])[]> => {
  const sizes = new Map<string, number>()
  for (const file of await readdir(folder)) {
    const name = pattern.exec(file)?.[1]
    if (name === undefined) continue
    const { size } = await stat(join(folder, file)).catch(() => ({ size: 0 }))
    sizes.set(name, (sizes.get(name) ?? 0) + size)
  }
  return [...sizes].map(([name, bytes]) => [labels(name), bytes] as const)
}

/** An argument of the processes that DeniDin starts, by which their trees are found. */
const BROWSER_ARGUMENT = '--denidin-login='
const CHROMA_ARGUMENT = 'chroma-server-main'

/** The memory of this process, and of the processes that it started, where the system tells it. */
const processMemory = async (): Promise<readonly GaugeSample<'process_memory_bytes'>[]> => {
  const all = await listProcesses()
  const own = treeOf(process.pid, all).filter(({ pid }) => pid !== process.pid)
  const memoryBelow = async (argument: string): Promise<number> => {
    const roots = own.filter(({ args }) => args.some(each => each.includes(argument)))
    return await memoryOf([...new Set(roots.flatMap(({ pid }) => treeOf(pid, all).map(each => each.pid)))])
  }
  return [
    [{ process: 'node' }, (await memoryOf([process.pid])) || process.memoryUsage.rss()],
    [{ process: 'browser' }, await memoryBelow(BROWSER_ARGUMENT)],
    [{ process: 'chroma' }, await memoryBelow(CHROMA_ARGUMENT)],
  ]
}
