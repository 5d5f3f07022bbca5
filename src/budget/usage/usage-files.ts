/**
 * The files of the usage log: the current one, and older ones beside it. Lines are appended; files are rewritten as a
 * whole.
 */
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import { open, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../platform/clock.ts'
import { fileFault } from '../../platform/file-faults.ts'
import { exists, inFolder, PRIVATE_FILE_MODE, remove } from '../../platform/files.ts'
import { lineBatches, openToRead } from '../../platform/line-batches.ts'

export interface UsageFilesDeps {
  readonly folder: string
  /** When the current file exceeds this, a new one is started. */
  readonly most_bytes: number
  /** How many older files are kept. */
  readonly kept_files: number
  readonly clock: Pick<Clock, 'now'>
}

/** Changes a line of bytes: returns it unchanged, another one, or `undefined` to remove it. */
export type LineChange = (line: string) => string | undefined

const CURRENT = 'budget-usage.jsonl'
const FORMER = /^budget-usage-\d{8}T\d{9}Z(-\d+)?\.jsonl$/
const NEWLINE = 0x0a
/** How much of the end of a file is searched for the beginning of its last line. */
const TAIL_BYTES = 256 * 1024

export class UsageFiles {
  readonly path: string
  readonly #deps: UsageFilesDeps
  /** Size of the current file after the last append. */
  #size = 0

  constructor(deps: UsageFilesDeps) {
    this.#deps = deps
    this.path = join(deps.folder, CURRENT)
  }

  /**
   * Appends whole lines, each with its end. An incomplete line from a crash is removed first; lines that cannot be
   * written completely, because the disk is full, are removed again. @throws DenidinError `unavailable`, with the path
   * and the reason
   */
  async append(lines: string): Promise<void> {
    const { folder, most_bytes } = this.#deps
    try {
      // Opened for reading too, because opening a pipe only for writing would wait for its other end. Appended
      // synchronously, like the log: four calls through the thread pool would take a turn ten times as long.
      const file = await inFolder(folder, async () => openSync(this.path, 'a+', PRIVATE_FILE_MODE))
      try {
        this.#size = appendTo(file, Buffer.from(lines), this.#size)
      } finally {
        closeSync(file)
      }
      if (this.#size >= most_bytes) await this.#rotate()
    } catch (error) {
      throw fileFault(error, this.path)
    }
  }

  /** Paths of all existing files, oldest first. */
  async paths(): Promise<readonly string[]> {
    const former = await this.#former()
    return (await exists(this.path)) ? [...former, this.path] : former
  }

  /** The end of the current file; empty if there is none. */
  async tail(): Promise<string> {
    const file = await openToRead(this.path).catch(() => undefined)
    if (file === undefined) return ''
    try {
      const { size } = await file.stat()
      return readTail(file.fd, size).toString('latin1')
    } finally {
      await file.close()
    }
  }

  /**
   * Rewrites every file in which a line changes, each whole or not at all.
   * @returns how many lines changed
   * @throws DenidinError `unavailable`; files that were rewritten before stay rewritten
   */
  async rewrite(change: LineChange): Promise<number> {
    let changed = 0
    for (const path of await this.paths()) {
      try {
        const found = await countChanges(path, change)
        if (found > 0) await rewriteFile(path, change)
        changed += found
      } catch (error) {
        throw fileFault(error, path)
      }
    }
    return changed
  }

  /** Removes the leftovers of a crash during a rewrite. */
  async removeLeftovers(): Promise<void> {
    for (const name of await this.#names()) {
      if (name.endsWith('.jsonl.new')) await remove(join(this.#deps.folder, name))
    }
  }

  /** A rename, so that `tail -F` sees the end of the old file and continues with the next. */
  async #rotate(): Promise<void> {
    const { folder, kept_files, clock } = this.#deps
    const stamp = new Date(clock.now()).toISOString().replace(/[-:.]/g, '')
    const newest = (await this.#former()).at(-1) ?? ''
    const number = newest.includes(stamp) ? Number(/-(\d+)\.jsonl$/.exec(newest)?.[1] ?? 1) + 1 : 1
    await rename(this.path, join(folder, `budget-usage-${stamp}${number === 1 ? '' : `-${String(number)}`}.jsonl`))
    const former = await this.#former()
    for (const path of former.slice(0, Math.max(0, former.length - kept_files))) await remove(path)
  }

  async #former(): Promise<readonly string[]> {
    const names = await this.#names()
    return names
      .filter(name => FORMER.test(name))
      .sort((one, other) => orderOf(one).localeCompare(orderOf(other), 'en', { numeric: true }))
      .map(name => join(this.#deps.folder, name))
  }

  async #names(): Promise<readonly string[]> {
    return await readdir(this.#deps.folder).catch(() => [])
  }
}

/** The first file of an instant has no number. */
const orderOf = (name: string): string => name.replace(/Z\.jsonl$/, 'Z-1.jsonl')

/**
 * @param file its descriptor
 * @param whole size at which the file is known to end with a complete line
 * @returns the size of the file afterwards
 */
const appendTo = (file: number, bytes: Buffer, whole: number): number => {
  const found = fstatSync(file)
  if (!found.isFile()) throw new Error('no file')
  const size = found.size === whole ? whole : mended(file, found.size)
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
  } catch (error) {
    takeBack(file, size)
    throw error
  }
  return size + bytes.length
}

const takeBack = (file: number, size: number): void => {
  try {
    ftruncateSync(file, size)
  } catch {
    // The next append finds the incomplete line.
  }
}

/**
 * Completes the last line: an incomplete line is removed, a missing line end is added. @returns the size of the file
 */
const mended = (file: number, size: number): number => {
  if (size === 0) return 0
  const last = Buffer.alloc(1)
  readSync(file, last, 0, 1, size - 1)
  if (last[0] === NEWLINE) return size
  const tail = readTail(file, size)
  const begin = tail.lastIndexOf(NEWLINE) + 1
  if (isObject(tail.toString('utf8', begin))) {
    writeSync(file, '\n')
    return size + 1
  }
  // An incomplete line that begins further back is left: readers only skip it.
  if (begin === 0 && size > tail.length) {
    writeSync(file, '\n')
    return size + 1
  }
  const kept = size - (tail.length - begin)
  ftruncateSync(file, kept)
  return kept
}

const readTail = (file: number, size: number): Buffer => {
  const tail = Buffer.alloc(Math.min(size, TAIL_BYTES))
  return tail.subarray(0, readSync(file, tail, 0, tail.length, size - tail.length))
}

const isObject = (text: string): boolean => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null
  } catch {
    return false
  }
}

const countChanges = async (path: string, change: LineChange): Promise<number> => {
  let changed = 0
  for await (const lines of lineBatches(path)) for (const line of lines) if (change(line) !== line) changed++
  return changed
}

const rewriteFile = async (path: string, change: LineChange): Promise<void> => {
  const fresh = `${path}.new`
  try {
    const file = await open(fresh, 'w', PRIVATE_FILE_MODE)
    try {
      for await (const lines of lineBatches(path)) {
        const kept = lines.map(change).filter(line => line !== undefined)
        await file.writeFile(Buffer.from(kept.map(line => `${line}\n`).join(''), 'latin1'))
      }
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(fresh, path)
  } catch (error) {
    await remove(fresh).catch(() => undefined)
    throw error
  }
}
