import type { Settings } from '../config/settings.ts'
import { takeOwnership } from '../database/sqlite/owner-lock.ts'
import { localClient, type OperationsClient } from '../operations/client.ts'
import { createWinstonLogger } from '../platform/winston-logger.ts'
import { createApp } from './create-app.ts'
import { runFolder } from './run-folder.ts'
import { surroundings } from './surroundings.ts'

/**
 * Opens DeniDin for a single command while the bot is down: owns the data folder until the client is disposed of.
 * @throws DenidinError `already_running` when another process owns it.
 */
export const openForCall = async (settings: Settings, version: string): Promise<OperationsClient> => {
  const owner = takeOwnership(runFolder(settings.data_root).lock)
  await using cleanup = new AsyncDisposableStack()
  cleanup.use(owner)
  const logger = createWinstonLogger({ ...settings, console: false })
  cleanup.defer(() => logger.close())
  const app = cleanup.use(await createApp({ settings, version, parts: surroundings(logger) }))
  await app.open()
  const kept = cleanup.move()
  return localClient(app.runner, () => kept.disposeAsync())
}
