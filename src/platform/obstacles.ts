/**
 * Explains in words why a path cannot be used as one of our files or folders: what is there instead, or which
 * permission is missing.
 */
import { accessSync, constants, lstatSync, readlinkSync, statSync, type Stats } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname } from 'node:path'

/** What a path should be. */
type Expected = 'file' | 'folder'

/**
 * Why a path cannot be used, as the end of a sentence that begins with the path ("is a folder; a file is expected
 * there"). `undefined` if nothing prevents it: it can be used, or created.
 */
export const obstacleAt = (path: string, expected: Expected): string | undefined => {
  const entry = lookAt(() => lstatSync(path))
  if (entry === 'missing') return obstacleAbove(path)
  if (typeof entry === 'string') return entry
  const found = entry.isSymbolicLink() ? lookAt(() => statSync(path)) : entry
  if (found === 'missing') return `is a link to ${readlinkSync(path)}, which does not exist`
  if (typeof found === 'string') return found
  const kind = kindOf(found)
  if (kind !== expected)
    return `is ${kind === 'other' ? describe(found) : `a ${kind}`}; a ${expected} is expected there`
  return protectionOf(path, found)
}

/** Whether a path leads to a file. Opening a pipe waits for its other end, so this is asked first. */
export const isFile = (path: string): boolean => {
  const found = lookAt(() => statSync(path))
  return typeof found !== 'string' && found.isFile()
}

/** The pipe, socket or device to which a path leads: `a pipe`; `undefined` for anything else. */
export const deviceAt = (path: string): string | undefined => {
  const found = lookAt(() => statSync(path))
  return typeof found === 'string' || kindOf(found) !== 'other' ? undefined : describe(found)
}

/** An explanation for the first folder above a missing path in which it cannot be created. */
const obstacleAbove = (path: string): string | undefined => {
  const folder = dirname(path)
  const found = lookAt(() => statSync(folder))
  if (found === 'missing') return folder === path ? undefined : obstacleAbove(folder)
  if (typeof found === 'string') return `cannot be made: ${folder} ${found}`
  if (!found.isDirectory()) return `cannot be made: ${folder} is not a folder`
  const protection = protectionOf(folder, found)
  return protection === undefined ? undefined : `cannot be made: ${folder} ${protection}`
}

const lookAt = (look: () => Stats): Stats | string => {
  try {
    return look()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'missing'
    if (code === 'ELOOP') return 'is a link that leads in a circle'
    if (code === 'EACCES' || code === 'EPERM') return `is in a folder that ${currentUser()} cannot enter`
    return `cannot be read (${message})`
  }
}

const kindOf = (found: Stats): Expected | 'other' =>
  found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other'

const describe = (found: Stats): string => {
  if (found.isSocket()) return 'a socket'
  if (found.isFIFO()) return 'a pipe'
  return 'a device'
}

/** Why a path cannot be read and written; `undefined` if it can. */
const protectionOf = (path: string, found: Stats): string | undefined => {
  try {
    accessSync(path, constants.R_OK | constants.W_OK)
    return undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EROFS') return 'is on a disk that is mounted read-only'
    return `belongs to ${ownerOf(found)} and cannot be written by ${currentUser()}`
  }
}

const ownerOf = ({ uid }: Stats): string =>
  uid === process.getuid?.() ? 'this user' : `another user (uid ${String(uid)})`

const currentUser = (): string => {
  try {
    return userInfo().username
  } catch {
    return `uid ${String(process.getuid?.() ?? '?')}`
  }
}
