/** Refuses work for which the disk has too little space, before it begins. */
import { statfs } from 'node:fs/promises'
import { DenidinError } from '../platform/errors.ts'
import { makePrivateFolder } from '../platform/files.ts'
import { fileFault } from '../platform/file-faults.ts'

const MB = 2 ** 20
/** How much space stays free, so that the bot can continue to write. */
export const RESERVE_BYTES = 64 * MB

/** @throws DenidinError `unavailable` if the disk below `folder` has too little space for `bytes` */
export const requireRoom = async (folder: string, bytes: number, what: string): Promise<void> => {
  await makePrivateFolder(folder).catch((error: unknown) => {
    throw fileFault(error, folder)
  })
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  if (free >= bytes + RESERVE_BYTES) return
  throw new DenidinError(
    'unavailable',
    `the disk of ${folder} has too little room for ${what}: ${megabytes(free)} MB are free, ${megabytes(bytes + RESERVE_BYTES)} MB are needed`,
    { retryable: true },
  )
}

const megabytes = (bytes: number): string => String(Math.ceil(bytes / MB))
