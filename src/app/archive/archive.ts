/** The archive as the app sees it: its thread, the requests to it, and the module that stops it. */
import { join, resolve } from 'node:path'
import { archiveIndexPath } from '../../archive/archive-files.ts'
import type { ArchiveMaintenance } from '../../archive/archive-maintenance.ts'
import type { ArchiveSearch } from '../../archive/archive-search.ts'
import type { ConversationCopy } from '../../archive/conversation-copy.ts'
import { ConversationFollower } from '../../archive/conversation-follower.ts'
import type { Settings } from '../../config/settings.ts'
import type { ArchiveLoads } from '../../ingest/archive-loads.ts'
import type { Module } from '../../lifecycle/module.ts'
import { createSqliteMessageReader } from '../../messages/sqlite/sqlite-message-reader.ts'
import { BackgroundTasks } from '../../platform/background-tasks.ts'
import { MINUTE_MS } from '../../platform/clock.ts'
import { exists } from '../../platform/files.ts'
import { RequestThread } from '../../platform/threads/request-thread.ts'
import type { Requests } from '../../platform/threads/thread-messages.ts'
import type { Runtime } from '../runtime.ts'
import type { BaseStores } from '../stores.ts'
import type { ArchiveRequests, ArchiveThreadData } from './archive-requests.ts'

/** The thread runs the same kind of file as this one: TypeScript here, JavaScript when built. */
const THREAD_MAIN = new URL(import.meta.url.replace(/archive(\.[jt]s)$/, 'archive-thread-main$1'))

/** Time without a request after which the thread ends; the next one reads again what it kept in memory. */
const IDLE_MS = 10 * MINUTE_MS

export interface Archive {
  /** Requests that change nothing else and do not need the bot's newest messages. */
  readonly thread: Requests<ArchiveRequests>
  /** Requests that read messages: the copy of the bot's conversations is updated first. */
  readonly current: Requests<ArchiveRequests>
  readonly follower: ConversationFollower
  readonly loads: ArchiveLoads
  readonly maintenance: ArchiveMaintenance
  readonly search: ArchiveSearch
  readonly module: Module
}

export interface ArchiveDeps {
  readonly settings: Pick<Settings, 'data_root' | 'feature_flags'>
  readonly stores: Pick<BaseStores, 'database' | 'changeLog' | 'forgettable'>
  readonly runtime: Pick<Runtime, 'clock' | 'logger'>
}

/** Nothing of the archive is opened or loaded before the first request. */
export const createArchive = ({ settings, stores, runtime }: ArchiveDeps): Archive => {
  const archive_path = resolve(join(settings.data_root, 'archive.db'))
  const messages_path = resolve(join(settings.data_root, 'denidin.db'))
  const erasures_path = resolve(join(settings.data_root, 'erasures.db'))
  const thread = new RequestThread<ArchiveRequests>({
    name: 'archive',
    file: THREAD_MAIN,
    data: { archive_path, erasures_path, messages_path } satisfies ArchiveThreadData,
    idle_ms: IDLE_MS,
    ...runtime,
  })
  const background = new BackgroundTasks(runtime.logger.for('archive'))
  const follower = new ConversationFollower({
    copy: copyIn(thread),
    feed: createSqliteMessageReader(stores.database),
    messages: stores.forgettable,
    changeLog: stores.changeLog,
    isThere: () => exists(archive_path),
    enabled: settings.feature_flags.enable_memory_system,
    background: (what, act) => {
      background.run(what, act)
    },
  })
  const current: Requests<ArchiveRequests> = {
    request: async (name, input, options) => {
      await follower.sync(options?.signal)
      return await thread.request(name, input, options)
    },
  }
  return {
    thread,
    current,
    follower,
    loads: {
      load: (request, options) => thread.request('ingest.load', request, options),
      records: {
        begin: start => thread.request('ingest.begin', start),
        record: (run_id, step) => thread.request('ingest.record', { run_id, step }),
        end: (run_id, end) => thread.request('ingest.end', { run_id, end }),
      },
      runs: page => thread.request('ingest.runs', page),
      rejectedLines: page => thread.request('ingest.rejected', page),
    },
    maintenance: {
      verify: (check_hashes, options) => thread.request('archive.verify', { check_hashes }, options),
      rebuild: (backs_up, options) => thread.request('archive.rebuild', { backs_up }, options),
    },
    search: { search: (question, options) => current.request('archive.search', question, options) },
    module: {
      name: 'archive',
      health: [thread],
      personalData: [follower.personal],
      backupSources: [
        { name: 'archive', path: archive_path, kind: 'sqlite', content: 'truth' },
        { name: 'archive index', path: archiveIndexPath(archive_path), kind: 'sqlite', content: 'derived' },
      ],
      stop: async () => {
        await background.whenIdle()
        await thread[Symbol.asyncDispose]()
      },
    },
  }
}

const copyIn = (thread: Requests<ArchiveRequests>): ConversationCopy => ({
  progress: () => thread.request('copy.progress', undefined),
  apply: (states, reached) => thread.request('copy.apply', { states, reached }),
  copied: after => thread.request('copy.copied', after),
  forget: message_ids => thread.request('copy.forget', message_ids),
  count: (person_id, bounds) => thread.request('copy.count', { person_id, bounds }),
  erase: (person_id, bounds) => thread.request('copy.erase', { person_id, bounds }),
  reassign: (from, to) => thread.request('copy.reassign', { from, to }),
})
