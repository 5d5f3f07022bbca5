/** Consistent copies of databases while the bot writes to them. */
import { existsSync, statSync } from 'node:fs'
import { backup, DatabaseSync } from 'node:sqlite'
import { migrationsIn } from '../../database/sqlite/schema-state.ts'
import { faultOf } from '../../database/sqlite/database-errors.ts'
import { asDenidinError } from '../../platform/errors.ts'

/** How many pages one step copies: about a millisecond of work. */
const PAGES_AT_ONCE = 256

export interface CopyOptions {
  /** Called after each step with the number of bytes that it copied; returns for how many milliseconds to wait. */
  readonly pause: (bytes: number) => number
  readonly signal: AbortSignal
}

/**
 * The state of a database at one point in time. The bot continues to write; until this is closed, only its write-ahead
 * log grows.
 */
export class Snapshot implements Disposable {
  readonly path: string
  readonly bytes: number
  readonly page_bytes: number
  readonly #connection: DatabaseSync

  private constructor(path: string, connection: DatabaseSync) {
    this.path = path
    this.#connection = connection
    const { page_bytes, pages } = connection
      .prepare('select page_size as page_bytes, page_count as pages from pragma_page_size, pragma_page_count')
      .get() as { page_bytes: number; pages: number }
    this.page_bytes = page_bytes
    this.bytes = page_bytes * pages
  }

  /**
   * Takes snapshots of several databases almost at the same time: in this order, within a millisecond or two. A
   * separate connection with an open read transaction sees one state, whatever others commit, so that a copy through it
   * never has to restart.
   */
  static take(paths: readonly string[]): readonly Snapshot[] {
    const opened: { readonly path: string; readonly connection: DatabaseSync }[] = []
    try {
      for (const path of paths) {
        const connection = guarded(path, () => new DatabaseSync(path, { readOnly: true, timeout: 5000 }))
        opened.push({ path, connection })
        // Reads the schema, so that no work is left to do between two snapshots.
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

  /** Ids of the migrations that were applied. */
  get migrations(): readonly string[] {
    return migrationsIn(this.#connection)
  }

  /** Copies the snapshot into a new file. @throws DenidinError `damaged`, `unavailable`; the reason of the signal */
  async copyTo(target: string, { pause, signal }: CopyOptions): Promise<void> {
    let left = this.bytes / this.page_bytes
    try {
      await backup(this.#connection, target, {
        rate: PAGES_AT_ONCE,
        progress: ({ remainingPages }) => {
          signal.throwIfAborted()
          waitBlocking(pause((left - remainingPages) * this.page_bytes))
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

/**
 * Blocks the thread, because the next step of a copy begins as soon as the progress callback returns, and nothing else
 * can delay it.
 */
const waitBlocking = (milliseconds: number): void => {
  if (milliseconds >= 1) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}
