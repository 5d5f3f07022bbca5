/** A disk of a few megabytes, for tests of what happens when it is full. */
import { spawnSync } from 'node:child_process'
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
