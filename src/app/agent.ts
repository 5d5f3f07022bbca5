import type { Settings } from '../config/settings.ts'
import { createProfileOf, type ProfileOf } from '../conversation/profile.ts'
import { createConsciousAgent, noConsciousAgent, type ConsciousAgent } from '../learning/agent/conscious-agent.ts'
import { remembers } from './memory.ts'
import type { Stores } from './stores.ts'
import type { Surroundings } from './surroundings.ts'

/** Whether facts are kept near at hand by what is asked for. */
const isOn = (settings: Settings): boolean => remembers(settings) && settings.feature_flags.enable_conscious_agent

/** The agent as configured. */
export const createAgent = (settings: Settings, stores: Stores, parts: Surroundings): ConsciousAgent => {
  const { interval_hours } = settings.memory.agent
  if (!isOn(settings)) return noConsciousAgent(interval_hours)
  const { memories, memoryLog: log, profiles } = stores
  return createConsciousAgent({ ...parts, memories, log, profiles, interval_hours })
}

/** Reads profiles; nobody has one while the agent is off. */
export const createProfileReader = (settings: Settings, stores: Stores, { tokens }: Surroundings): ProfileOf =>
  isOn(settings)
    ? createProfileOf({ profiles: stores.profiles, memories: stores.memories, tokens })
    : () => Promise.resolve([])
