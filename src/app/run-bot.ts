import type { Channel } from '../channels/channel.ts'
import type { Settings } from '../config/settings.ts'
import { takeOwnership } from '../database/sqlite/owner-lock.ts'
import { startSchedule } from '../interfaces/cron/schedule.ts'
import { serveSocket } from '../operations/socket/socket-server.ts'
import { MINUTE_MS } from '../platform/clock.ts'
import { remove, writeFileAtomic } from '../platform/files.ts'
import { createApp } from './create-app.ts'
import { runFolder } from './run-folder.ts'
import type { Surroundings } from './surroundings.ts'

export interface BotOptions {
  readonly settings: Settings
  readonly parts: Surroundings
  readonly version: string
  readonly pid: number
  /** Channels besides the terminal; `DeniDin is up` is said when each can send. */
  readonly channels: readonly Channel[]
  /** Aborted to stop the bot: it finishes the turns under way first. */
  readonly stop: AbortSignal
  /** Prints a line for whoever started the bot. */
  readonly say: (line: string) => void
}

/** How long the start waits for a channel before it is called up all the same, unless somebody is to scan a code. */
const PATIENCE_MS = MINUTE_MS

/**
 * Runs the bot until it is told to stop: takes the data folder, opens the app, serves the socket, keeps the schedule.
 * @throws DenidinError `already_running` when another process owns the data folder.
 */
export const runBot = async (options: BotOptions): Promise<void> => {
  const { settings, parts, stop } = options
  const { clock } = parts
  const logger = parts.logger.for('app')
  const files = runFolder(settings.data_root)
  using _owner = takeOwnership(files.lock)
  await writeFileAtomic(files.pid, `${String(options.pid)}\n`)
  await using cleanup = new AsyncDisposableStack()
  cleanup.defer(() => remove(files.pid))

  const waiting = new Set(options.channels.map(channel => channel.name))
  const up = Promise.withResolvers<void>()
  const app = cleanup.use(
    await createApp({
      ...options,
      onReady: name => {
        waiting.delete(name)
        if (waiting.size === 0) up.resolve()
      },
    }),
  )
  const { runner } = app
  cleanup.use(await serveSocket({ path: files.socket, runner, logger: parts.logger }))
  // Whoever waits for an answer over the socket gets it first.
  cleanup.defer(() => app.conversation.drain())
  await app.start()
  cleanup.use(startSchedule({ settings: settings.memory.session, runner, logger: parts.logger }))
  logger.info('DeniDin started', {
    version: options.version,
    pid: options.pid,
    memory: settings.feature_flags.enable_memory_system,
  })

  if (waiting.size === 0) up.resolve()
  using _patience = clock.after(PATIENCE_MS, up.resolve)
  const stopped = new Promise<void>(resolve => {
    if (stop.aborted) resolve()
    stop.addEventListener('abort', () => {
      resolve()
    })
  })
  await Promise.race([up.promise, stopped])
  if (!stop.aborted) {
    options.say('DeniDin is up.')
    for (const name of waiting) options.say(`${name} is not linked yet; "denidin status" tells how it stands.`)
  }
  await stopped
  options.say('Stopping: finishing what is under way …')
  logger.info('DeniDin is stopping')
  await cleanup.disposeAsync()
  logger.info('DeniDin stopped')
  options.say('DeniDin has stopped.')
}
