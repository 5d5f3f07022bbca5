/**
 * Replaces old files with restored ones, by renames inside the data folder. A journal is written before any file is
 * moved, so that the next process that opens the data folder can complete an interrupted swap.
 */
import { lstat, readdir, rename, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DenidinError } from '../platform/errors.ts'
import { makePrivateFolder, remove, syncFolder, writeFileAtomic, readOwnText } from '../platform/files.ts'

/** The folder for restored files, below the data folder. */
const STAGING = 'restore'
const JOURNAL = 'swap.json'
const STAGED = 'staged.json'
/** Beside the old files: which backup replaced them. */
const RECORD = 'restore.json'
/** How the folders of old files begin. */
const ASIDE = 'before-restore-'

/** What was said after the backup and is only in the old data. */
export interface LeftBehind {
  readonly messages: number
  /** Times of the first and the last of these messages, ISO 8601; `null` if there are none. */
  readonly from: string | null
  readonly to: string | null
}

/** The moves of a swap. All paths are below the data folder, with `/`. */
export interface Swap {
  readonly backup_id: string
  /** The moment whose state is restored. */
  readonly created_at: string
  readonly restored_at: string
  /** Where the old files are moved. */
  readonly aside: string
  /** `undefined`: the old data cannot be read, or there was none. */
  readonly left: LeftBehind | undefined
  /** Old files and folders to move away, whether or not they exist. */
  readonly out: readonly string[]
  /** New files and folders, which are below `restore/new`. */
  readonly in: readonly string[]
}

/** A restored backup that replaces the data at the next start. */
export interface StagedRestore {
  readonly backup_id: string
  readonly created_at: string
  readonly staged_at: string
  readonly out: Swap['out']
  readonly in: Swap['in']
  /**
   * If a backup's erasure log is to replace the present one: the number of the last erasure in the present one at that
   * time.
   */
  readonly last_act: number | null
  /** Whether it takes a migration back: then it waits for a version that would not migrate its data again. */
  readonly rollback?: boolean
}

/** Old data that a restore put aside. */
export interface DataAside extends Pick<Swap, 'backup_id' | 'created_at' | 'restored_at' | 'left'> {
  /** Absolute path. */
  readonly folder: string
}

/** The name of the folder for old files that are replaced at this time. */
export const asideFolder = (now: number): string => `${ASIDE}${new Date(now).toISOString().replace(/[:.]/g, '-')}`

/** Where restored files wait for the swap. */
export const stagingFolder = (data_root: string): string => join(data_root, STAGING, 'new')

/** Deletes restored files that had not reached their swap. */
export const clearStaging = async (data_root: string): Promise<void> => {
  // First of all, a staged restore must not be taken for a whole one while its files are being deleted.
  await remove(join(data_root, STAGING, STAGED))
  await remove(join(data_root, STAGING))
}

/** Deletes restored files after a failure, unless files are already being moved. */
export const clearUnlessSwapping = async (data_root: string): Promise<void> => {
  if (!(await isThere(journalIn(data_root)))) await clearStaging(data_root)
}

/**
 * Keeps the restored files for the next start. @throws DenidinError `unavailable` if the swap would not be possible
 */
export const stageSwap = async (data_root: string, staged: StagedRestore): Promise<void> => {
  await requireOneDisk(data_root, [...staged.out, ...staged.in])
  await syncFolder(join(data_root, STAGING))
  await writeFileAtomic(join(data_root, STAGING, STAGED), `${JSON.stringify(staged)}\n`)
  await syncFolder(join(data_root, STAGING))
}

/** The restore that waits for the next start, if there is one. */
export const stagedSwap = async (data_root: string): Promise<StagedRestore | undefined> =>
  await readJson<StagedRestore>(join(data_root, STAGING, STAGED))

/** Whether all files that a staged restore moves into place are still there. */
export const isStagedWhole = async (data_root: string, staged: StagedRestore): Promise<boolean> => {
  const found = await Promise.all(staged.in.map(path => isThere(join(stagingFolder(data_root), path))))
  return found.every(Boolean)
}

/** Old data that restores have put aside and the operator has not deleted, newest first. */
export const dataAside = async (data_root: string): Promise<readonly DataAside[]> => {
  const names = (await readdir(data_root).catch((): string[] => [])).filter(name => name.startsWith(ASIDE))
  const found = names.sort().map(async name => {
    const folder = join(data_root, name)
    const record = await readJson<Omit<DataAside, 'folder'>>(join(folder, RECORD)).catch(() => undefined)
    return record === undefined ? [] : [{ ...record, folder }]
  })
  return (await Promise.all(found)).flat().reverse()
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
 * Completes an interrupted swap, or deletes the files of a restore that had not been staged. If there is neither, this
 * only checks whether a folder exists. The caller owns the data folder and has opened nothing in it.
 * @returns the swap that was completed
 */
export const finishRestore = async (data_root: string): Promise<Swap | undefined> => {
  if (!(await isThere(join(data_root, STAGING)))) return undefined
  const swap = await readJson<Swap>(journalIn(data_root))
  if (swap === undefined) {
    if ((await stagedSwap(data_root)) === undefined) await clearStaging(data_root)
    return undefined
  }
  await complete(data_root, swap)
  return swap
}

const readJson = async <T>(path: string): Promise<T | undefined> => {
  const text = await readOwnText(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new DenidinError('unavailable', `${path} cannot be read (${error.message})`, { cause: error })
  })
  return text === undefined ? undefined : (JSON.parse(text) as T)
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
  const is_anything_aside = await isThere(join(data_root, swap.aside))
  if (is_anything_aside) await writeRecord(data_root, swap)
  await remove(join(data_root, STAGING, STAGED))
  await unlink(journalIn(data_root))
  await syncFolder(join(data_root, STAGING))
  await clearStaging(data_root)
  return is_anything_aside
}

const writeRecord = async (
  data_root: string,
  { backup_id, created_at, restored_at, left, aside }: Swap,
): Promise<void> => {
  const record = { backup_id, created_at, restored_at, left }
  await writeFileAtomic(join(data_root, aside, RECORD), `${JSON.stringify(record, null, 2)}\n`)
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
