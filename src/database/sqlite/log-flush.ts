/** Waits for the disk without blocking the event loop: flushes a database's write-ahead log in the thread pool. */
import { closeSync, fdatasync, fsyncSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'

const flushData = promisify(fdatasync)

/**
 * The write-ahead log of an open database. SQLite writes each transaction to it; SQLite's own flush would block the
 * event loop for as long as the disk takes.
 */
export class LogFlush implements Disposable {
  readonly #path: string
  #file: number | undefined
  /** The flush that is being done. */
  #current: Promise<void> | undefined
  /** The one after it: it includes everything that is written until it begins. */
  #next: Promise<void> | undefined
  /** Whether something was written since the last flush began. */
  #written = false
  #closed = false

  /** @param path the file of the write-ahead log, which exists by the first call of `flush` */
  constructor(path: string) {
    this.#path = path
  }

  /** Call this after each write that a flush is to cover. */
  written(): void {
    this.#written = true
  }

  /**
   * Resolves when everything that was written before the call is on the disk. Callers that wait at the same time share
   * one flush.
   * @throws errors of the file system
   */
  async flush(): Promise<void> {
    if (this.#written) this.#next ??= this.#after(this.#current)
    await (this.#next ?? this.#current)
  }

  /** SQLite flushes and removes the log when the database is closed, so nothing is left to wait for. */
  [Symbol.dispose](): void {
    this.#closed = true
    if (this.#current === undefined) this.#close()
  }

  async #after(before: Promise<void> | undefined): Promise<void> {
    // Its callers are told of its failure.
    await before?.catch(() => undefined)
    this.#written = false
    const flush = this.#flush()
    this.#current = flush
    this.#next = undefined
    try {
      await flush
    } catch (error) {
      this.#written = true
      throw error
    } finally {
      if (this.#current === flush) this.#current = undefined
      if (this.#closed) this.#close()
    }
  }

  async #flush(): Promise<void> {
    if (this.#closed) return
    await flushData((this.#file ??= this.#open()))
  }

  #open(): number {
    const file = openSync(this.#path, 'r+')
    // SQLite makes a new log with each start: without its entry in the folder, a power cut would lose all of it.
    const folder = openSync(dirname(this.#path), 'r')
    try {
      fsyncSync(folder)
    } finally {
      closeSync(folder)
    }
    return file
  }

  #close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }
}
