/** The entry point of the thread of backups: reads, compresses and verifies, so that the bot's event loop does not. */
import { parentPort, workerData } from 'node:worker_threads'
import { readEnvironment } from '../../config/environment.ts'
import { proxyVariables, useProxy } from '../../platform/proxy.ts'
import { systemClock } from '../../platform/clock.ts'
import { systemIds } from '../../platform/ids.ts'
import { serveRequests, threadLogger } from '../../platform/threads/serve-requests.ts'
import { BackupHandlers } from './backup-handlers.ts'
import type { BackupRequests, BackupThreadData } from './backup-requests.ts'

if (parentPort !== null) {
  const environment = readEnvironment()
  const data = workerData as BackupThreadData
  const endpoints = data.targets.flatMap(target => (target.type === 's3' ? (target.endpoint ?? []) : []))
  // The agents of a thread know nothing of the proxy of its process.
  useProxy(proxyVariables([environment]), endpoints)
  const backups = new BackupHandlers({
    ...data,
    environment,
    clock: systemClock,
    ids: systemIds,
    logger: threadLogger(parentPort),
  })
  serveRequests<BackupRequests>(parentPort, backups)
}
