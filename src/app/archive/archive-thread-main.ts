/** The entry point of the archive's thread: the only one that opens `archive.db` and its index. */
import { parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '../../platform/clock.ts'
import { healthReporter, serveRequests, threadLogger } from '../../platform/threads/serve-requests.ts'
import { ArchiveHandlers } from './archive-handlers.ts'
import type { ArchiveRequests, ArchiveThreadData } from './archive-requests.ts'

if (parentPort !== null) {
  const archive = new ArchiveHandlers({
    ...(workerData as ArchiveThreadData),
    clock: systemClock,
    logger: threadLogger(parentPort),
    reportHealth: healthReporter(parentPort),
  })
  serveRequests<ArchiveRequests>(parentPort, archive)
}
