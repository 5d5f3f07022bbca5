import { join, resolve } from 'node:path'
import type { Settings } from '../config/settings.ts'
import { createManagedChromaServer } from '../vectors/chroma/managed-chroma-server.ts'
import { createRemoteChromaServer } from '../vectors/chroma/remote-chroma-server.ts'
import type { ChromaServer } from '../vectors/chroma/chroma-server.ts'
import { createLongTermMemory } from '../memory/create-long-term-memory.ts'
import { createMessageSearch } from '../retrieval/create-message-search.ts'
import type { MessageVectors } from '../vectors/message-vectors.ts'
import { withFactSimilarity } from '../retrieval/fact-similarity.ts'
import type { LongTermMemory, MemorySync } from '../memory/long-term-memory.ts'
import { createNoLongTermMemory } from '../memory/no-long-term-memory.ts'
import { noMessageSearch } from '../retrieval/no-message-search.ts'
import { noVectorMaintenance } from '../vectors/maintenance/no-vector-maintenance.ts'
import type { MessageSearch } from '../retrieval/message-search.ts'
import { createHttpReranker } from '../retrieval/ranking/http-reranker.ts'
import { createLinearReranker } from '../retrieval/ranking/linear-reranker.ts'
import { RANKER_WEIGHTS } from '../retrieval/ranking/ranker-weights.ts'
import type { Reranker } from '../retrieval/ranking/reranker.ts'
import { FUSION, LEXICAL_WEIGHTS } from '../retrieval/ranking/weights.ts'
import { sharedQuestions } from '../vectors/query-embedding-cache.ts'
import { openIndexDatabase } from '../retrieval/sqlite/index-database.ts'
import { createSqliteFullTextIndex } from '../retrieval/sqlite/sqlite-full-text-index.ts'
import { openVectorDatabase } from '../vectors/sqlite/vector-database.ts'
import type { VectorMaintenance, VerifiablePart } from '../vectors/maintenance/vector-maintenance.ts'
import { createSqliteMessageReader } from '../messages/sqlite/sqlite-message-reader.ts'
import type { Models } from './models.ts'
import type { Stores } from './stores.ts'
import type { Runtime } from './runtime.ts'
import { createVectors } from './vectors.ts'

/** Whether anything is moved into long-term memory and recalled from it. */
export const remembers = (settings: Settings): boolean =>
  settings.feature_flags.enable_memory_system && settings.memory.longterm.enabled

/** Long-term memory, and what looks after its vectors. */
export interface Memory extends LongTermMemory, MemorySync {
  readonly maintenance: VectorMaintenance
  /** Indexes of another kind, which are verified with the vectors, join here. */
  readonly others: VerifiablePart[]
  /** Vectors of messages; `undefined` when it is off. */
  readonly messages: MessageVectors | undefined
}

/** Long-term memory as configured; switched off it starts no Chroma and opens no vector store. */
export const createMemory = async (
  settings: Settings,
  stores: Stores,
  models: Pick<Models, 'embedder' | 'embedderOf'>,
  parts: Runtime,
): Promise<Memory> => {
  if (!remembers(settings)) {
    return {
      ...createNoLongTermMemory(stores.memories),
      maintenance: noVectorMaintenance,
      others: [],
      messages: undefined,
    }
  }
  const { clock, logger } = parts
  const { longterm } = settings.memory
  const database = await openVectorDatabase(join(settings.data_root, 'vectors.db'), clock, logger)
  const embedder = sharedQuestions(models.embedder)
  const server = chromaServer(settings, parts)
  const {
    messages,
    maintenance: upkeep,
    ...wired
  } = await createVectors(settings, stores, embedder, models, {
    database,
    server,
    parts,
  })
  const memory = createLongTermMemory({
    ...parts,
    ...wired,
    settings: longterm,
    memories: stores.memories,
    embedder,
  })
  const others: VerifiablePart[] = []
  const kept = upkeep(memory, others)
  return {
    ...memory,
    messages,
    others,
    maintenance: kept,
    start: async () => {
      await memory.start()
      messages.start()
    },
    whenIdle: async () => {
      await memory.whenIdle()
      await messages.whenIdle()
    },
    health: async () => {
      const healthy = await memory.health()
      for (const health of [healthy, await messages.health()]) if (health.state !== 'ok') return health
      const doubt = await kept.thresholdWarning()
      return doubt === undefined ? healthy : { state: 'degraded', detail: doubt }
    },
    [Symbol.asyncDispose]: async () => {
      await messages[Symbol.asyncDispose]()
      await memory[Symbol.asyncDispose]()
      database[Symbol.dispose]()
    },
  }
}

/** Recall of single messages as configured; switched off, no index is opened. */
export const createPast = async (
  settings: Settings,
  stores: Stores,
  memory: Memory,
  parts: Runtime,
): Promise<MessageSearch> => {
  if (!remembers(settings)) return noMessageSearch
  const feed = createSqliteMessageReader(stores.database)
  const path = join(settings.data_root, 'index.db')
  const database = await openIndexDatabase(path, await stores.changeLog.latest(), parts.logger)
  const past = createMessageSearch({
    ...parts,
    feed,
    changeLog: stores.changeLog,
    index: createSqliteFullTextIndex(database),
    weights: LEXICAL_WEIGHTS,
    fusion: FUSION,
    reranker: rerankerOf(settings, stores, parts),
    vectors: withFactSimilarity(memory, memory.messages),
  })
  memory.others.push(past.words)
  return {
    ...past,
    [Symbol.asyncDispose]: async () => {
      await past[Symbol.asyncDispose]()
      database[Symbol.dispose]()
    },
  }
}

const rerankerOf = ({ memory }: Settings, { meter }: Stores, parts: Runtime): Reranker | undefined => {
  const { kind, url, model, api_key } = memory.longterm.reranker
  if (kind === 'linear') return createLinearReranker(RANKER_WEIGHTS)
  return kind === 'http' && url !== undefined
    ? createHttpReranker({ url, model, api_key }, { ...parts, meter })
    : undefined
}

const chromaServer = (settings: Settings, parts: Runtime): ChromaServer => {
  const { chroma, storage_dir } = settings.memory.longterm
  return chroma.mode === 'remote' && chroma.url !== undefined
    ? createRemoteChromaServer({ ...parts, url: chroma.url })
    : createManagedChromaServer({ ...parts, folder: resolve(settings.data_root, storage_dir) })
}
