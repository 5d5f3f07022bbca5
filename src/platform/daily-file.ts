/** A text file of lines with one file a day: the current one keeps its name, former days lie beside it, compressed. */
import {
  appendFileSync,
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
} from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { DAY_MS, isoDay, type Clock } from './clock.ts'
import { PRIVATE_FILE_MODE, PRIVATE_FOLDER_MODE } from './files.ts'

export interface DailyFileDeps {
  readonly folder: string
  /** The current file is `<name>.log`, that of a former day `<name>-YYYY-MM-DD.log.gz`. */
  readonly name: string
  /** How many days former files are kept. */
  readonly keptDays: number
  readonly clock: Clock
}

/** Bytes at the beginning of a file that hold the time of its first line. */
const HEAD_BYTES = 64

/**
 * Appends lines to a file, synchronously, so that a line is in the file when `write` returns. The first line after
 * midnight (UTC, as the times of the lines) moves the lines of the day before to a file of their own. They are copied and
 * the file is emptied, not renamed: `tail -f` and whatever else has the file open reads on.
 *
 * Each line must hold an ISO time near its beginning: that of the first line tells on which day the file was begun, so
 * that a restart appends and a night without DeniDin is made up for at the next start.
 */
export class DailyFile {
  readonly #deps: DailyFileDeps
  readonly #path: string
  #descriptor: number
  /** The day of the lines in the current file. */
  #day: string
  #compressing: Promise<void> = Promise.resolve()
  #closed = false

  /** Opens or creates the file. @throws when the folder cannot be written. */
  constructor(deps: DailyFileDeps) {
    this.#deps = deps
    this.#path = join(deps.folder, `${deps.name}.log`)
    mkdirSync(deps.folder, { recursive: true, mode: PRIVATE_FOLDER_MODE })
    this.#replaceLink()
    this.#descriptor = this.#open()
    this.#day = this.#dayOfFile()
    if (this.#day < this.#today()) this.#tryRotate()
    else this.#tidySoon()
  }

  /** Appends a line. A full disk loses it, and DeniDin goes on. */
  write(line: string): void {
    // The number of a closed file may be that of another one by now.
    if (this.#closed) return
    if (this.#day < this.#today()) this.#tryRotate()
    try {
      appendFileSync(this.#descriptor, `${line}\n`)
    } catch {
      // There is no better place to report it; `denidin doctor` looks at the disk.
    }
  }

  /** Closes the file; resolves when former days are compressed. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    closeSync(this.#descriptor)
    await this.#compressing
  }

  #today(): string {
    return isoDay(this.#deps.clock.now())
  }

  #open(): number {
    return openSync(this.#path, 'a+', PRIVATE_FILE_MODE)
  }

  /** The day of the first line; today for an empty file. */
  #dayOfFile(): string {
    const head = Buffer.alloc(HEAD_BYTES)
    const length = readSync(this.#descriptor, head, 0, HEAD_BYTES, 0)
    if (length === 0) return this.#today()
    const [day] = /\d{4}-\d{2}-\d{2}(?=T)/.exec(head.toString('latin1', 0, length)) ?? []
    return day ?? isoDay(fstatSync(this.#descriptor).mtimeMs)
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
    // The file may have been deleted, or moved by another process.
    if (!this.#isCurrent()) {
      mkdirSync(this.#deps.folder, { recursive: true, mode: PRIVATE_FOLDER_MODE })
      const opened = this.#open()
      closeSync(this.#descriptor)
      this.#descriptor = opened
    }
    const day = this.#dayOfFile()
    if (day < this.#today()) {
      this.#keep(day)
      ftruncateSync(this.#descriptor)
    }
    this.#day = this.#today()
    this.#tidySoon()
  }

  #isCurrent(): boolean {
    const opened = fstatSync(this.#descriptor)
    const found = statSync(this.#path, { throwIfNoEntry: false })
    return found !== undefined && found.ino === opened.ino && found.dev === opened.dev
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
    this.#compressing = this.#compressing.then(() => this.#tidy(oldest)).catch(() => undefined)
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
  await pipeline(createReadStream(path), createGzip(), createWriteStream(`${target}.new`, { mode: PRIVATE_FILE_MODE }))
  await rename(`${target}.new`, target)
  await rm(path)
}
