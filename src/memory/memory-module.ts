/** The memory feature: long-term memory over its store and vectors, and its health. */
import type { Module } from '../lifecycle/module.ts'
import type { Clock } from '../platform/clock.ts'
import type { Health } from '../platform/health.ts'
import type { VectorsModule } from '../vectors/vectors-module.ts'
import { createFactSearch, type FactSearchDeps } from './fact-search.ts'
import type { LongTermMemory } from './long-term-memory.ts'
import type { MemoryStore } from './memory-store.ts'
import { VectorLongTermMemory } from './vector-long-term-memory.ts'

export interface MemoryModuleDeps {
  readonly settings: FactSearchDeps['settings']
  readonly memories: MemoryStore
  readonly vectors: Pick<VectorsModule, 'memories' | 'messages' | 'maintenance' | 'personal'>
  readonly clock: Clock
}

export interface MemoryModule extends Module {
  readonly memory: LongTermMemory
}

export const createMemoryModule = ({ settings, memories, vectors, clock }: MemoryModuleDeps): MemoryModule => {
  const memory = new VectorLongTermMemory({
    memories,
    vectors: vectors.memories,
    facts: createFactSearch({ settings, memories, vectors: vectors.memories, clock }),
    personal: vectors.personal,
  })
  return {
    name: 'memory',
    memory,
    health: [{ name: 'memory', health: () => healthOf(memory, vectors) }],
    start: () => memory.start(),
    stop: async () => undefined,
  }
}

/** The first problem of memories, of messages, or of the threshold. */
const healthOf = async (
  memory: LongTermMemory,
  { messages, maintenance }: Pick<VectorsModule, 'messages' | 'maintenance'>,
): Promise<Health> => {
  const healthy = await memory.health()
  for (const health of [healthy, await messages.health()]) if (health.state !== 'ok') return health
  const warning = await maintenance.thresholdWarning()
  return warning === undefined ? healthy : { state: 'degraded', detail: warning }
}
