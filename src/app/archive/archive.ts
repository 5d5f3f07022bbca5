/** The archive as the app sees it: its thread, and the module that stops it and names what a backup copies. */
import { join, resolve } from 'node:path'
import type { ArchiveMaintenance } from '../../archive/archive-maintenance.ts'
import type { Settings } from '../../config/settings.ts'
import type { ArchiveLoads } from '../../ingest/archive-loads.ts'
import type { Module } from '../../lifecycle/module.ts'
import { MINUTE_MS } from '../../platform/clock.ts'
import { RequestThread } from '../../platform/threads/request-thread.ts'
import type { Runtime } from '../runtime.ts'
import type { ArchiveRequests, ArchiveThreadData } from './archive-requests.ts'

/** The thread runs the same kind of file as this one: TypeScript here, JavaScript when built. */
const THREAD_MAIN = new URL(import.meta.url.replace(/archive(\.[jt]s)$/, 'archive-thread-main$1'))

/** Time without a request after which the thread ends; what it keeps in memory is read again by the next one. */
const IDLE_MS = 10 * MINUTE_MS

export type ArchiveThread = RequestThread<ArchiveRequests>

export interface Archive {
  readonly thread: ArchiveThread
  readonly loads: ArchiveLoads
  readonly maintenance: ArchiveMaintenance
  readonly module: Module
}

/** Nothing of the archive is opened or loaded before it is asked something. */
export const createArchive = (
  { data_root }: Pick<Settings, 'data_root'>,
  { clock, logger }: Pick<Runtime, 'clock' | 'logger'>,
): Archive => {
  const archive_path = resolve(join(data_root, 'archive.db'))
  const messages_path = resolve(join(data_root, 'denidin.db'))
  const thread: ArchiveThread = new RequestThread<ArchiveRequests>({
    name: 'archive',
    file: THREAD_MAIN,
    data: { archive_path, messages_path } satisfies ArchiveThreadData,
    idle_ms: IDLE_MS,
    clock,
    logger,
  })
  return {
    thread,
    loads: {
      load: (request, options) => thread.request('ingest.load', request, options),
      runs: page => thread.request('ingest.runs', page),
      rejectedLines: page => thread.request('ingest.rejected', page),
    },
    maintenance: {
      verify: (check_hashes, options) => thread.request('archive.verify', { check_hashes }, options),
      rebuild: (backs_up, options) => thread.request('archive.rebuild', { backs_up }, options),
    },
    module: {
      name: 'archive',
      health: [thread],
      backupSources: [{ name: 'archive', path: archive_path, kind: 'sqlite', content: 'truth' }],
      stop: () => thread[Symbol.asyncDispose](),
    },
  }
}
