/**
 * A text file of lines with one file per day: the current file keeps its name, earlier days are stored beside it,
 * compressed.
 */
import {
  closeSync,
  constants,
  copyFileSync,
  createReadStream,
  createWriteStream,
  existsSync,
  fstatSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { DAY_MS, SECOND_MS, isoDay, type Clock } from './clock.ts'
import { reasonOfFault } from './file-faults.ts'
import { PRIVATE_FILE_MODE, PRIVATE_FOLDER_MODE } from './files.ts'
import type { Health, HealthCheck } from './health.ts'

export interface DailyFileDeps {
  readonly folder: string
  /** The current file is `<name>.log`, that of an earlier day `<name>-YYYY-MM-DD.log.gz`. */
  readonly name: string
  /** How many days earlier files are kept. */
  readonly keptDays: number
  readonly clock: Clock
  /** The line to write where lines are late or missing; it says how many are lost and why. */
  readonly gapLine: (gap: { readonly lost: number; readonly reason: string }) => string
  /** Called once each time that the file starts to refuse lines, with one sentence. */
  readonly onTrouble?: ((trouble: string) => void) | undefined
}

/** Bytes at the beginning of a file that contain the time of its first line. */
const HEAD_BYTES = 64
const EOL = '\n'
/** No file has this descriptor: writing to it fails. */
const NO_DESCRIPTOR = -1

/** Most lines that wait in memory while the file cannot be written; beyond that, the oldest are dropped. */
const MOST_WAITING = 1000
/** How often it is checked whether the path still leads to the open file. */
const LOOK_EVERY_MS = SECOND_MS

/**
 * Appends lines to a file, synchronously, so that a line is in the file when `write` returns. The first line after
 * midnight (UTC, like the times of the lines) moves the lines of the previous day to a separate file. The lines are
 * copied and the file is emptied rather than renamed, so that `tail -f`, and any other program that has the file open,
 * continues to read.
 *
 * Each line must contain an ISO time near its beginning. The time of the first line shows on which day the file was
 * started, so that a restart appends to it, and a rotation that was missed overnight is done at the next start.
 *
 * A file that cannot be written, at the start or later, stops nothing: the lines wait in memory, at most 1,000, and are
 * written as soon as possible. `health` reports the reason, and so does `onTrouble`, once.
 */
export class DailyFile implements HealthCheck {
  readonly name: string
  readonly #deps: DailyFileDeps
  readonly #path: string
  #descriptor: number | undefined
  /** The day of the lines in the current file. */
  #day: string
  #waiting: string[] = []
  #lost = 0
  /** Whether the file ends in the middle of a line. */
  #torn = false
  #trouble: string | undefined
  #compressionTrouble: string | undefined
  #looked_at: number
  #compressing: Promise<void> = Promise.resolve()
  #closed = false

  /** Opens or creates the file. */
  constructor(deps: DailyFileDeps) {
    this.#deps = deps
    this.name = `${deps.name}.log`
    this.#path = join(deps.folder, this.name)
    this.#day = this.#today()
    this.#looked_at = deps.clock.now()
    if (this.#tryToOpen() && this.#day >= this.#today()) this.#tidySoon()
  }

  /** Appends a line, now or as soon as the file can be written again. */
  write(line: string): void {
    // The descriptor of a closed file may belong to another file by now.
    if (this.#closed) return
    this.#waiting.push(line)
    if (this.#waiting.length > MOST_WAITING) {
      this.#waiting.shift()
      this.#lost++
    }
    if (!this.#isThere() && !this.#tryToOpen()) return
    if (this.#day < this.#today()) this.#tryRotate()
    this.#tryToWrite()
  }

  async health(): Promise<Health> {
    if (this.#trouble !== undefined) {
      const lost = this.#lost === 0 ? '' : `, ${String(this.#lost)} are lost`
      return {
        state: 'degraded',
        detail: `${this.#trouble}. ${String(this.#waiting.length)} lines wait in memory${lost}; DeniDin goes on, and writes them when it can.`,
      }
    }
    return this.#compressionTrouble === undefined
      ? { state: 'ok', detail: this.#path }
      : {
          state: 'degraded',
          detail: `${this.#compressionTrouble}. Former days stay uncompressed, and are tried again every day.`,
        }
  }

  /** Closes the file; resolves when earlier days are compressed. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#closeDescriptor()
    await this.#compressing
  }

  #today(): string {
    return isoDay(this.#deps.clock.now())
  }

  /** Opens the file, whatever has happened to its folder. */
  #tryToOpen(): boolean {
    this.#closeDescriptor()
    try {
      mkdirSync(this.#deps.folder, { recursive: true, mode: PRIVATE_FOLDER_MODE })
      this.#replaceLink()
      // A device or a pipe could block the whole process, or swallow the lines.
      const found = statSync(this.#path, { throwIfNoEntry: false })
      if (found !== undefined && !found.isFile()) throw new Error('no file')
      this.#descriptor = openSync(this.#path, 'a+', PRIVATE_FILE_MODE)
      this.#day = this.#dayOfFile(this.#descriptor)
      if (this.#day < this.#today()) this.#tryRotate()
      return true
    } catch (error) {
      this.#closeDescriptor()
      this.#failed(error)
      return false
    }
  }

  #closeDescriptor(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor)
    this.#descriptor = undefined
  }

  /** Writes the waiting lines, oldest first. */
  #tryToWrite(): void {
    try {
      if (this.#trouble !== undefined) this.#append(this.#gapLine())
      while (this.#waiting[0] !== undefined) {
        this.#append(this.#waiting[0])
        this.#waiting.shift()
      }
      this.#trouble = undefined
      this.#lost = 0
    } catch (error) {
      this.#failed(error)
    }
  }

  /** The line that marks where lines are late or missing. */
  #gapLine(): string {
    return this.#deps.gapLine({ lost: this.#lost, reason: this.#trouble ?? '' })
  }

  #append(line: string): void {
    const bytes = Buffer.from(`${this.#torn ? EOL : ''}${line}${EOL}`)
    for (let at = 0; at < bytes.length;) {
      at += writeSync(this.#descriptor ?? NO_DESCRIPTOR, bytes, at)
      this.#torn = at < bytes.length
    }
  }

  #failed(error: unknown): void {
    const trouble = `${this.#path} ${reasonOfFault(error, this.#path)}`
    if (this.#trouble === undefined) this.#deps.onTrouble?.(trouble)
    this.#trouble = trouble
  }

  /** Whether the path still leads to the open file; checked once a second. */
  #isThere(): boolean {
    if (this.#descriptor === undefined) return false
    const now = this.#deps.clock.now()
    if (Math.abs(now - this.#looked_at) < LOOK_EVERY_MS) return true
    this.#looked_at = now
    return this.#isCurrent(this.#descriptor)
  }

  /** The day of the first line; today for an empty file. */
  #dayOfFile(descriptor: number): string {
    const head = Buffer.alloc(HEAD_BYTES)
    const length = readSync(descriptor, head, 0, HEAD_BYTES, 0)
    if (length === 0) return this.#today()
    const [day] = /\d{4}-\d{2}-\d{2}(?=T)/.exec(head.toString('latin1', 0, length)) ?? []
    return day ?? isoDay(fstatSync(descriptor).mtimeMs)
  }

  /** If the lines of the previous day cannot be moved, they stay in the current file until the next midnight. */
  #tryRotate(): void {
    try {
      this.#rotate()
    } catch {
      this.#day = this.#today()
    }
  }

  #rotate(): void {
    const descriptor = this.#descriptor
    if (descriptor === undefined) return
    const day = this.#dayOfFile(descriptor)
    if (day < this.#today()) {
      this.#keep(day)
      ftruncateSync(descriptor)
      this.#torn = false
    }
    this.#day = this.#today()
    this.#tidySoon()
  }

  #isCurrent(descriptor: number): boolean {
    try {
      const opened = fstatSync(descriptor)
      const found = statSync(this.#path, { throwIfNoEntry: false })
      return found !== undefined && found.ino === opened.ino && found.dev === opened.dev
    } catch {
      return false
    }
  }

  /** Copies the lines to the file of their day, unless an interrupted rotation has already done so. */
  #keep(day: string): void {
    const kept = this.#former(day)
    if (kept === undefined) return
    copyFileSync(this.#path, `${kept}.new`, constants.COPYFILE_FICLONE)
    renameSync(`${kept}.new`, kept)
  }

  /**
   * A free name for an earlier day; `undefined` if the newest file of that day is already a copy of the current one.
   */
  #former(day: string): string | undefined {
    for (let number = 0; ; number++) {
      const path = join(this.#deps.folder, `${this.#deps.name}-${day}${number === 0 ? '' : `.${number}`}.log`)
      if (existsSync(path) && readFileSync(path).equals(readFileSync(this.#path))) return undefined
      if (!existsSync(path) && !existsSync(`${path}.gz`)) return path
    }
  }

  /** Earlier versions made `<name>.log` a link to the file of the day. */
  #replaceLink(): void {
    const { folder, name } = this.#deps
    for (const state of ['.rotation.json', `.rotation-${name}.json`]) rmSync(join(folder, state), { force: true })
    if (lstatSync(this.#path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return
    const target = resolve(folder, readlinkSync(this.#path))
    rmSync(this.#path)
    if (target === join(folder, `${name}-${this.#today()}.log`) && existsSync(target)) {
      renameSync(target, this.#path)
    }
  }

  #tidySoon(): void {
    const oldest = isoDay(this.#deps.clock.now() - this.#deps.keptDays * DAY_MS)
    this.#compressing = this.#compressing
      .then(() => this.#tidy(oldest))
      .then(
        () => {
          this.#compressionTrouble = undefined
        },
        (error: unknown) => {
          const path = (error as NodeJS.ErrnoException).path ?? this.#path
          this.#compressionTrouble = `${path} ${reasonOfFault(error, path)}`
        },
      )
  }

  /** Compresses the files of earlier days and removes expired ones. */
  async #tidy(oldest: string): Promise<void> {
    const { folder, name } = this.#deps
    for (const file of readdirSync(folder)) {
      const rest = file.startsWith(`${name}-`) ? file.slice(name.length + 1) : ''
      const [, day, ending] = /^(\d{4}-\d{2}-\d{2})(?:\.\d+)?\.log(|\.gz|\.new|\.gz\.new)$/.exec(rest) ?? []
      if (day === undefined) continue
      const path = join(folder, file)
      if (day < oldest || ending?.endsWith('.new') === true) await rm(path, { force: true })
      else if (ending === '') await compress(path)
    }
  }
}

const compress = async (path: string): Promise<void> => {
  const target = `${path}.gz`
  try {
    await pipeline(
      createReadStream(path),
      createGzip(),
      createWriteStream(`${target}.new`, { mode: PRIVATE_FILE_MODE }),
    )
    await rename(`${target}.new`, target)
  } catch (error) {
    await rm(`${target}.new`, { force: true }).catch(() => undefined)
    throw error
  }
  await rm(path)
}
