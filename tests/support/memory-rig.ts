import { join } from 'node:path'
import { Database } from '../../src/database/sqlite/database.ts'
import { createChromaVectorIndex } from '../../src/vectors/chroma/chroma-vector-index.ts'
import type { ChromaServer } from '../../src/vectors/chroma/chroma-server.ts'
import { createManagedChromaServer } from '../../src/vectors/chroma/managed-chroma-server.ts'
import { createFactSearch } from '../../src/memory/fact-search.ts'
import { createMemoryEmbeddingSource } from '../../src/memory/memory-embedding-source.ts'
import { VectorLongTermMemory } from '../../src/memory/vector-long-term-memory.ts'
import type { Embedder } from '../../src/models/embedder.ts'
import { Embedding } from '../../src/vectors/embedding.ts'
import { createPersonalVectors } from '../../src/vectors/personal-vectors.ts'
import { noPreviousModel } from '../../src/vectors/previous-model.ts'
import { SourceVectors } from '../../src/vectors/source-vectors.ts'
import { defaultMinSimilarity } from '../../src/vectors/thresholds.ts'
import type { CollectionAllocator } from '../../src/vectors/collection-allocator.ts'
import type { LongTermMemory } from '../../src/memory/long-term-memory.ts'
import type { RecallSettings } from '../../src/memory/fact-ranking.ts'
import { PLAIN_MEMORY, type MemoryRecord } from '../../src/memory/memory.ts'
import type { MemoryStore } from '../../src/memory/memory-store.ts'
import { memoryMigrations } from '../../src/memory/sqlite/memory-migrations.ts'
import { createSqliteCollectionAllocator } from '../../src/vectors/sqlite/sqlite-collection-allocator.ts'
import { createSqliteMemoryStore } from '../../src/memory/sqlite/sqlite-memory-store.ts'
import { createSqliteVectorStore } from '../../src/vectors/sqlite/sqlite-vector-store.ts'
import { openVectorDatabase } from '../../src/vectors/sqlite/vector-database.ts'
import type { VectorIndex } from '../../src/vectors/vector-index.ts'
import type { VectorStore } from '../../src/vectors/vector-store.ts'
import type { Scope } from '../../src/messages/scope.ts'
import { systemClock, type Clock } from '../../src/platform/clock.ts'
import { systemIds, type Ids } from '../../src/platform/ids.ts'
import { silentLogger, type Logger } from '../../src/platform/logger.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import type { TokenCounter } from '../../src/text/tokens.ts'
import { recallOver, type Recall } from './memory-recall.ts'
import { WordEmbedder } from './memory-words.ts'
import { testSetAside } from './test-set-aside.ts'

/** Counts words: quick, and easy to follow in a test. */
export const wordCounter: TokenCounter = {
  count: text => text.split(/\s+/).filter(Boolean).length,
  cut: (text, tokens, keep) => {
    const parts = text.match(/\S+\s*/g) ?? []
    return (keep === 'start' ? parts.slice(0, tokens) : parts.slice(-tokens)).join('').trimEnd()
  },
}

export const DAY = 24 * 60 * 60 * 1000

let serial = 0

/** A memory; what a test does not care about is filled in. */
export const memoryOf = (scope: Scope, text: string, more: Partial<MemoryRecord> = {}): MemoryRecord => {
  serial += 1
  const at = systemClock.now()
  return {
    ...PLAIN_MEMORY,
    memory_id: `memory-${String(serial)}`,
    scope,
    person_ids: ['p1'],
    kind: 'session_summary',
    text,
    session_id: `session-${String(serial)}`,
    said_from: at,
    said_to: at,
    valid_from: at,
    created_at: at,
    ...more,
  }
}

export interface RigSettings extends Omit<RecallSettings, 'min_similarity'> {
  /** `undefined`: by the embedding model. */
  readonly min_similarity: number | undefined
  /** Most tokens of recalled memories in a request. */
  readonly recall_tokens: number
}

