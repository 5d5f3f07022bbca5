/** Opens DeniDin for a single command while the bot is down. */
import type { LoadedSettings } from '../config/load-settings.ts'
import { takeOwnership } from '../database/sqlite/owner-lock.ts'
import type { OpenOptions } from '../interfaces/cli/connect.ts'
import { localClient, type OperationsClient } from '../operations/client.ts'
import { serveSocket } from '../operations/socket/socket-server.ts'
import { systemClock } from '../platform/clock.ts'
import { createWinstonLogger } from '../platform/winston-logger.ts'
import { completeRestore } from './backup/complete-restore.ts'
import { withBackupBeforeMigration } from './backup/migrations.ts'
import { closeDataFolder } from './bootstrap.ts'
import { createCatchUp, searches, STORING } from './catch-up.ts'
import { createApp } from './create-app.ts'
import { runFolder } from './run-paths.ts'
import { surroundings } from './runtime.ts'

/**
 * Opens DeniDin for a single command while the bot is down: owns the data folder until the client is disposed of. If
 * `shared`, it serves the socket meanwhile, so that other commands need not wait for its end.
 * @throws DenidinError `already_running` if another process owns it.
 */
export const openForCall = async (
  { settings, origins }: Pick<LoadedSettings, 'settings' | 'origins'>,
  version: string,
  { shared }: OpenOptions = { shared: false },
): Promise<OperationsClient> => {
  const { lock, socket } = runFolder(settings.data_root)
  const owner = takeOwnership(lock)
  await using cleanup = new AsyncDisposableStack()
  cleanup.use(owner)
  await closeDataFolder(settings.data_root)
  const logger = createWinstonLogger({ ...settings, console: false }, systemClock)
  cleanup.defer(() => logger.close())
  await completeRestore({ settings, clock: systemClock, logger: logger.for('app') })
  const runtime = surroundings(settings, logger)
  const app = cleanup.use(
    await withBackupBeforeMigration(
      { settings, version, runtime },
      async () => await createApp({ settings, origins, version, parts: runtime, streams: [logger.file] }),
    ),
  )
  await app.open()
  if (shared) {
    cleanup.use(await serveSocket({ path: socket, runner: app.runner, logger }))
    // Clients that wait for an answer over the socket get it first.
    cleanup.defer(() => app.conversation.drain())
  }
  const kept = cleanup.move()
  const client = localClient(app.runner, () => kept.disposeAsync())
  const { memory, messageVectors, messageIndex } = app
  const catchUp = createCatchUp({ memory, messageVectors, messageIndex, clock: systemClock })
  return {
    ...client,
    call: async (operation, input, options = {}) => {
      if (searches(operation, input)) await catchUp(options, true)
      const output = await client.call(operation, input, options)
      if (STORING.has(operation)) await catchUp(options, false)
      return output
    },
  }
}
