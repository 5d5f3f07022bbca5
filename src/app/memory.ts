import { join, resolve } from 'node:path'
import type { Settings } from '../config/settings.ts'
import { createChromaVectorIndex } from '../memory/chroma/chroma-vector-index.ts'
import { createManagedChromaServer } from '../memory/chroma/managed-chroma-server.ts'
import { createRemoteChromaServer } from '../memory/chroma/remote-chroma-server.ts'
import type { ChromaServer } from '../memory/chroma/chroma-server.ts'
import { createLongTermMemory } from '../memory/create-long-term-memory.ts'
import { createPastMessages } from '../memory/create-past-messages.ts'
import type { LongTermMemory, MemoryUpkeep } from '../memory/long-term-memory.ts'
import { createNoLongTermMemory } from '../memory/null/no-long-term-memory.ts'
import { noPastMessages } from '../memory/null/no-past-messages.ts'
import type { PastMessages } from '../memory/past-messages.ts'
import { createHttpReranker } from '../memory/recall/http-reranker.ts'
import { createLinearReranker } from '../memory/recall/linear-reranker.ts'
import { RANKER_WEIGHTS } from '../memory/recall/ranker-weights.ts'
import type { Reranker } from '../memory/recall/reranker.ts'
import { FUSION, LEXICAL_WEIGHTS } from '../memory/recall/weights.ts'
import { openIndexDatabase } from '../memory/sqlite/index-database.ts'
import { createSqliteAllocationTable } from '../memory/sqlite/sqlite-allocation-table.ts'
import { createSqliteMessageIndex } from '../memory/sqlite/sqlite-message-index.ts'
import { createSqliteVectorStore } from '../memory/sqlite/sqlite-vector-store.ts'
import { openVectorDatabase } from '../memory/sqlite/vector-database.ts'
import { createSqliteMessageFeed } from '../messages/sqlite/sqlite-message-feed.ts'
import type { Embedder } from '../models/embedder.ts'
import type { Stores } from './stores.ts'
import type { Surroundings } from './surroundings.ts'

/** Whether anything is moved into long-term memory and recalled from it. */
export const remembers = (settings: Settings): boolean =>
  settings.feature_flags.enable_memory_system && settings.memory.longterm.enabled

/** Long-term memory as configured; switched off it starts no Chroma and opens no vector store. */
export const createMemory = async (
  settings: Settings,
  stores: Stores,
  embedder: Embedder,
  parts: Surroundings,
): Promise<LongTermMemory & MemoryUpkeep> => {
  if (!remembers(settings)) return createNoLongTermMemory(stores.memories)
  const { clock, logger } = parts
  const { longterm } = settings.memory
  const database = await openVectorDatabase(join(settings.data_root, 'vectors.db'), clock, logger)
  const memory = createLongTermMemory({
    ...parts,
    settings: longterm,
    memories: stores.memories,
    vectors: createSqliteVectorStore(database),
    index: createChromaVectorIndex({
      table: createSqliteAllocationTable(database, { space: embedder.space }),
      server: chromaServer(settings, parts),
      collection_name: longterm.collection_name,
      ...{ clock, logger },
    }),
    embedder,
  })
  return {
    ...memory,
    [Symbol.asyncDispose]: async () => {
      await memory[Symbol.asyncDispose]()
      database[Symbol.dispose]()
    },
  }
}

/** Recall of single messages as configured; switched off, no index is opened. */
export const createPast = async (settings: Settings, stores: Stores, parts: Surroundings): Promise<PastMessages> => {
  if (!remembers(settings)) return noPastMessages
  const feed = createSqliteMessageFeed(stores.database)
  const path = join(settings.data_root, 'index.db')
  const database = await openIndexDatabase(path, await feed.latestChange(), parts.logger)
  const past = createPastMessages({
    ...parts,
    ...{ feed, index: createSqliteMessageIndex(database), weights: LEXICAL_WEIGHTS, fusion: FUSION },
    ...{ reranker: rerankerOf(settings, stores, parts), vectors: undefined },
  })
  return {
    ...past,
    [Symbol.asyncDispose]: async () => {
      await past[Symbol.asyncDispose]()
      database[Symbol.dispose]()
    },
  }
}

const rerankerOf = ({ memory }: Settings, { meter }: Stores, parts: Surroundings): Reranker | undefined => {
  const { kind, url, model, api_key } = memory.longterm.reranker
  if (kind === 'linear') return createLinearReranker(RANKER_WEIGHTS)
  return kind === 'http' && url !== undefined
    ? createHttpReranker({ url, model, api_key }, { ...parts, meter })
    : undefined
}

const chromaServer = (settings: Settings, parts: Surroundings): ChromaServer => {
  const { chroma, storage_dir } = settings.memory.longterm
  return chroma.mode === 'remote' && chroma.url !== undefined
    ? createRemoteChromaServer({ ...parts, url: chroma.url })
    : createManagedChromaServer({ ...parts, folder: resolve(settings.data_root, storage_dir) })
}
