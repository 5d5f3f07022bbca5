/** Answers the requests of the archive's thread. Opens `archive.db` at the first request that needs it. */
import { archiveIndexPath } from '../../archive/archive-files.ts'
import type { ArchiveMaintenance } from '../../archive/archive-maintenance.ts'
import type { ConversationCopy } from '../../archive/conversation-copy.ts'
import { partsBeside, type PartRequests } from '../../archive/index/part-building.ts'
import { IndexFollowing } from '../../archive/index/index-following.ts'
import { SqliteArchiveSearch } from '../../archive/index/sqlite/sqlite-archive-search.ts'
import { openArchive } from '../../archive/sqlite/open-archive.ts'
import { SqliteArchiveMaintenance } from '../../archive/sqlite/sqlite-archive-maintenance.ts'
import { SqliteArchiveStore } from '../../archive/sqlite/sqlite-archive-store.ts'
import { SqliteConversationCopy } from '../../archive/sqlite/sqlite-conversation-copy.ts'
import { openForgottenWords } from '../../messages/sqlite/sqlite-erasures.ts'
import { Ingest } from '../../ingest/ingest.ts'
import { MINUTE_MS, type Clock } from '../../platform/clock.ts'
import { asDenidinError, type DenidinError } from '../../platform/errors.ts'
import { Precedence } from '../../platform/precedence.ts'
import { yieldToEventLoop } from '../../platform/yield.ts'
import { isTrouble, worstState, type Health, type HealthCheck } from '../../platform/health.ts'
import type { Logger } from '../../platform/logger.ts'
import { RequestThread } from '../../platform/threads/request-thread.ts'
import type { RequestHandlers, RequestService } from '../../platform/threads/serve-requests.ts'
import { DamagedDatabase } from '../../database/sqlite/database-errors.ts'
import { Database } from '../../database/sqlite/database.ts'
import { DatabaseHealth } from '../../database/sqlite/truth-database.ts'
import { ReportWriter } from '../../reports/report-writer.ts'
import { SqliteArchiveReports } from '../../reports/sqlite/sqlite-archive-reports.ts'
import { SqliteConversationReports } from '../../reports/sqlite/sqlite-conversation-reports.ts'
import type { ArchiveRequests, ArchiveThreadData } from './archive-requests.ts'

/** The thread runs the same kind of file as this one: TypeScript here, JavaScript when built. */
const WORDS_MAIN = new URL(import.meta.url.replace(/archive-handlers(\.[jt]s)$/, 'part-thread-main$1'))
/** Time without new messages after which that thread ends. */
const WORDS_IDLE_MS = MINUTE_MS

export interface ArchiveHandlersDeps extends ArchiveThreadData {
  readonly clock: Clock
  readonly logger: Logger
  /** Hears how the archive is where that changes without a request. */
  readonly reportHealth: (health: Health) => void
}

/** What works again once a fault of the disk is over. */
const WHEN_MENDED = 'The archive can be searched and loaded again once this is mended; messages are answered meanwhile'

/** The resources of the archive once it is open. */
interface OpenArchive extends AsyncDisposable {
  /** Of the database, the file of the index, and how far the index follows. */
  readonly health: readonly Pick<HealthCheck, 'health'>[]
  readonly search: SqliteArchiveSearch
  readonly following: IndexFollowing
  readonly store: SqliteArchiveStore
  readonly reports: SqliteArchiveReports
  readonly ingest: Ingest
  readonly maintenance: ArchiveMaintenance
  readonly copy: ConversationCopy
}

/** The archive inside its thread; a test may use it without a thread. */
export class ArchiveHandlers implements RequestService<ArchiveRequests> {
  readonly handlers: RequestHandlers<ArchiveRequests>
  readonly #deps: ArchiveHandlersDeps
  /** Erasing goes before loads, reports and checks. */
  readonly #precedence = new Precedence()
  #archive: OpenArchive | undefined
  /** Why the archive could not be opened. */
  #obstacle: DenidinError | undefined
  #messages: Database | undefined

