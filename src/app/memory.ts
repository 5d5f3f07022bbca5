import { join, resolve } from 'node:path'
import type { Settings } from '../config/settings.ts'
import { createManagedChromaServer } from '../memory/chroma/managed-chroma-server.ts'
import { createRemoteChromaServer } from '../memory/chroma/remote-chroma-server.ts'
import type { ChromaServer } from '../memory/chroma/chroma-server.ts'
import { createLongTermMemory } from '../memory/create-long-term-memory.ts'
import { createPastMessages } from '../memory/create-past-messages.ts'
import type { MessageVectors } from '../memory/vectors/create-message-vectors.ts'
import { withFactKeys } from '../memory/fact-keys.ts'
import type { LongTermMemory, MemoryUpkeep } from '../memory/long-term-memory.ts'
import { createNoLongTermMemory } from '../memory/null/no-long-term-memory.ts'
import { noPastMessages } from '../memory/null/no-past-messages.ts'
import { noVectorUpkeep } from '../memory/null/no-vector-upkeep.ts'
import type { PastMessages } from '../memory/past-messages.ts'
import { createHttpReranker } from '../memory/recall/http-reranker.ts'
import { createLinearReranker } from '../memory/recall/linear-reranker.ts'
import { RANKER_WEIGHTS } from '../memory/recall/ranker-weights.ts'
import type { Reranker } from '../memory/recall/reranker.ts'
import { FUSION, LEXICAL_WEIGHTS } from '../memory/recall/weights.ts'
import { sharedQuestions } from '../memory/vectors/shared-questions.ts'
import { openIndexDatabase } from '../memory/sqlite/index-database.ts'
import { createSqliteMessageIndex } from '../memory/sqlite/sqlite-message-index.ts'
import { openVectorDatabase } from '../memory/sqlite/vector-database.ts'
import type { VectorUpkeep, VerifiablePart } from '../memory/upkeep/vector-upkeep.ts'
import { createSqliteMessageFeed } from '../messages/sqlite/sqlite-message-feed.ts'
import type { Models } from './models.ts'
import type { Stores } from './stores.ts'
import type { Surroundings } from './surroundings.ts'
import { createVectors } from './vectors.ts'

/** Whether anything is moved into long-term memory and recalled from it. */
export const remembers = (settings: Settings): boolean =>
  settings.feature_flags.enable_memory_system && settings.memory.longterm.enabled

/** Long-term memory, and what looks after its vectors. */
export interface Memory extends LongTermMemory, MemoryUpkeep {
  readonly upkeep: VectorUpkeep
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
  parts: Surroundings,
): Promise<Memory> => {
  if (!remembers(settings)) {
    return { ...createNoLongTermMemory(stores.memories), upkeep: noVectorUpkeep, others: [], messages: undefined }
  }
  const { clock, logger } = parts
  const { longterm } = settings.memory
  const database = await openVectorDatabase(join(settings.data_root, 'vectors.db'), clock, logger)
  const embedder = sharedQuestions(models.embedder)
  const server = chromaServer(settings, parts)
  const { messages, upkeep, ...wired } = await createVectors(settings, stores, embedder, models, {
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
    upkeep: kept,
    start: async () => {
      await memory.start()
      messages.start()
    },
    settled: async () => {
      await memory.settled()
      await messages.settled()
    },
    health: async () => {
      const healthy = await memory.health()
      for (const health of [healthy, await messages.health()]) if (health.state !== 'ok') return health
      const doubt = await kept.doubt()
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
  parts: Surroundings,
): Promise<PastMessages> => {
  if (!remembers(settings)) return noPastMessages
  const feed = createSqliteMessageFeed(stores.database)
  const path = join(settings.data_root, 'index.db')
  const database = await openIndexDatabase(path, await feed.latestChange(), parts.logger)
  const past = createPastMessages({
    ...parts,
    feed,
    index: createSqliteMessageIndex(database),
    weights: LEXICAL_WEIGHTS,
    fusion: FUSION,
    reranker: rerankerOf(settings, stores, parts),
    vectors: withFactKeys(memory, memory.messages),
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
