/** The memory feature: long-term memory over its store and vectors, and its health. */
import type { Module } from '../lifecycle/module.ts'
import type { Clock } from '../platform/clock.ts'
import type { Health } from '../platform/health.ts'
import type { VectorsModule } from '../vectors/vectors-module.ts'
import type { Logger } from '../platform/logger.ts'
import { createSharedMemory, noSharedMemory, type SharedMemory } from './shared-memory.ts'
import { createFactSearch, type FactSearchDeps } from './fact-search.ts'
import type { LongTermMemory } from './long-term-memory.ts'
import type { MemoryStore } from './memory-store.ts'
import { VectorLongTermMemory } from './vector-long-term-memory.ts'

export interface MemoryModuleDeps {
  readonly settings: FactSearchDeps['settings']
  /** Whether anything is shared with everyone. */
  readonly shares: boolean
  readonly memories: MemoryStore
  readonly vectors: Pick<VectorsModule, 'memories' | 'messages' | 'maintenance' | 'personal'>
  readonly clock: Clock
  readonly logger: Logger
}

export interface MemoryModule extends Module {
  readonly memory: LongTermMemory
  /** What everyone may recall. */
  readonly shared: SharedMemory
}

export const createMemoryModule = ({
  settings,
  shares,
  memories,
  vectors,
  clock,
  logger,
}: MemoryModuleDeps): MemoryModule => {
  const memory = new VectorLongTermMemory({
    memories,
    vectors: vectors.memories,
    facts: createFactSearch({ settings, memories, vectors: vectors.memories, clock }),
    personal: vectors.personal,
  })
  return {
    name: 'memory',
    memory,
    shared: shares ? createSharedMemory({ memories, vectors: vectors.memories, clock, logger }) : noSharedMemory,
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
