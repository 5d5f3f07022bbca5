/**
 * Maps the settings to the vectors, memory and retrieval modules, or to their null objects while memory is disabled.
 */
import { join, resolve } from 'node:path'
import { hasLongTermMemory, readsKnowledge } from '../config/features.ts'
import type { Settings } from '../config/settings.ts'
import type { Module } from '../lifecycle/module.ts'
import type { LongTermMemory } from '../memory/long-term-memory.ts'
import type { AuditLog } from '../memory/audit-log.ts'
import { createMemoryEmbeddingSource } from '../memory/memory-embedding-source.ts'
import { createMemoryModule } from '../memory/memory-module.ts'
import { noSharedMemory, type SharedMemory } from '../memory/shared-memory.ts'
import { createNoLongTermMemory } from '../memory/no-long-term-memory.ts'
import { createSqliteMessageReader } from '../messages/sqlite/sqlite-message-reader.ts'
import { createSqliteMessageContext } from '../messages/sqlite/sqlite-message-context.ts'
import { zoneOf } from '../people/personal-zones.ts'
import { pastMerges } from '../people/sqlite/past-merges.ts'
import { createFullTextModule, type FullTextModule } from '../retrieval/full-text/full-text-module.ts'
import type { HealthCheck } from '../platform/health.ts'
import type { MessageIndex } from '../retrieval/full-text/message-index.ts'
import { createDisabledMessageIndex } from '../retrieval/full-text/disabled-message-index.ts'
import { createRetrievalModule, type RetrievalSettings } from '../retrieval/retrieval-module.ts'
import { ScopePolicy } from '../retrieval/scope-policy.ts'
import { noSearch, type SearchService } from '../retrieval/search-service.ts'
import { DisabledVectors } from '../vectors/disabled-vectors.ts'
import { noVectorMaintenance } from '../vectors/maintenance/no-vector-maintenance.ts'
import type { VectorMaintenance } from '../vectors/maintenance/vector-maintenance.ts'
import type { MessageVectors } from '../vectors/message-vectors.ts'
import { createNoMessageVectors } from '../vectors/no-message-vectors.ts'
import { createVectorsModule, type VectorsModule, type VectorsSettings } from '../vectors/vectors-module.ts'
import type { Models } from './models.ts'
import type { Runtime } from './runtime.ts'
import type { BaseStores, Stores } from './stores.ts'

/** The indexes over memories and messages: derived data, which also contains personal data. */
export interface OpenIndexes {
  readonly fullText: FullTextModule
  readonly vectors: VectorsModule
}

/** The indexes of an earlier run while they are disabled: forgotten data is erased from them too. */
interface DisabledIndexes {
  readonly fullText: MessageIndex
  readonly disabledVectors: DisabledVectors
}

/**
 * While memory is disabled, Chroma does not start, and the vector store and the full-text index are opened only for
 * erasures.
 */
export type Indexes = OpenIndexes | DisabledIndexes

/** Whether long-term memory is enabled. */
export const areOpen = (indexes: Indexes): indexes is OpenIndexes => 'vectors' in indexes

export interface IndexesDeps {
  readonly settings: Settings
  readonly stores: BaseStores
  readonly models: Pick<Models, 'embedder' | 'embedderOf'>
  readonly runtime: Runtime
}

/** Opens the indexes. They come before the people, because merging two people reassigns their data in the indexes. */
export const openIndexes = async ({ settings, stores, models, runtime }: IndexesDeps): Promise<Indexes> => {
  if (!hasLongTermMemory(settings)) return disabledIndexes(settings, stores, runtime)
  const fullText = await createFullTextModule({
    database_path: join(settings.data_root, 'index.db'),
    feed: createSqliteMessageReader(stores.database),
    changeLog: stores.changeLog,
    zoneOf: zoneOf(stores.preferences, runtime.clock),
    clock: runtime.clock,
    setAside: runtime.setAside,
    logger: runtime.logger,
  })
  const vectors = await createVectorsModule({
    settings: vectorsSettings(settings),
    embedder: models.embedder,
    embedderOf: space => models.embedderOf(space),
    memorySource: createMemoryEmbeddingSource(stores.memories),
    memorySessions: stores.memories,
    messages: {
      context: createSqliteMessageContext(stores.database),
      changeLog: stores.changeLog,
      history: stores.messages.history,
    },
    pastMerges: pastMerges(stores.database),
    verifiable: [fullText.following.verification],
    runtime,
  })
  return { fullText, vectors }
}

