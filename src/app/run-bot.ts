/** Runs the bot from taking the data folder to the clean stop. */
import { join } from 'node:path'
import type { Channel } from '../channels/channel.ts'
import type { SettingOrigins } from '../config/setting-origins.ts'
import type { Settings } from '../config/settings.ts'
import { OwnerLockHealth } from '../database/sqlite/owner-lock-health.ts'
import { takeOwnership } from '../database/sqlite/owner-lock.ts'
import { startSchedule } from '../interfaces/cron/schedule.ts'
import { ScheduleHealth } from '../interfaces/cron/schedule-health.ts'
import { createScheduler } from '../interfaces/cron/scheduler.ts'
import type { Caller } from '../operations/operation.ts'
import type { Runner } from '../operations/runner.ts'
import { serveSocket } from '../operations/socket/socket-server.ts'
import { health } from '../operations/system/health.ts'
import { ClockHealth } from '../platform/clock-health.ts'
import { MINUTE_MS, SECOND_MS, type Clock } from '../platform/clock.ts'
import { remove, writeFileAtomic } from '../platform/files.ts'
import { isTrouble, type HealthCheck } from '../platform/health.ts'
import type { ServiceManager } from '../platform/service-manager.ts'
import { Api } from './api.ts'
import { createPriceBook, createProfileSource } from './budget.ts'
import { completeRestore } from './backup/complete-restore.ts'
import { withBackupBeforeMigration } from './backup/migrations.ts'
import { closeDataFolder } from './bootstrap.ts'
import { createApp } from './create-app.ts'
import { prepareModels } from './models.ts'
import { runFolder } from './run-paths.ts'
import { jobRunsIn, lastRunsIn, scheduleOf } from './schedule.ts'
import type { StartOutput } from './startup-console.ts'
import type { Runtime } from './runtime.ts'

export interface BotOptions {
  readonly settings: Settings
  readonly origins: SettingOrigins
  readonly parts: Runtime
  readonly version: string
  /** Health of the process's outputs: its log and its console. */
  readonly streams: readonly HealthCheck[]
  readonly pid: number
  /**
   * Creates the channels besides the terminal, which may show what they need; `DeniDin is up` is printed once each can
   * send.
   */
  readonly channels: (show: (text: string) => void) => readonly Channel[]
  /** Aborted to stop the bot: it first finishes the turns in progress. */
  readonly stop: AbortSignal
  /** Prints for the operator who started the bot. */
  readonly output: StartOutput
  /** Learns that the start is over, and that a stop has begun. */
  readonly service: Pick<ServiceManager, 'ready' | 'stopping'>
}

/**
 * How long the start waits for a channel after its last message, such as a code to scan; after that, it counts as
 * started.
 */
const PATIENCE_MS = MINUTE_MS
/** An operator who has not scanned a code by then is not at the terminal. */
const LONGEST_WAIT_MS = 5 * MINUTE_MS

const CALLER: Caller = { transport: 'cli', level: 'operator' }

/** Components with a problem, and untried ones, for the operator who starts the bot. */
const healthLines = async (runner: Runner, waiting: ReadonlySet<string>): Promise<readonly string[]> => {
  const { parts } = health.output.parse(await runner.run('health', {}, { caller: CALLER }))
  const troubled = parts.filter(({ name, state }) => isTrouble(state) && !waiting.has(name))
  const untried = parts.filter(({ state }) => state === 'unknown').map(({ name }) => name)
  return [
    ...troubled.map(({ name, state, detail }) => `Not well: ${name} is ${state}. ${detail}`),
    ...(untried.length === 0 ? [] : [`Not tried yet: ${untried.join(', ')}.`]),
  ]
}

/** The wait for the channels: until all are ready, or have reported nothing for a while. */
class StartWait implements Disposable {
  readonly #clock: Clock
  readonly #over = Promise.withResolvers<void>()
  readonly #waiting = new Set<string>()
  readonly #longest: Disposable
  #patience: Disposable

  constructor(clock: Clock) {
    this.#clock = clock
    this.#longest = clock.after(LONGEST_WAIT_MS, this.#over.resolve)
    this.#patience = clock.after(PATIENCE_MS, this.#over.resolve)
  }

  /** Channels that are not ready yet. */
  get waiting(): ReadonlySet<string> {
    return this.#waiting
  }

  expect(names: readonly string[]): void {
    for (const name of names) this.#waiting.add(name)
  }

