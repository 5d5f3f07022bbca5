import { join } from 'node:path'
import { Database } from '../../src/database/sqlite/database.ts'
import { createChromaVectorIndex } from '../../src/vectors/chroma/chroma-vector-index.ts'
import type { ChromaServer } from '../../src/vectors/chroma/chroma-server.ts'
import { createManagedChromaServer } from '../../src/vectors/chroma/managed-chroma-server.ts'
import { createLongTermMemory, type LongTermSettings } from '../../src/memory/create-long-term-memory.ts'
import type { CollectionAllocator } from '../../src/vectors/collection-allocator.ts'
import type { LongTermMemory, MemorySync } from '../../src/memory/long-term-memory.ts'
import { PLAIN_MEMORY, type MemoryRecord } from '../../src/memory/memory.ts'
import type { MemoryStore } from '../../src/memory/memory-store.ts'
import { memoryMigrations } from '../../src/memory/sqlite/memory-migrations.ts'
import { createSqliteAllocationTable } from '../../src/vectors/sqlite/sqlite-collection-allocator.ts'
import { createSqliteMemoryStore } from '../../src/memory/sqlite/sqlite-memory-store.ts'
import { createSqliteVectorStore } from '../../src/vectors/sqlite/sqlite-vector-store.ts'
import { openVectorDatabase } from '../../src/vectors/sqlite/vector-database.ts'
import type { VectorIndex } from '../../src/vectors/vector-index.ts'
import type { VectorStore } from '../../src/vectors/vector-store.ts'
import type { Scope } from '../../src/messages/scope.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { systemIds } from '../../src/platform/ids.ts'
import { silentLogger, type Logger } from '../../src/platform/logger.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import type { TokenCounter } from '../../src/text/tokens.ts'
import { WordEmbedder } from './memory-words.ts'

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

export const recallSettings: LongTermSettings = {
  top_k_results: 5,
  min_similarity: 0.3,
  semantic_weight: 0.8,
  recency_weight: 0.2,
}

export interface MemoryRig extends AsyncDisposable {
  readonly memory: LongTermMemory & MemorySync
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
    readonly settings?: Partial<LongTermSettings>
  } = {},
): Promise<MemoryRig> => {
  const logger = options.logger ?? silentLogger
  const embedder = options.embedder ?? new WordEmbedder()
  const shared = { clock: systemClock, ids: systemIds, logger }
  const database = new Database(join(folder, 'denidin.db'), memoryMigrations)
  const vectorDatabase = await openVectorDatabase(join(folder, 'vectors.db'), systemClock, logger)
  const chroma = join(folder, 'memory')
  const server = options.server ?? createManagedChromaServer({ folder: chroma, ...shared })
  const table = createSqliteAllocationTable(vectorDatabase, {
    space: embedder.space,
    ...(options.collection_vectors === undefined ? {} : { collection_vectors: options.collection_vectors }),
  })
  const index = createChromaVectorIndex({ table, server, collection_name: 'denidin_memory', ...shared })
  const memories = createSqliteMemoryStore(database)
  const vectors = createSqliteVectorStore(vectorDatabase)
  const memory = createLongTermMemory({
    settings: { ...recallSettings, ...options.settings },
    memories,
    vectors,
    index,
    embedder,
    tokens: wordCounter,
    metrics: createMetrics(),
    ...shared,
  })
  return {
    memory,
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
