/** What a file of the operator says now: it is read again when it changes, and the last good version stays while it is broken. */
import { asDenidinError } from './errors.ts'
import type { Logger } from './logger.ts'

/** A text file that may change at any time. */
export interface ChangingFile {
  /** Names the file in errors. */
  readonly path: string
  /** Changes with the file; `undefined`: it cannot be told whether it changed. Cheap: it is asked for before every use. */
  version(): string | undefined
  /** The text of the file; `undefined` if there is none. @throws DenidinError if it cannot be read */
  text(): string | undefined
}

export interface OperatorFileDeps<T> {
  readonly file: ChangingFile
  /** Reads the text; an absent file says as much as an empty one. @throws DenidinError `invalid_config` */
  readonly parse: (text: string, source: string) => T
  /** What the file holds, for the log: `budget profiles`. */
  readonly content: string
  /** That of the component that uses the values. */
  readonly logger: Logger
}

/** The values that hold, and why they may not be those of the file. */
export interface CurrentValues<T> {
  /** The last good ones, the same object while the file does not change; `undefined` while there never were any. */
  readonly values: T | undefined
  /** What is wrong with the file as it is. */
  readonly problem: string | undefined
}

export class OperatorFile<T> {
  readonly #deps: OperatorFileDeps<T>
  /** Version of the file that `#current` was read from; `undefined`: it is read again in any case. */
  #version: string | undefined
  #current: CurrentValues<T> | undefined

  constructor(deps: OperatorFileDeps<T>) {
    this.#deps = deps
  }

  /** Reads the file if it changed since the last time. */
  current(): CurrentValues<T> {
    const version = this.#deps.file.version()
    if (this.#current !== undefined && version !== undefined && version === this.#version) return this.#current
    const before = this.#current
    this.#current = this.#read(before)
    this.#version = version
    const { problem: reason } = this.#current
    if (before !== undefined && reason !== undefined && reason !== before.problem) {
      const { logger, content } = this.#deps
      logger.warn(`The ${content} are broken; the last good ones stay`, { reason })
    }
    return this.#current
  }

  /** @throws DenidinError `invalid_config` when there is a file and it is broken */
  check(): void {
    this.#load()
  }

  #read(before: CurrentValues<T> | undefined): CurrentValues<T> {
    try {
      return { values: this.#load(), problem: undefined }
    } catch (error) {
      return { values: before?.values, problem: asDenidinError(error).message }
    }
  }

  #load(): T {
    const { file, parse } = this.#deps
    return parse(file.text() ?? '', file.path)
  }
}
