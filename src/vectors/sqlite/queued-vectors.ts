/** Looks for vectors that a Chroma server has received but not written to its index yet. */
import type { Clock } from '../../platform/clock.ts'
import { readChroma } from './chroma-database.ts'

/**
 * Whether the queue in Chroma's database contains a vector for this collection: if so, the files of the index lag
 * behind.
 * @throws when Chroma's database cannot be read or has other tables than we know
 */
export const hasQueuedVectors = async (
  folder: string,
  collection_id: string,
  clock: Pick<Clock, 'sleep'>,
): Promise<boolean> => {
  const rows = await readChroma(
    folder,
    clock,
    `select 1 from embeddings_queue where topic like '%/' || :collection_id and vector is not null limit 1`,
    { collection_id },
  )
  return rows.length > 0
}
