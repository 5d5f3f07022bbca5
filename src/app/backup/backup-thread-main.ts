/** The entry point of the thread of backups: reads, compresses and verifies, so that the bot's event loop does not. */
import { parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '../../platform/clock.ts'
import { systemIds } from '../../platform/ids.ts'
import { serveRequests, threadLogger } from '../../platform/threads/serve-requests.ts'
import { BackupHandlers } from './backup-handlers.ts'
import type { BackupRequests, BackupThreadData } from './backup-requests.ts'

if (parentPort !== null) {
  const backups = new BackupHandlers({
    ...(workerData as BackupThreadData),
    clock: systemClock,
    ids: systemIds,
    logger: threadLogger(parentPort),
  })
  serveRequests<BackupRequests>(parentPort, backups)
}