  constructor(deps: ArchiveHandlersDeps) {
    this.#deps = deps
    const writer = new ReportWriter(
      () => this.#open().reports,
      () => this.#openConversations(),
    )
    this.handlers = {
      'reports.write': async (request, { signal, progress }) =>
        await writer.write(request, {
          signal,
          progress: done => {
            progress({ done, unit: request.report === 'conversation' ? 'messages' : 'days' })
          },
        }),
      'archive.counts': async () => await this.#open().store.counts(),
      'archive.verify': async ({ check_hashes }, call) => await this.#open().maintenance.verify(check_hashes, call),
      'archive.rebuild': async ({ backs_up }, call) => {
        const { maintenance, search } = this.#open()
        const rebuilt = await maintenance.rebuild(backs_up, call)
        search.rebuild()
        await search.indexer.sync()
        return rebuilt
      },
      'archive.search': async question => {
        const { search, following } = this.#open()
        await following.caughtUp
        try {
          return await search.search(question)
        } catch (error) {
          if (!(error instanceof DamagedDatabase)) throw error
          // A damaged index has been set aside by then, and another one begun.
          await yieldToEventLoop()
          await following.caughtUp
          return await search.search(question)
        }
      },
      'copy.progress': async () => await this.#open().copy.progress(),
      'copy.apply': async ({ states, reached }) => {
        await this.#open().copy.apply(states, reached)
        return undefined
      },
      'copy.copied': async after => await this.#open().copy.copied(after),
      'copy.forget': async message_ids => {
        await this.#precedence.run(() => this.#open().copy.forget(message_ids))
        return undefined
      },
      'copy.count': async ({ person_id, bounds }) => await this.#open().copy.count(person_id, bounds),
      'copy.erase': ({ person_id, bounds }) => this.#precedence.run(() => this.#open().copy.erase(person_id, bounds)),
      'copy.reassign': async ({ from, to }) => {
        await this.#open().copy.reassign(from, to)
        return undefined
      },
      'ingest.load': async (request, call) => {
        const { ingest, search } = this.#open()
        const report = await ingest.load(request, call)
        // Loaded messages can be found when the command ends.
        if (!request.dry_run) await search.indexer.sync()
        return report
      },
      'ingest.begin': async start => await this.#open().store.begin(start),
      'ingest.record': async ({ run_id, step }) => {
        await this.#open().store.record(run_id, step)
        return undefined
      },
      'ingest.end': async ({ run_id, end }) => await this.#open().store.end(run_id, end),
      'ingest.runs': async page => await this.#open().store.runs(page),
      'ingest.rejected': async ({ run_id, ...page }) => {
        const { store } = this.#open()
        return (await store.run(run_id)) === undefined ? undefined : await store.rejectedLines(run_id, page)
      },
    }
  }

  async health(): Promise<Health> {
    if (this.#obstacle !== undefined) return { state: 'down', detail: `${this.#obstacle.message}.` }
    if (this.#archive === undefined) return { state: 'unknown', detail: 'It is not open.' }
    const all = await Promise.all(this.#archive.health.map(each => each.health()))
    const troubles = all.filter(({ state }) => isTrouble(state))
    const told = troubles.length > 0 ? troubles : all
    return { state: worstState(all.map(({ state }) => state)), detail: told.map(({ detail }) => detail).join(' ') }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const archive = this.#archive
    this.#archive = undefined
    this.#messages?.[Symbol.dispose]()
    this.#messages = undefined
    await archive?.[Symbol.asyncDispose]()
  }

  #open(): OpenArchive {
    try {
      this.#archive ??= this.#openNow()
      this.#obstacle = undefined
      return this.#archive
    } catch (error) {
      this.#obstacle = asDenidinError(error)
      throw error
    }
  }

  /** A separate connection, because the bot's connection is in another thread. */
  #openConversations(): SqliteConversationReports {
    this.#messages ??= new Database(this.#deps.messages_path, [], { reads_only: true })
    return new SqliteConversationReports(this.#messages, this.#precedence)
  }

  #openNow(): OpenArchive {
    const { archive_path, erasures_path, clock, logger, reportHealth } = this.#deps
    const forgotten = openForgottenWords(erasures_path)
    const database = openArchive(archive_path)
    const health = new DatabaseHealth('archive', database, WHEN_MENDED)
    const store = new SqliteArchiveStore(database, clock)
    const words = new RequestThread<PartRequests>({
      name: 'archive words',
      file: WORDS_MAIN,
      data: undefined,
      idle_ms: WORDS_IDLE_MS,
      clock,
      logger,
    })
    const search = new SqliteArchiveSearch({
      archive: database,
      path: archiveIndexPath(archive_path),
      beside: partsBeside(words),
      clock,
      logger,
    })
    let is_due = false
    const following = new IndexFollowing(search.indexer, {
      clock,
      logger: logger.for('archive.index'),
      changed: () => {
        // Two changes in a row are reported once.
        if (is_due) return
        is_due = true
        // Not before the archive that is being opened is known here.
        void yieldToEventLoop()
          .then(() => {
            is_due = false
            return this.health()
          })
          .then(reportHealth)
      },
    })
    search.onRenewed(() => {
      following.begin()
    })
    following.begin()
    const changed = (): Promise<void> => following.changed()
    const written = async (): Promise<void> => {
      await this.#precedence.giveWay()
      await following.loaded()
    }
    return {
      health: [health, search, following],
      store,
      reports: new SqliteArchiveReports(database, this.#precedence),
      search,
      following,
      ingest: new Ingest({ store, forgotten, written, clock, logger }),
      maintenance: new SqliteArchiveMaintenance(database, clock, this.#precedence),
      copy: new SqliteConversationCopy(database, changed),
      [Symbol.asyncDispose]: async () => {
        following[Symbol.dispose]()
        await search[Symbol.asyncDispose]()
        await words[Symbol.asyncDispose]()
        forgotten[Symbol.dispose]()
        database[Symbol.dispose]()
      },
    }
  }
}
