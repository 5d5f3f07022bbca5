/**
 * Replaces old files with restored ones, by renames inside the data folder. A journal is written before any file is
 * moved, so that the next process that opens the data folder can complete an interrupted swap.
 */
import { lstat, readFile, rename, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DenidinError } from '../platform/errors.ts'
import { makePrivateFolder, remove, syncFolder, writeFileAtomic } from '../platform/files.ts'

/** The folder for restored files, below the data folder. */
const STAGING = 'restore'
const JOURNAL = 'swap.json'

/** The moves of a swap. All paths are below the data folder, with `/`. */
export interface Swap {
  readonly backup_id: string
  /** Where the old files are moved. */
  readonly aside: string
  /** Old files and folders to move away, whether or not they exist. */
  readonly out: readonly string[]
  /** New files and folders, which are below `restore/new`. */
  readonly in: readonly string[]
}

/** Where restored files wait for the swap. */
export const stagingFolder = (data_root: string): string => join(data_root, STAGING, 'new')

/** Deletes the files of an interrupted restore that had not reached its swap. */
export const clearStaging = async (data_root: string): Promise<void> => {
  await remove(join(data_root, STAGING))
}

/**
 * Performs a swap. Once it has begun to move files, it will be completed, even after a crash.
 * @returns whether anything was put aside
 * @throws DenidinError `unavailable` if a file cannot be moved; the next start tries again
 */
export const swapIn = async (data_root: string, swap: Swap): Promise<boolean> => {
  await requireOneDisk(data_root, [...swap.out, ...swap.in])
  await writeFileAtomic(journalIn(data_root), `${JSON.stringify(swap)}\n`)
  await syncFolder(join(data_root, STAGING))
  return await complete(data_root, swap)
}

/**
 * Completes an interrupted swap, or deletes the files of a restore that had not reached it. If there is neither, this
 * only checks whether a folder exists. The caller owns the data folder and has opened nothing in it.
 * @returns the swap that was completed
 */
export const finishRestore = async (data_root: string): Promise<Swap | undefined> => {
  if (!(await isThere(join(data_root, STAGING)))) return undefined
  const text = await readFile(journalIn(data_root), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new DenidinError('unavailable', `${journalIn(data_root)} cannot be read (${error.message})`, { cause: error })
  })
  if (text === undefined) {
    await clearStaging(data_root)
    return undefined
  }
  const swap = JSON.parse(text) as Swap
  await complete(data_root, swap)
  return swap
}

const journalIn = (data_root: string): string => join(data_root, STAGING, JOURNAL)

const complete = async (data_root: string, swap: Swap): Promise<boolean> => {
  const fresh = new Set(swap.in)
  // The old files are all moved first: the write-ahead log of an old database would damage a new one beside it.
  for (const path of new Set([...swap.out, ...swap.in])) {
    const is_old = !fresh.has(path) || (await isThere(join(stagingFolder(data_root), path)))
    if (is_old) await move(join(data_root, path), join(data_root, swap.aside, path))
  }
  for (const path of swap.in) await move(join(stagingFolder(data_root), path), join(data_root, path))
  await unlink(journalIn(data_root))
  await syncFolder(join(data_root, STAGING))
  await clearStaging(data_root)
  return await isThere(join(data_root, swap.aside))
}

/** Moves a file if it exists; a missing one was already moved before a crash. */
const move = async (from: string, to: string): Promise<void> => {
  if (!(await isThere(from))) return
  try {
    await makePrivateFolder(dirname(to))
    await rename(from, to)
  } catch (error) {
    throw new DenidinError(
      'unavailable',
      `${from} cannot be moved to ${to} (${(error as Error).message}); the restore is completed by the next start`,
      { cause: error, retryable: true },
    )
  }
  await syncFolder(dirname(to))
  await syncFolder(dirname(from))
}

/** A file or folder on another disk cannot be renamed. @throws DenidinError `unavailable` */
const requireOneDisk = async (data_root: string, paths: readonly string[]): Promise<void> => {
  const { dev } = await lstat(data_root)
  for (const path of paths) {
    const found = await lstat(join(data_root, path)).catch(() => undefined)
    if (found !== undefined && found.dev !== dev) {
      throw new DenidinError(
        'unavailable',
        `${join(data_root, path)} is on another disk than ${data_root}, so it cannot be replaced in one step; move it there first`,
      )
    }
  }
}

const isThere = async (path: string): Promise<boolean> =>
  await lstat(path).then(
    () => true,
    () => false,
  )
