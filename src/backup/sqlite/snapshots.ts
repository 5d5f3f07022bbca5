/** Consistent copies of databases while the bot writes to them. */
import { existsSync, statSync } from 'node:fs'
import { backup, DatabaseSync } from 'node:sqlite'
import { faultOf } from '../../database/sqlite/database-errors.ts'
import { asDenidinError } from '../../platform/errors.ts'

/** Pages that are copied in one step: about a millisecond. */
const PAGES_AT_ONCE = 256

export interface CopyOptions {
  /** Called after each step with the bytes that it copied; the milliseconds it returns are waited for. */
  readonly pause: (bytes: number) => number
  readonly signal: AbortSignal
}

/** A database as it was at one moment. The bot goes on writing; only its write-ahead log grows until this is closed. */
export class Snapshot implements Disposable {
  readonly path: string
  readonly bytes: number
  readonly #connection: DatabaseSync
  readonly #page_bytes: number

  private constructor(path: string, connection: DatabaseSync) {
    this.path = path
    this.#connection = connection
    const { page_bytes, pages } = connection
      .prepare('select page_size as page_bytes, page_count as pages from pragma_page_size, pragma_page_count')
      .get() as { page_bytes: number; pages: number }
    this.#page_bytes = page_bytes
    this.bytes = page_bytes * pages
  }

  /**
   * Takes snapshots of several databases at nearly one moment: in this order, within a millisecond or two. A connection of
   * its own with an open read transaction sees one state, whatever others commit, and a copy through it never has to begin
   * again.
   */
  static take(paths: readonly string[]): readonly Snapshot[] {
    const opened: { readonly path: string; readonly connection: DatabaseSync }[] = []
    try {
      for (const path of paths) {
        const connection = guarded(path, () => new DatabaseSync(path, { readOnly: true, timeout: 5000 }))
        opened.push({ path, connection })
        // Reads the schema, so that nothing is left to do between two snapshots.
        guarded(path, () => connection.prepare('select count(*) from sqlite_schema').get())
      }
      for (const { path, connection } of opened) {
        guarded(path, () => {
          connection.exec('begin')
          connection.prepare('select 1 from sqlite_schema limit 1').get()
        })
      }
      return opened.map(({ path, connection }) => new Snapshot(path, connection))
    } catch (error) {
      for (const { connection } of opened) connection.close()
      throw error
    }
  }

  /** Copies it into a new file. @throws DenidinError `damaged`, `unavailable`; the reason of the signal */
  async copyTo(target: string, { pause, signal }: CopyOptions): Promise<void> {
    let left = this.bytes / this.#page_bytes
    try {
      await backup(this.#connection, target, {
        rate: PAGES_AT_ONCE,
        progress: ({ remainingPages }) => {
          signal.throwIfAborted()
          waitBlocking(pause((left - remainingPages) * this.#page_bytes))
          left = remainingPages
        },
      })
      signal.throwIfAborted()
    } catch (error) {
      signal.throwIfAborted()
      throw faultOf(error, target) ?? asDenidinError(error)
    }
  }

  [Symbol.dispose](): void {
    if (this.#connection.isOpen) this.#connection.close()
  }
}

/** Whether there is a database to copy. */
export const holdsDatabase = (path: string): boolean => existsSync(path) && statSync(path).size > 0

const guarded = <T>(path: string, act: () => T): T => {
  try {
    return act()
  } catch (error) {
    throw faultOf(error, path) ?? error
  }
}

/** The next step of a copy begins when its progress was heard: the thread is held up, because nothing else holds that up. */
const waitBlocking = (milliseconds: number): void => {
  if (milliseconds >= 1) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}
