/** A text file of lines with one file a day: the current one keeps its name, former days lie beside it, compressed. */
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
  /** The current file is `<name>.log`, that of a former day `<name>-YYYY-MM-DD.log.gz`. */
  readonly name: string
  /** How many days former files are kept. */
  readonly keptDays: number
  readonly clock: Clock
  /** The line that says, where others are late or missing, how many are lost and why. */
  readonly gapLine: (gap: { readonly lost: number; readonly reason: string }) => string
  /** Called once each time that the file begins to refuse lines, with one sentence. */
  readonly onTrouble?: ((trouble: string) => void) | undefined
}

/** Bytes at the beginning of a file that hold the time of its first line. */
const HEAD_BYTES = 64
const EOL = '\n'
/** No file has this number: writing to it fails. */
const NO_DESCRIPTOR = -1

/** Lines that wait in memory while the file cannot be written; the oldest go when there are more. */
const MOST_WAITING = 1000
/** How often it is checked whether the path still leads to the open file. */
const LOOK_EVERY_MS = SECOND_MS

/**
 * Appends lines to a file, synchronously, so that a line is in the file when `write` returns. The first line after
 * midnight (UTC, as the times of the lines) moves the lines of the day before to a file of their own. They are copied and
 * the file is emptied, not renamed: `tail -f` and whatever else has the file open reads on.
 *
 * Each line must hold an ISO time near its beginning: that of the first line tells on which day the file was begun, so
 * that a restart appends and a night without DeniDin is made up for at the next start.
 *
 * A file that cannot be written, at the start or later, ends nothing: the lines wait in memory, at most 1,000, and are
 * written as soon as that is possible again. `health` says why, and so does `onTrouble`, once.
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
  /** The file ends in the middle of a line. */
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

  /** Appends a line, now or when the file can be written again. */
  write(line: string): void {
    // The number of a closed file may be that of another one by now.
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

  /** Closes the file; resolves when former days are compressed. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#closeDescriptor()
    await this.#compressing
  }

  #today(): string {
    return isoDay(this.#deps.clock.now())
  }

  /** Opens the file, in whatever state its folder is by now. */
  #tryToOpen(): boolean {
    this.#closeDescriptor()
    try {
      mkdirSync(this.#deps.folder, { recursive: true, mode: PRIVATE_FOLDER_MODE })
      this.#replaceLink()
      // A device or a pipe could hold up the whole process, or swallow the lines.
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

  /** Writes what waits, the oldest first. */
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

  /** The line that stands where others are late or missing. */
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

  /** Whether the path still leads to the open file; looked at once a second. */
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

  /** Where the lines of the day before cannot be moved, they stay in the current file until the next midnight. */
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

  /** Copies the lines to the file of their day, unless a rotation that broke off has done so. */
  #keep(day: string): void {
    const kept = this.#former(day)
    if (kept === undefined) return
    copyFileSync(this.#path, `${kept}.new`, constants.COPYFILE_FICLONE)
    renameSync(`${kept}.new`, kept)
  }

  /** A free name for a former day; `undefined` when the newest file of that day is a copy of the current one. */
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

  /** Compresses the files of former days and removes those past their time. */
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
