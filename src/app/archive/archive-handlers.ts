/** Answers the requests of the archive's thread. Opens `archive.db` with the first one that needs it. */
import type { ArchiveStore } from '../../archive/archive-store.ts'
import { openArchive } from '../../archive/sqlite/open-archive.ts'
import { SqliteArchiveStore } from '../../archive/sqlite/sqlite-archive-store.ts'
import type { Database } from '../../database/sqlite/database.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Logger } from '../../platform/logger.ts'
import type { RequestHandlers } from '../../platform/threads/serve-requests.ts'
import type { ArchiveRequests, ArchiveThreadData } from './archive-requests.ts'

export interface ArchiveHandlersDeps extends ArchiveThreadData {
  readonly clock: Clock
  readonly logger: Logger
}

/** What the parts of the archive work on, once it is open. */
interface OpenArchive extends Disposable {
  readonly database: Database
  readonly store: ArchiveStore
}

/** The archive inside its thread; a test may use it without one. */
export class ArchiveHandlers implements AsyncDisposable {
  readonly handlers: RequestHandlers<ArchiveRequests>
  readonly #deps: ArchiveHandlersDeps
  #archive: OpenArchive | undefined

  constructor(deps: ArchiveHandlersDeps) {
    this.#deps = deps
    this.handlers = {
      'archive.counts': async () => await this.#open().store.counts(),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#archive?.[Symbol.dispose]()
    this.#archive = undefined
  }

  #open(): OpenArchive {
    this.#archive ??= this.#openNow()
    return this.#archive
  }

  #openNow(): OpenArchive {
    const { archive_path, clock } = this.#deps
    const database = openArchive(archive_path)
    return {
      database,
      store: new SqliteArchiveStore(database, clock),
      [Symbol.dispose]: () => {
        database[Symbol.dispose]()
      },
    }
  }
}
