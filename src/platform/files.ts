/** Private files and folders: atomic writes, moving damaged files aside, sizes. */
import { constants, statSync } from 'node:fs'
import { access, mkdir, open, readdir, readFile, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { fileFault } from './file-faults.ts'
import { KeyedQueue } from './keyed-queue.ts'
import { obstacleAt } from './obstacles.ts'

/** Only the owner may read: a session contains people's messages. */
export const PRIVATE_FILE_MODE = 0o600
export const PRIVATE_FOLDER_MODE = 0o700
/** Permissions of all users except the owner. */
const OTHERS_MODE = 0o077

const ROOT_GROUP = 0
const GROUP_MODE = 0o070

/**
 * Whether these permissions let users other than the owner do anything.
 * @param gid the group, if root's own group does not count: a container runs as any user id of that group
 */
export const isOpenToOthers = (mode: number, gid?: number): boolean =>
  (mode & (gid === ROOT_GROUP ? OTHERS_MODE & ~GROUP_MODE : OTHERS_MODE)) !== 0

const writes = new KeyedQueue<string>()

/**
 * Writes a whole file or nothing: `<path>.new`, fsync, rename. Mode 0600; creates the folder (0700) if it is missing.
 * The temporary name is always the same, so that the next write replaces what a crash left behind, which may contain
 * people's messages. The name survives a power cut only after `syncFolder` of its folder.
 * @throws DenidinError `unavailable`, with the path and the reason
 */
export const writeFileAtomic = async (path: string, content: string | Uint8Array): Promise<void> => {
  await writes.run(resolve(path), async () => {
    const fresh = `${path}.new`
    try {
      await inFolder(dirname(path), () => writeThrough(fresh, content))
      await rename(fresh, path)
    } catch (error) {
      await remove(fresh).catch(() => undefined)
      throw fileFault(error, path)
    }
  })
}

/** Calls `act`, which needs a folder that nearly always exists; creates the folder and calls it again if it is missing. */
export const inFolder = async <T>(folder: string, act: () => Promise<T>): Promise<T> => {
  try {
    return await act()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    await makePrivateFolder(folder)
    return await act()
  }
}

/** Writes a file that is on the disk when this resolves. */
const writeThrough = async (path: string, content: string | Uint8Array): Promise<void> => {
  const file = await createPrivate(path)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Creates a file that only the owner can read; what is there of that name, such as a rest of a crash, goes first. */
const createPrivate = async (path: string): Promise<FileHandle> => {
  try {
    return await open(path, 'wx', PRIVATE_FILE_MODE)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    await rm(path)
    return await open(path, 'wx', PRIVATE_FILE_MODE)
  }
}

/**
 * Ensures that the names in a folder survive a power cut. Some network disks do not support this; their server is
 * responsible for it.
 */
export const syncFolder = async (path: string): Promise<void> => {
  const folder = await open(path, 'r').catch(() => undefined)
  await folder?.sync().catch(() => undefined)
  await folder?.close()
}

/** Creates a folder, and the folders above it, that only the owner can enter. */
export const makePrivateFolder = async (path: string): Promise<void> => {
  await mkdir(path, { recursive: true, mode: PRIVATE_FOLDER_MODE })
}

/**
 * The text of one of our files. A pipe or a device in its place is rejected: opening a pipe waits for its other end,
 * and devices may never end. @throws as `node:fs` does, `ENOENT` for a missing file
 */
export const readOwnText = async (path: string): Promise<string> => {
  if (!(await stat(path)).isFile()) throw new Error(obstacleAt(path, 'file') ?? 'is not a file')
  return await readFile(path, 'utf8')
}

/** Whether something is there. */
export const exists = async (path: string): Promise<boolean> => {
  try {
    await access(path, constants.F_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Moves a damaged file or folder aside and returns its new path (`<path>.damaged-<time>`), so that nothing is lost and
 * the name is free again.
 */
export const setAside = async (path: string, at: number): Promise<string> => {
  const aside = asidePath(path, at)
  await rename(path, aside)
  return aside
}

const ASIDE_MARK = '.damaged-'

/** The path to which a damaged file or folder is moved. */
export const asidePath = (path: string, at: number): string =>
  `${path}${ASIDE_MARK}${new Date(at).toISOString().replace(/[:.]/g, '-')}`

/**
 * Paths of all copies of a file or folder that were set aside, including those of a database's additional files
 * (`-wal`).
 */
export const copiesSetAside = async (path: string): Promise<readonly string[]> => {
  const names = await readdir(dirname(path)).catch((): string[] => [])
  return names
    .filter(name => name.startsWith(basename(path)) && name.includes(ASIDE_MARK, basename(path).length))
    .map(name => join(dirname(path), name))
}

/**
 * Paths of all files below a folder, sorted; the path itself if it is a file; empty if it is missing or cannot be read.
 * @param failed is told why the folder is missing or cannot be read, and may throw
 */
export const filesBelow = async (
  path: string,
  failed: (error: NodeJS.ErrnoException, path: string) => void = () => undefined,
): Promise<readonly string[]> => {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOTDIR') return statSync(path, { throwIfNoEntry: false })?.isFile() === true ? undefined : []
      failed(error, path)
      return []
    },
  )
  if (entries === undefined) return [path]
  return entries
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .sort()
}

/** Size in bytes of a file; 0 if it is missing. */
export const fileBytes = async (path: string): Promise<number> => (await stat(path).catch(() => ({ size: 0 }))).size

/** Total size in bytes of all files below a folder; 0 if it is missing. */
export const folderBytes = async (path: string): Promise<number> => {
  let total = 0
  for (const file of await filesBelow(path)) total += await fileBytes(file)
  return total
}

/** Removes a file, or a folder with everything in it; does nothing if it is missing. */
export const remove = async (path: string): Promise<void> => {
  await rm(path, { recursive: true, force: true })
}
