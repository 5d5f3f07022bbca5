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

const remount = (path: string, size: string): void => {
  const { status, stderr } = spawnSync('mount', ['-o', `remount,size=${size}`, path], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`the disk cannot be resized: ${stderr}`)
}

/** Mounts a disk of so many bytes over a folder that exists. */
export const mountDisk = (path: string, bytes: number): MountedDisk => {
  if (!mount(path, bytes)) throw new Error('no disk can be mounted here')
  return {
    fill: () => {
      const { blocks, bfree, bsize } = statfsSync(path)
      remount(path, String((blocks - bfree) * bsize))
    },
    empty: () => {
      remount(path, String(bytes))
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
