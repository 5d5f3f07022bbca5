/** Overwrites the remains of deleted vectors and dropped collections in Chroma's files. */
import { Worker } from 'node:worker_threads'
import type { Clock } from '../../platform/clock.ts'
import { exists } from '../../platform/files.ts'
import { chromaDatabase } from './chroma-database.ts'
import { removeOrphanSegments } from './orphan-segments.ts'

/** The worker runs the same kind of file as this one: TypeScript here, JavaScript when built. */
const WORKER = new URL(import.meta.url.replace(/scrub-chroma-folder(\.[jt]s)$/, 'vacuum-worker$1'))

/**
 * Removes the files of dropped collections, and rewrites Chroma's database without its free space. A server may be
 * running on the folder: it waits meanwhile (20 ms at 2,500 vectors).
 * @throws when the database cannot be rewritten now
 */
export const scrubChromaFolder = async (folder: string, clock: Pick<Clock, 'sleep'>): Promise<void> => {
  await removeOrphanSegments(folder, clock)
  const file = chromaDatabase(folder)
  if (await exists(file)) await vacuum(file)
}

/** Runs in a separate thread: it would block the event loop until it is done. */
const vacuum = (file: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(WORKER, { workerData: { file } })
    worker.once('error', reject)
    worker.once('exit', code => {
      if (code === 0) resolve()
      else reject(new Error(`the database ${file} could not be rewritten`))
    })
  })
