/** Long-term memory while it is disabled. */
import type { Health } from '../platform/health.ts'
import type { LongTermMemory } from './long-term-memory.ts'
import type { PersonalData } from '../people/personal-data.ts'
import { NO_FACTS } from './fact-search.ts'
import type { MemoryStore } from './memory-store.ts'

/** The vectors of an earlier run. */
export interface DisabledMemoryVectors {
  readonly personal: PersonalData
  deleteMemories(memory_ids: readonly string[]): Promise<void>
}

const NO_VECTORS: DisabledMemoryVectors = {
  personal: {
    name: 'vectors',
    tables: [],
    count: async () => 0,
    export: async function* () {},
    erase: async () => 0,
    reassign: async () => undefined,
  },
  deleteMemories: async () => undefined,
}

const OFF: Health = { state: 'off', detail: 'Long-term memory is switched off.' }

/**
 * Disabled long-term memory: it recalls nothing, stores nothing and runs no server. Earlier memories stay where they
 * are, can be listed and counted, and are available again once memory is enabled.
 */
export const createNoLongTermMemory = (
  memories: Pick<MemoryStore, 'counts' | 'list' | 'listAll' | 'removeOfSession'>,
  vectors: DisabledMemoryVectors = NO_VECTORS,
): LongTermMemory => ({
  personal: vectors.personal,
  start: async () => undefined,
  findFacts: async () => NO_FACTS,
  store: async memory => ({ added: false, memory }),
  forget: async session_id => {
    await memories.removeOfSession(session_id)
  },
  deleteVectors: async memory_ids => {
    await vectors.deleteMemories(memory_ids)
    return { vectors: 0, index: 0 }
  },
  list: async (scope, page) => (scope === 'all' ? await memories.listAll(page) : await memories.list(scope, page)),
  stats: async () => ({
    enabled: false,
    ...(await memories.counts()),
    pending_embedding: 0,
    pending_index: 0,
    space: '',
    min_similarity: 0,
    index: OFF,
  }),
  whenIdle: async () => undefined,
  health: async () => OFF,
  [Symbol.asyncDispose]: async () => undefined,
})
