/** A disk of a few megabytes, for tests of what happens when it is full. */
import { spawnSync } from 'node:child_process'
import { statfsSync } from 'node:fs'
import { temporaryFolder, type TemporaryFolder } from './temporary-folder.ts'

const mount = (path: string, bytes: number): boolean =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${String(bytes)},mode=700`, 'denidin-test', path]).status === 0

const unmount = (path: string): void => {
  // Lazily: a test that failed may have files open.
  spawnSync('umount', ['-l', path])
}

/** Whether this machine lets us mount a disk, which takes root. */
export const SMALL_DISKS = await (async () => {
  await using folder = await temporaryFolder()
  const mounts = process.getuid?.() === 0 && mount(folder.path, 2 ** 20)
  if (mounts) unmount(folder.path)
  return mounts
})()

/** A disk that is mounted over a folder, and can be filled without a byte written. */
export interface MountedDisk extends Disposable {
  /** Leaves no room, until `empty`. */
  fill(): void
  empty(): void
}

/** @returns why it could not be resized */
const remount = (path: string, bytes: number): string | undefined => {
  const { status, stderr } = spawnSync('mount', ['-o', `remount,size=${String(bytes)}`, path], { encoding: 'utf8' })
  return status === 0 ? undefined : `the disk cannot be resized: ${stderr}`
}

const MOST_ATTEMPTS = 50

/** Whoever writes meanwhile may need more than was used a moment ago, and less is refused. */
const shrinkToFit = (path: string): void => {
  let problem: string | undefined
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const { blocks, bfree, bsize } = statfsSync(path)
    // A size of 0 would be no limit at all.
    problem = remount(path, Math.max(1, blocks - bfree) * bsize)
    if (problem === undefined) return
  }
  throw new Error(problem)
}

/** Mounts a disk of so many bytes over a folder that exists. */
export const mountDisk = (path: string, bytes: number): MountedDisk => {
  if (!mount(path, bytes)) throw new Error('no disk can be mounted here')
  return {
    fill: () => {
      shrinkToFit(path)
    },
    empty: () => {
      const problem = remount(path, bytes)
      if (problem !== undefined) throw new Error(problem)
    },
    [Symbol.dispose]: () => {
      unmount(path)
    },
  }
}

/** A folder on a disk of its own, of so many bytes. */
export const smallDisk = async (bytes: number): Promise<TemporaryFolder> => {
  const folder = await temporaryFolder()
  if (!mount(folder.path, bytes)) throw new Error('no disk can be mounted here')
  return {
    path: folder.path,
    [Symbol.asyncDispose]: async () => {
      unmount(folder.path)
      await folder[Symbol.asyncDispose]()
    },
  }
}
