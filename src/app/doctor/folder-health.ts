/** The health of folders and of the disk, for `denidin status` and `denidin doctor`. */
import { constants } from 'node:fs'
import { access, stat, statfs } from 'node:fs/promises'
import { ENOUGH_ROOM_BYTES } from '../../platform/disk-room.ts'
import { asDenidinError } from '../../platform/errors.ts'
import { isOpenToOthers } from '../../platform/files.ts'
import type { Health } from '../../platform/health.ts'

const BYTES_PER_MB = 1_000_000
const ENOUGH_ROOM_MB = ENOUGH_ROOM_BYTES / BYTES_PER_MB
/** Space that one write needs. */
const LEAST_ROOM_MB = 100

/** Whether a folder can be used, and is closed to other users. */
export const privateFolderHealth = async (path: string): Promise<Health> => {
  try {
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK)
    const { mode, gid } = await stat(path)
    return isOpenToOthers(mode, gid)
      ? { state: 'degraded', detail: `Others on this machine can look into ${path}: \`chmod 700 ${path}\`.` }
      : { state: 'ok', detail: `${path} is there for its owner alone.` }
  } catch (error) {
    return { state: 'down', detail: `${path} cannot be read and written (${asDenidinError(error).message}).` }
  }
}

/** The free space of the disk below a folder. */
export const diskHealth = async (path: string): Promise<Health> => {
  try {
    const { bavail, bsize } = await statfs(path)
    // Asking for write permission also detects a disk that is mounted read-only.
    await access(path, constants.W_OK)
    const free = Math.floor((bavail * bsize) / BYTES_PER_MB)
    const detail = `${String(free)} MB are free.`
    if (free >= ENOUGH_ROOM_MB) return { state: 'ok', detail }
    return {
      state: free < LEAST_ROOM_MB ? 'down' : 'degraded',
      detail: `${detail} Make room, or move data_root: DeniDin wants ${String(ENOUGH_ROOM_MB)} MB.`,
    }
  } catch (error) {
    return { state: 'down', detail: `The disk below ${path} cannot be used (${asDenidinError(error).message}).` }
  }
}
