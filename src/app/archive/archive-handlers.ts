/** Answers the requests of the archive's thread. Opens `archive.db` with the first one that needs it. */
import { openArchive } from '../../archive/sqlite/open-archive.ts'
import { SqliteArchiveStore } from '../../archive/sqlite/sqlite-archive-store.ts'
import { Ingest } from '../../ingest/ingest.ts'
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
  readonly store: SqliteArchiveStore
  readonly ingest: Ingest
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
      'ingest.load': async (request, call) => await this.#open().ingest.load(request, call),
      'ingest.runs': async page => await this.#open().store.runs(page),
      'ingest.rejected': async ({ run_id, ...page }) => {
        const { store } = this.#open()
        return (await store.run(run_id)) === undefined ? undefined : await store.rejectedLines(run_id, page)
      },
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
    const { archive_path, clock, logger } = this.#deps
    const database = openArchive(archive_path)
    const store = new SqliteArchiveStore(database, clock)
    return {
      store,
      ingest: new Ingest({ store, written: async () => undefined, clock, logger }),
      [Symbol.dispose]: () => {
        database[Symbol.dispose]()
      },
    }
  }
}
