/** Deletes files that Chroma leaves behind when a collection is dropped. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../platform/clock.ts'
import { exists, remove } from '../../platform/files.ts'
import { chromaDatabase, readChroma } from './chroma-database.ts'

const SEGMENT_FOLDER = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * Removes the files of dropped collections, which the Chroma server leaves behind (22 MB each at 512 dimensions).
 * Chroma stores its data in one folder for each segment that its own database names. A server may be running on the
 * folder: it writes the name of a segment before it creates the folder.
 * @throws if Chroma's database cannot be read or has unknown tables; nothing is removed then.
 */
export const removeOrphanSegments = async (folder: string, clock: Pick<Clock, 'sleep'>): Promise<void> => {
  if (!(await exists(chromaDatabase(folder)))) return
  // In this order: the name of a folder that is listed is in the database by now.
  const entries = await readdir(folder, { withFileTypes: true })
  const used = new Set((await readChroma(folder, clock, 'select id from segments')).map(row => row['id']))
  for (const entry of entries) {
    if (entry.isDirectory() && SEGMENT_FOLDER.test(entry.name) && !used.has(entry.name)) {
      await remove(join(folder, entry.name))
    }
  }
}
