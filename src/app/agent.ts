import type { Embedder } from '../models/embedder.ts'
import { createEmbeddedLikeness } from '../learning/consolidation/embedding-similarity.ts'
import type { Learner } from '../learning/learner.ts'
import { createMerging } from '../learning/agent/merge-duplicates.ts'
import type { Settings } from '../config/settings.ts'
import { createProfileOf, type ProfileOf } from '../conversation/profile.ts'
import { createConsciousAgent, noConsciousAgent, type ConsciousAgent } from '../learning/agent/conscious-agent.ts'
import { remembers } from './memory.ts'
import type { Stores } from './stores.ts'
import type { Runtime } from './runtime.ts'

/** Whether facts are kept near at hand by what is asked for. */
const isOn = (settings: Settings): boolean => remembers(settings) && settings.feature_flags.enable_conscious_agent

export interface AgentDeps {
  readonly settings: Settings
  readonly stores: Stores
  readonly embedder: Embedder
  readonly learner: Learner | undefined
}

/** The agent as configured. */
export const createAgent = ({ settings, stores, embedder, learner }: AgentDeps, parts: Runtime): ConsciousAgent => {
  const { interval_hours } = settings.memory.agent
  if (!isOn(settings)) return noConsciousAgent(interval_hours)
  const { memories, memoryLog: log, profiles } = stores
  const mergeDuplicates = createMerging({
    memories,
    clock: parts.clock,
    likeness: createEmbeddedLikeness(embedder),
    nameOf: async person_id => (await stores.people.find(person_id))?.name,
    alone: learner === undefined ? (_scope, act) => act() : (scope, act) => learner.alone(scope, act),
  })
  return createConsciousAgent({ ...parts, memories, log, profiles, mergeDuplicates, interval_hours })
}

/** Reads profiles; nobody has one while the agent is off. */
export const createProfileReader = (settings: Settings, stores: Stores): ProfileOf =>
  isOn(settings) ? createProfileOf({ profiles: stores.profiles, memories: stores.memories }) : () => Promise.resolve([])
