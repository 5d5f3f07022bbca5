/** Wires the conscious agent and the profiles that it writes. */
import type { Embedder } from '../models/embedder.ts'
import { createEmbeddingSimilarity } from '../learning/consolidation/embedding-similarity.ts'
import type { Learner } from '../learning/learner.ts'
import { DuplicateMerger } from '../learning/agent/merge-duplicates.ts'
import { hasMemoryAgent } from '../config/features.ts'
import type { Settings } from '../config/settings.ts'
import type { Scope } from '../messages/scope.ts'
import { createProfileOf, type ProfileOf } from '../conversation/profile.ts'
import { zoneOf } from '../people/personal-zones.ts'
import { MemoryAgent, noConsciousAgent, type ConsciousAgent } from '../learning/agent/conscious-agent.ts'
import type { FeatureGate } from '../rollout/feature-gate.ts'
import type { Stores } from './stores.ts'
import type { Runtime } from './runtime.ts'

export interface AgentDeps {
  readonly settings: Settings
  readonly stores: Stores
  readonly embedder: Embedder
  readonly learner: Pick<Learner, 'exclusive'>
  readonly gate: FeatureGate
}

/** The agent as configured. */
export const createAgent = (
  { settings, stores, embedder, learner, gate }: AgentDeps,
  runtime: Runtime,
): ConsciousAgent => {
  const { interval_hours } = settings.memory.agent
  if (!hasMemoryAgent(settings)) return noConsciousAgent(interval_hours)
  const { memories, memoryLog: log, profiles } = stores
  const includes = (scope: Scope): Promise<boolean> => gate.has('enable_conscious_agent', scope)
  const merger = new DuplicateMerger({
    includes,
    memories,
    clock: runtime.clock,
    setAside: runtime.setAside,
    similarity: createEmbeddingSimilarity(embedder),
    nameOf: async person_id => (await stores.people.find(person_id))?.name,
    exclusive: (scope, act) => learner.exclusive(scope, act),
  })
  const mergeDuplicates = (signal: AbortSignal): Promise<readonly string[]> => merger.mergeAll(signal)
  return new MemoryAgent({ ...runtime, memories, log, profiles, mergeDuplicates, includes, interval_hours })
}

/** Reads profiles; there are none while the agent is disabled. */
export const createProfileReader = (
  settings: Settings,
  gate: FeatureGate,
  { profiles, memories, preferences }: Stores,
  { clock }: Pick<Runtime, 'clock'>,
): ProfileOf => {
  if (!hasMemoryAgent(settings)) return () => Promise.resolve([])
  const profileOf = createProfileOf({ profiles, memories, clock, zoneOf: zoneOf(preferences, clock) })
  return async scope => ((await gate.has('enable_conscious_agent', scope)) ? await profileOf(scope) : [])
}
