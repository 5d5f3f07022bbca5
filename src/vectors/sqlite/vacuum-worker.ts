/** A worker thread that rewrites the database file in `workerData.file` without its free space. */
import { DatabaseSync } from 'node:sqlite'
import { workerData } from 'node:worker_threads'

/** How long, in milliseconds, it waits for another process that writes to the file. */
const BUSY_TIMEOUT_MS = 10_000

const { file } = workerData as { readonly file: string }
const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS })
try {
  // In memory, because a temporary file would be another copy.
  database.exec('pragma temp_store = memory; vacuum; pragma wal_checkpoint(truncate)')
} finally {
  database.close()
}