  ready(name: string): void {
    this.#waiting.delete(name)
    if (this.#waiting.size === 0) this.#over.resolve()
  }

  /** A channel showed something to the operator, who needs time to act. */
  heard(): void {
    this.#patience[Symbol.dispose]()
    this.#patience = this.#clock.after(PATIENCE_MS, this.#over.resolve)
  }

  /** Resolves when the wait is over. */
  async over(): Promise<void> {
    if (this.#waiting.size > 0) await this.#over.promise
  }

  [Symbol.dispose](): void {
    this.#longest[Symbol.dispose]()
    this.#patience[Symbol.dispose]()
  }
}

const keepSchedule = (
  { settings, parts: { clock, ids, logger } }: Pick<BotOptions, 'settings' | 'parts'>,
  runner: Runner,
  health: ScheduleHealth,
): ReturnType<typeof startSchedule> => {
  const lastRuns = lastRunsIn(settings)
  const scheduler = createScheduler({ clock, lastRuns, logger })
  const jitter_ms = settings.jobs.jitter_seconds * SECOND_MS
  const runs = jobRunsIn(settings)
  return startSchedule({
    settings: scheduleOf(settings),
    runner,
    clock,
    ids,
    logger,
    scheduler,
    health,
    runs,
    jitter_ms,
  })
}

/**
 * Runs the bot until it is told to stop: takes the data folder, opens the app, serves the socket, runs the schedule.
 * @throws DenidinError `already_running` if another process owns the data folder, `invalid_config` if the profile file
 *   or the price file is invalid.
 */
export const runBot = async (options: BotOptions): Promise<void> => {
  const { settings, parts, stop, output } = options
  const { clock } = parts
  const logger = parts.logger.for('app')
  const files = runFolder(settings.data_root)
  createProfileSource(settings, parts).check()
  createPriceBook(settings, parts).check()
  using _owner = takeOwnership(files.lock)
  await closeDataFolder(settings.data_root)
  await completeRestore({ settings, clock, logger, say: text => output.say(text) })
  await writeFileAtomic(files.pid, `${String(options.pid)}\n`)
  await using cleanup = new AsyncDisposableStack()
  cleanup.defer(() => remove(files.pid))

  let called_up = false
  const start = cleanup.use(new StartWait(clock))
  const channels = options.channels(text => {
    // A process that waits for the start continues reading from its position; after the start, only the newest text is
    // useful.
    if (called_up) output.show(text)
    else output.say(text)
    start.heard()
  })
  start.expect(channels.map(channel => channel.name))
  const clockHealth = cleanup.use(new ClockHealth(clock))
  const scheduleHealth = new ScheduleHealth(clock)
  const api = new Api(settings)
  const ownership = cleanup.use(
    new OwnerLockHealth({ ...files, data_root: settings.data_root, database: join(settings.data_root, 'denidin.db') }),
  )
  const streams = [...options.streams, clockHealth, scheduleHealth, ownership, ...(settings.api.enabled ? [api] : [])]
  const app = cleanup.use(
    await withBackupBeforeMigration(
      { ...options, runtime: parts, say: text => output.say(text) },
      async () => await createApp({ ...options, streams, channels, onReady: name => start.ready(name) }),
    ),
  )
  const { runner } = app
  cleanup.use(await serveSocket({ path: files.socket, runner, logger: parts.logger }))
  // Clients that wait for an answer over the socket get it first.
  cleanup.defer(() => app.conversation.drain())
  await prepareModels(settings)
  await app.start()
  cleanup.use(await api.serve(app, options.version, parts))
  cleanup.use(keepSchedule(options, runner, scheduleHealth))
  logger.info('DeniDin started', {
    version: options.version,
    pid: options.pid,
    memory: settings.feature_flags.enable_memory_system,
  })

  const stopped = new Promise<void>(resolve => {
    if (stop.aborted) resolve()
    stop.addEventListener('abort', () => {
      resolve()
    })
  })
  await Promise.race([start.over(), stopped])
  called_up = true
  if (!stop.aborted) {
    output.say('DeniDin is up.')
    options.service.ready()
    for (const name of start.waiting) output.say(`${name} is not ready yet; "denidin status" shows the reason.`)
    for (const line of await healthLines(runner, start.waiting)) output.say(line)
  }
  await stopped
  output.say('Stopping: finishing what is under way …')
  options.service.stopping()
  logger.info('DeniDin is stopping')
  await cleanup.disposeAsync()
  logger.info('DeniDin stopped')
  output.say('DeniDin has stopped.')
}
