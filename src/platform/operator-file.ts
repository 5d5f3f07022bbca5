/**
 * The current content of an operator's file: it is read again when it changes, and the last valid version applies while
 * it is invalid.
 */
import { asDenidinError, DenidinError } from './errors.ts'
import type { Logger } from './logger.ts'

/** A text file that may change at any time. */
export interface ChangingFile {
  /** Names the file in errors. */
  readonly path: string
  /** Changes with the file; `undefined`: unknown whether it changed. Cheap: it is called before every use. */
  version(): string | undefined
  /** The text of the file; `undefined` if there is none. @throws DenidinError if it cannot be read */
  text(): string | undefined
}

export interface OperatorFileDeps<T> {
  readonly file: ChangingFile
  /** Parses the text; a missing file counts as an empty one. @throws DenidinError `invalid_config` */
  readonly parse: (text: string, source: string) => T
  /** What the file contains, for the log: `budget profiles`. */
  readonly content: string
  /** The logger of the component that uses the values. */
  readonly logger: Logger
}

/** The values that apply, and why they may not be those of the file. */
export interface CurrentValues<T> {
  /** The last valid values, the same object while the file does not change; `undefined` if there never were any. */
  readonly values: T | undefined
  /** The error in the current file. */
  readonly problem: string | undefined
}

export class OperatorFile<T> {
  readonly #deps: OperatorFileDeps<T>
  /** Version of the file that `#current` was read from; `undefined`: the file is read again in any case. */
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

  /** @throws DenidinError `invalid_config` if there is a file and it is invalid */
  check(): void {
    this.#load()
  }

  #read(before: CurrentValues<T> | undefined): CurrentValues<T> {
    try {
      return { values: this.#load(before?.values !== undefined), problem: undefined }
    } catch (error) {
      return { values: before?.values, problem: asDenidinError(error).message }
    }
  }

  /** @param changed values of the file apply already: then an empty file is one that is being written, or a full disk */
  #load(changed = false): T {
    const { file, parse } = this.#deps
    const text = file.text()
    if (changed && text?.trim() === '') {
      throw new DenidinError('invalid_config', `${file.path} is empty; delete it, or write {} into it for the defaults`)
    }
    return parse(text ?? '', file.path)
  }
}
