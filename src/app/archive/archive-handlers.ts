/** Answers the requests of the archive's thread. Opens `archive.db` with the first one that needs it. */
import type { ArchiveMaintenance } from '../../archive/archive-maintenance.ts'
import type { ConversationCopy } from '../../archive/conversation-copy.ts'
import { openArchive } from '../../archive/sqlite/open-archive.ts'
import { SqliteArchiveMaintenance } from '../../archive/sqlite/sqlite-archive-maintenance.ts'
import { SqliteArchiveStore } from '../../archive/sqlite/sqlite-archive-store.ts'
import { SqliteConversationCopy } from '../../archive/sqlite/sqlite-conversation-copy.ts'
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
  readonly maintenance: ArchiveMaintenance
  readonly copy: ConversationCopy
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
      'archive.verify': async ({ check_hashes }, call) => await this.#open().maintenance.verify(check_hashes, call),
      'archive.rebuild': async ({ backs_up }, call) => await this.#open().maintenance.rebuild(backs_up, call),
      'copy.progress': async () => await this.#open().copy.progress(),
      'copy.apply': async ({ states, reached }) => {
        await this.#open().copy.apply(states, reached)
        return undefined
      },
      'copy.copied': async after => await this.#open().copy.copied(after),
      'copy.forget': async message_ids => {
        await this.#open().copy.forget(message_ids)
        return undefined
      },
      'copy.count': async ({ person_id, bounds }) => await this.#open().copy.count(person_id, bounds),
      'copy.erase': async ({ person_id, bounds }) => await this.#open().copy.erase(person_id, bounds),
      'copy.reassign': async ({ from, to }) => {
        await this.#open().copy.reassign(from, to)
        return undefined
      },
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
    // The index follows here.
    const changed = async (): Promise<void> => undefined
    return {
      store,
      ingest: new Ingest({ store, written: changed, clock, logger }),
      maintenance: new SqliteArchiveMaintenance(database, clock, changed),
      copy: new SqliteConversationCopy(database, changed),
      [Symbol.dispose]: () => {
        database[Symbol.dispose]()
      },
    }
  }
}
