/** Wires the knowledge folder: its files, the thread that reads them, and the module that watches them. */
import type { Settings } from '../../config/settings.ts'
import { hasLongTermMemory, readsKnowledge } from '../../config/features.ts'
import { createKnowledgeModule } from '../../knowledge/knowledge-module.ts'
import { KnowledgeFolder } from '../../knowledge/knowledge-folder.ts'
import type { DocumentRequests } from '../../knowledge/reading/document-requests.ts'
import { createSqliteKnowledgeFiles } from '../../knowledge/sqlite/sqlite-knowledge-files.ts'
import { threadDocumentReader } from '../../knowledge/thread-document-reader.ts'
import type { Module } from '../../lifecycle/module.ts'
import type { OperationContext } from '../../operations/context.ts'
import type { BackgroundTasks } from '../../platform/background-tasks.ts'
import { MINUTE_MS, SECOND_MS } from '../../platform/clock.ts'
import { RequestThread } from '../../platform/threads/request-thread.ts'
import type { MemoryFeatures } from '../memory.ts'
import type { Runtime } from '../runtime.ts'
import type { Stores } from '../stores.ts'

/** The thread ends when nothing was read for this long. */
const IDLE_MS = MINUTE_MS
/** What one file may use: a hostile one must not hold up or fill the machine. */
const LIMITS = { request_ms: 30 * SECOND_MS, heap_megabytes: 256, growth_megabytes: 512 } as const
/** The file of the thread. A string instead of `import.meta.resolve`, which test runners lack. */
const THREAD_MAIN = new URL('./document-thread-main.ts', import.meta.url)

export interface Knowledge {
  readonly operations: OperationContext['knowledge']
  readonly module: Module
}

export interface KnowledgeDeps {
  readonly settings: Settings
  readonly stores: Stores
  readonly features: Pick<MemoryFeatures, 'memory' | 'purge'>
  readonly background: BackgroundTasks
}

/** Nothing is opened, loaded or watched before there is a folder to read. */
export const createKnowledge = (
  { settings, stores, features, background }: KnowledgeDeps,
  runtime: Runtime,
): Knowledge => {
  const files = createSqliteKnowledgeFiles(stores.database)
  const thread = new RequestThread<DocumentRequests>({
    name: 'knowledge',
    file: THREAD_MAIN,
    data: undefined,
    idle_ms: IDLE_MS,
    limits: LIMITS,
    ...runtime,
  })
  const folder = new KnowledgeFolder({
    ...runtime,
    settings: settings.knowledge,
    files,
    memories: stores.memories,
    longterm: features.memory,
    reader: threadDocumentReader(thread),
    purge: async () => {
      await features.purge()
      stores.database.scrub()
    },
  })
  const close = async (): Promise<void> => {
    await thread[Symbol.asyncDispose]()
  }
  const isOn = hasLongTermMemory(settings) && settings.feature_flags.enable_filesystem_extraction
  return {
    operations: { folder, files, reads: readsKnowledge(settings) },
    module: isOn
      ? createKnowledgeModule({ ...runtime, settings: settings.knowledge, folder, files, background, close })
      : { name: 'knowledge', stop: close },
  }
}