export const recallSettings: RigSettings & RecallSettings = {
  top_k_results: 5,
  min_similarity: 0.3,
  recall_tokens: 1000,
  semantic_weight: 0.8,
  recency_weight: 0.2,
}

interface MemoryParts {
  readonly settings: RigSettings
  readonly memories: MemoryStore
  readonly vectors: VectorStore
  readonly index: VectorIndex
  readonly embedder: Embedder
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
}

/** Long-term memory over these parts, as the modules of vectors and memory put it together. */
export const memoryOver = ({
  settings,
  memories,
  vectors,
  index,
  embedder,
  ...runtime
}: MemoryParts): { readonly memory: LongTermMemory; readonly source_vectors: SourceVectors } => {
  const source_vectors = new SourceVectors({
    setAside: testSetAside(),
    ...runtime,
    source: createMemoryEmbeddingSource(memories),
    space: embedder.space,
    vectors,
    index,
    model: {
      embedding: new Embedding(embedder, wordCounter, runtime.clock, runtime.logger),
      min_similarity: settings.min_similarity ?? defaultMinSimilarity(embedder.model),
      previous: noPreviousModel,
    },
    embeds: true,
  })
  const memory = new VectorLongTermMemory({
    memories,
    vectors: source_vectors,
    facts: createFactSearch({ settings, memories, vectors: source_vectors, clock: runtime.clock }),
    personal: createPersonalVectors(vectors, () => source_vectors.requestFullSync()),
  })
  return { memory, source_vectors }
}

export interface MemoryRig extends AsyncDisposable {
  readonly memory: LongTermMemory
  readonly source_vectors: SourceVectors
  readonly recall: Recall
  readonly memories: MemoryStore
  readonly vectors: VectorStore
  readonly index: VectorIndex
  readonly table: CollectionAllocator
  readonly server: ChromaServer
  readonly embedder: WordEmbedder
  /** Where Chroma keeps its data. */
  readonly chroma: string
}

/** Long-term memory on real parts in a data folder, as the app wires it; the words of a text stand for its meaning. */
export const openRig = async (
  folder: string,
  options: {
    readonly embedder?: WordEmbedder
    readonly collection_vectors?: number
    readonly server?: ChromaServer
    readonly logger?: Logger
    readonly settings?: Partial<RigSettings>
  } = {},
): Promise<MemoryRig> => {
  const logger = options.logger ?? silentLogger
  const embedder = options.embedder ?? new WordEmbedder()
  const shared = { clock: systemClock, ids: systemIds, logger }
  const database = new Database(join(folder, 'denidin.db'), memoryMigrations)
  const vectorDatabase = openVectorDatabase(join(folder, 'vectors.db'), systemClock, logger).database
  const chroma = join(folder, 'memory')
  const server = options.server ?? createManagedChromaServer({ folder: chroma, ...shared })
  const table = createSqliteCollectionAllocator(vectorDatabase, {
    space: embedder.space,
    ...(options.collection_vectors === undefined ? {} : { collection_vectors: options.collection_vectors }),
  })
  const index = createChromaVectorIndex({
    table,
    server,
    collection_name: 'denidin_memory',
    metrics: createMetrics(),
    ...shared,
  })
  const memories = createSqliteMemoryStore(database)
  const vectors = createSqliteVectorStore(vectorDatabase)
  const settings = { ...recallSettings, ...options.settings }
  const { memory, source_vectors } = memoryOver({ settings, memories, vectors, index, embedder, ...shared })
  return {
    memory,
    source_vectors,
    recall: recallOver(memory, memories, shared),
    memories,
    vectors,
    index,
    table,
    server,
    embedder,
    chroma,
    [Symbol.asyncDispose]: async () => {
      await memory[Symbol.asyncDispose]()
      database[Symbol.dispose]()
      vectorDatabase[Symbol.dispose]()
    },
  }
}
