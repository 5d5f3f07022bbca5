import { join, resolve } from 'node:path'
import type { Settings } from '../config/settings.ts'
import { createManagedChromaServer } from '../memory/chroma/managed-chroma-server.ts'
import { createRemoteChromaServer } from '../memory/chroma/remote-chroma-server.ts'
import type { ChromaServer } from '../memory/chroma/chroma-server.ts'
import { createLongTermMemory } from '../memory/create-long-term-memory.ts'
import type { MessageVectors } from '../memory/create-message-vectors.ts'
import type { LongTermMemory, MemoryUpkeep } from '../memory/long-term-memory.ts'
import { createNoLongTermMemory } from '../memory/null/no-long-term-memory.ts'
import { noVectorUpkeep } from '../memory/null/no-vector-upkeep.ts'
import { sharedQuestions } from '../memory/shared-questions.ts'
import { openVectorDatabase } from '../memory/sqlite/vector-database.ts'
import type { VectorUpkeep } from '../memory/upkeep/vector-upkeep.ts'
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
    return { ...createNoLongTermMemory(stores.memories), upkeep: noVectorUpkeep, messages: undefined }
  }
  const { clock, logger } = parts
  const { longterm } = settings.memory
  const database = await openVectorDatabase(join(settings.data_root, 'vectors.db'), clock, logger)
  const embedder = sharedQuestions(models.embedder)
  const server = chromaServer(settings, parts)
  const { messages, upkeep, ...wired } = await createVectors(settings, stores, embedder, models, {
    ...{ database, server, parts },
  })
  const memory = createLongTermMemory({
    ...parts,
    ...wired,
    settings: longterm,
    memories: stores.memories,
    embedder,
  })
  const kept = upkeep(memory)
  return {
    ...memory,
    messages,
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
      for (const health of [await memory.health(), await messages.health()]) if (health.state !== 'ok') return health
      const doubt = await kept.doubt()
      return doubt === undefined ? await memory.health() : { state: 'degraded', detail: doubt }
    },
    [Symbol.asyncDispose]: async () => {
      await messages[Symbol.asyncDispose]()
      await memory[Symbol.asyncDispose]()
      database[Symbol.dispose]()
    },
  }
}

const chromaServer = (settings: Settings, parts: Surroundings): ChromaServer => {
  const { chroma, storage_dir } = settings.memory.longterm
  return chroma.mode === 'remote' && chroma.url !== undefined
    ? createRemoteChromaServer({ ...parts, url: chroma.url })
    : createManagedChromaServer({ ...parts, folder: resolve(settings.data_root, storage_dir) })
}
