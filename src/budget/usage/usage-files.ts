/** The files of the usage log: the current one, and former ones beside it. Lines are appended; files are rewritten whole. */
import { open, readdir, rename, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../platform/clock.ts'
import { fileFault } from '../../platform/file-faults.ts'
import { exists, inFolder, PRIVATE_FILE_MODE, remove } from '../../platform/files.ts'
import { lineBatches, openToRead } from '../../platform/line-batches.ts'

export interface UsageFilesDeps {
  readonly folder: string
  /** A file that is larger becomes a former one. */
  readonly most_bytes: number
  /** How many former files are kept. */
  readonly kept_files: number
  readonly clock: Pick<Clock, 'now'>
}

/** What becomes of a line of bytes: itself, another one, or `undefined` to remove it. */
export type LineChange = (line: string) => string | undefined

const CURRENT = 'budget-usage.jsonl'
const FORMER = /^budget-usage-\d{8}T\d{9}Z(-\d+)?\.jsonl$/
const NEWLINE = 0x0a
/** How much of the end of a file is searched for the beginning of its last line. */
const TAIL_BYTES = 256 * 1024

export class UsageFiles {
  readonly path: string
  readonly #deps: UsageFilesDeps
  /** Bytes of the current file after the last lines that were appended. */
  #size = 0

  constructor(deps: UsageFilesDeps) {
    this.#deps = deps
    this.path = join(deps.folder, CURRENT)
  }

  /**
   * Appends whole lines, each with its end. A line that a crash cut off is removed first; one that is only cut off itself,
   * by a full disk, is taken back. @throws DenidinError `unavailable`, with the path and the reason
   */
  async append(lines: string): Promise<void> {
    const { folder, most_bytes } = this.#deps
    try {
      // For reading as well: opening a pipe to write alone would wait for its other end.
      const file = await inFolder(folder, () => open(this.path, 'a+', PRIVATE_FILE_MODE))
      try {
        this.#size = await appendTo(file, Buffer.from(lines), this.#size)
      } finally {
        await file.close()
      }
      if (this.#size >= most_bytes) await this.#rotate()
    } catch (error) {
      throw fileFault(error, this.path)
    }
  }

  /** Paths of all files that there are, the oldest first. */
  async paths(): Promise<readonly string[]> {
    const former = await this.#former()
    return (await exists(this.path)) ? [...former, this.path] : former
  }

  /** The end of the current file; empty when there is none. */
  async tail(): Promise<string> {
    const file = await openToRead(this.path).catch(() => undefined)
    if (file === undefined) return ''
    try {
      const { size } = await file.stat()
      return (await readTail(file, size)).toString('latin1')
    } finally {
      await file.close()
    }
  }

  /**
   * Rewrites every file in which a line changes, each whole or not at all.
   * @returns how many lines changed
   * @throws DenidinError `unavailable`; what was rewritten before stays so
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

  /** Removes what a crash left of a file that was being rewritten. */
  async removeLeftovers(): Promise<void> {
    for (const name of await this.#names()) {
      if (name.endsWith('.jsonl.new')) await remove(join(this.#deps.folder, name))
    }
  }

  /** A rename, so that `tail -F` sees the end of the former file and goes on with the next. */
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

/** The first file of a moment has no number. */
const orderOf = (name: string): string => name.replace(/Z\.jsonl$/, 'Z-1.jsonl')

/**
 * @param whole size at which the file is known to end with a whole line
 * @returns the size of the file afterwards
 */
const appendTo = async (file: FileHandle, bytes: Buffer, whole: number): Promise<number> => {
  const found = await file.stat()
  if (!found.isFile()) throw new Error('no file')
  const size = found.size === whole ? whole : await mended(file, found.size)
  try {
    for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at)).bytesWritten
  } catch (error) {
    await file.truncate(size).catch(() => undefined)
    throw error
  }
  return size + bytes.length
}

/** Makes the last line whole: what was cut off is removed, what only lacks its end gets it. @returns the size of the file */
const mended = async (file: FileHandle, size: number): Promise<number> => {
  if (size === 0) return 0
  const last = Buffer.alloc(1)
  await file.read(last, 0, 1, size - 1)
  if (last[0] === NEWLINE) return size
  const tail = await readTail(file, size)
  const begin = tail.lastIndexOf(NEWLINE) + 1
  if (isObject(tail.toString('utf8', begin))) {
    await file.write('\n')
    return size + 1
  }
  // A beginning that lies further back is left: it is a line that no reader understands, and only that.
  if (begin === 0 && size > tail.length) {
    await file.write('\n')
    return size + 1
  }
  const kept = size - (tail.length - begin)
  await file.truncate(kept)
  return kept
}

const readTail = async (file: FileHandle, size: number): Promise<Buffer> => {
  const tail = Buffer.alloc(Math.min(size, TAIL_BYTES))
  const { bytesRead } = await file.read(tail, 0, tail.length, size - tail.length)
  return tail.subarray(0, bytesRead)
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
