/** Checks the folder for temporary files, without which no browser starts. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { reasonOfFault } from './file-faults.ts'
import type { Health } from './health.ts'
import { obstacleAt } from './obstacles.ts'

/** A browser writes more; a folder that accepts this much is not full. */
const TRIAL_BYTES = 2 ** 16

/** Whether programs can write temporary files and, if not, why, and what to do. */
export const temporaryFilesHealth = async (): Promise<Health> => {
  const folder = tmpdir()
  let trial: string | undefined
  try {
    trial = await mkdtemp(join(folder, 'denidin-'))
    await writeFile(join(trial, 'trial'), Buffer.alloc(TRIAL_BYTES))
    return { state: 'ok', detail: `Temporary files can be written to ${folder}.` }
  } catch (error) {
    const reason =
      obstacleAt(folder, 'folder') ??
      (trial === undefined ? reasonOfMissing(error, folder) : reasonOfFault(error, folder))
    return {
      state: 'down',
      detail: `The folder for temporary files, ${folder}, ${reason}. Mend it, or set TMPDIR to a folder that can be written, and start again.`,
    }
  } finally {
    if (trial !== undefined) await rm(trial, { recursive: true, force: true }).catch(() => undefined)
  }
}

const reasonOfMissing = (error: unknown, folder: string): string =>
  (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : reasonOfFault(error, folder)