const disabledIndexes = (settings: Settings, stores: BaseStores, runtime: Runtime): DisabledIndexes => ({
  fullText: createDisabledMessageIndex(join(settings.data_root, 'index.db')),
  disabledVectors: new DisabledVectors({
    settings: vectorsSettings(settings),
    messages: { context: createSqliteMessageContext(stores.database), changeLog: stores.changeLog },
    pastMerges: () => pastMerges(stores.database),
    runtime,
  }),
})

/** The modules of the indexes, in the order in which they start. */
export const indexModules = (indexes: Indexes): readonly Module[] =>
  areOpen(indexes)
    ? [indexes.fullText, indexes.vectors]
    : [{ name: 'indexes', personalData: [indexes.fullText.personal, indexes.disabledVectors.personal] }]

/** The parts of memory and search that the rest of the app uses. */
export interface MemoryFeatures {
  readonly memory: LongTermMemory
  readonly messageVectors: MessageVectors
  readonly messageIndex: MessageIndex
  readonly maintenance: VectorMaintenance
  /** Rewrites index files that still contain deleted vectors. @returns whether none is left that does */
  readonly purge: () => Promise<boolean>
  readonly search: SearchService
  /** What everyone may recall. */
  readonly shared: SharedMemory
  readonly scopes: ScopePolicy
  /** The health of the files of the indexes. */
  readonly files: readonly HealthCheck[]
  /** In the order in which they start, including those of the indexes. */
  readonly modules: readonly Module[]
}

export interface MemoryFeaturesDeps {
  readonly settings: Settings
  readonly stores: Stores
  readonly indexes: Indexes
  readonly audit: AuditLog
  readonly runtime: Runtime
}

/** Long-term memory and search over the indexes, or their null objects. */
export const createMemoryFeatures = ({
  settings,
  stores,
  indexes,
  audit,
  runtime,
}: MemoryFeaturesDeps): MemoryFeatures => {
  const feed = createSqliteMessageReader(stores.database)
  const scopes = new ScopePolicy({
    people: stores.people,
    audit,
    sources: [feed, stores.memories],
    godfather_scope: settings.memory.godfather_scope,
  })
  if (!areOpen(indexes)) return memoryOff(stores, scopes, indexes)
  const { fullText, vectors } = indexes
  const memory = createMemoryModule({
    settings: settings.memory.longterm,
    memories: stores.memories,
    vectors,
    shares: readsKnowledge(settings),
    clock: runtime.clock,
    logger: runtime.logger,
  })
  const retrieval = createRetrievalModule({
    settings: retrievalSettings(settings),
    fullText,
    feed,
    facts: memory.memory,
    memories: stores.memories,
    zoneOf: zoneOf(stores.preferences, runtime.clock),
    vectors: vectors.messages,
    policy: scopes,
    meter: stores.meter,
    runtime,
  })
  return {
    memory: memory.memory,
    messageVectors: vectors.messages,
    messageIndex: fullText.following,
    maintenance: vectors.maintenance,
    purge: () => vectors.purge(),
    search: retrieval.search,
    shared: memory.shared,
    scopes,
    files: [fullText.file, vectors.file],
    modules: [...indexModules(indexes), memory, retrieval],
  }
}

const memoryOff = (stores: Stores, scopes: ScopePolicy, indexes: DisabledIndexes): MemoryFeatures => {
  const { fullText, disabledVectors } = indexes
  const memory = createNoLongTermMemory(stores.memories, disabledVectors)
  return {
    memory,
    messageVectors: createNoMessageVectors(() => disabledVectors.deleteMessages()),
    messageIndex: fullText,
    maintenance: noVectorMaintenance,
    purge: () => disabledVectors.purge(),
    search: noSearch,
    shared: noSharedMemory,
    scopes,
    files: [],
    modules: [
      ...indexModules(indexes),
      { name: 'memory', health: [{ name: 'memory', health: () => memory.health() }] },
    ],
  }
}

const vectorsSettings = ({ data_root, memory, feature_flags, embeddings }: Settings): VectorsSettings => {
  const { chroma, storage_dir, collection_name, min_similarity } = memory.longterm
  return {
    database_path: join(data_root, 'vectors.db'),
    chroma_folder: resolve(data_root, storage_dir),
    chroma_url: chroma.mode === 'remote' ? chroma.url : undefined,
    collection_name,
    min_similarity,
    // The offline embedder only compares words, and the full-text index does that better.
    embed_messages: feature_flags.use_schema_v2 && embeddings.provider !== 'offline',
  }
}

const retrievalSettings = ({ memory }: Settings): RetrievalSettings => {
  const { kind, url, model, api_key } = memory.longterm.reranker
  if (kind !== 'http') return { reranker: { kind } }
  return { reranker: url === undefined ? { kind: 'none' } : { kind, url, model, api_key } }
}
