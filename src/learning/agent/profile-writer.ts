/** Writes the profile of a person: the most important memories about them, as many as fit. */
import type { MemoryRecord } from '../../memory/memory.ts'
import type { MemoryLog } from '../../memory/memory-log.ts'
import type { MemoryReader } from '../../memory/memory-store.ts'
import { PROFILE_TOKENS, type Profiles } from '../../memory/profiles.ts'
import { personOfScope, type Scope } from '../../messages/scope.ts'
import type { Clock } from '../../platform/clock.ts'
import type { TokenCounter } from '../../text/tokens.ts'
import { priorityOf, TIER_RANK } from './priority.ts'

/** Most memories of one scope that may be part of its profile, before it is cut to its tokens. */
const MAX_IN_PROFILE = 24
/** How many of the newest memories a profile is chosen from after learning; the agent considers all of them. */
const MOST_RECENT = 500

/** A memory and its weight, 0 to 1. */
export interface RankedMemory {
  readonly memory: MemoryRecord
  readonly priority: number
}

/** The memories for a profile, best first: higher tier first, then higher priority. */
export const bestOf = (ranked: readonly RankedMemory[]): readonly RankedMemory[] =>
  ranked
    .toSorted((a, b) => TIER_RANK[b.memory.tier] - TIER_RANK[a.memory.tier] || b.priority - a.priority)
    .slice(0, MAX_IN_PROFILE)

export interface KeepProfileDeps {
  readonly profiles: Pick<Profiles, 'keep'>
  readonly tokens: TokenCounter
}

/** Stores the best memories that fit as the profile of a scope. `now`: milliseconds since the Unix epoch. */
export const keepProfile = async (
  { profiles, tokens }: KeepProfileDeps,
  scope: Scope,
  best: readonly RankedMemory[],
  now: number,
): Promise<void> => {
  let tokens_left = PROFILE_TOKENS
  const fitting = best.filter(({ memory }) => {
    const size = tokens.count(memory.text)
    if (size > tokens_left) return false
    tokens_left -= size
    return true
  })
  await profiles.keep(
    scope,
    fitting.map(({ memory }) => memory.memory_id),
    now,
  )
}

/** Rewrites the profile of a scope after something was learned in it. */
export interface ProfileWriter {
  /**
   * Does nothing for a group, which has no profile.
   * @param current the facts that hold, newest first
   */
  refresh(scope: Scope, current: readonly MemoryRecord[]): Promise<void>
}

/** Profiles are not written while the agent is disabled. */
export const noProfiles: ProfileWriter = { refresh: async () => undefined }

export interface ProfileWriterDeps extends KeepProfileDeps {
  readonly memories: Pick<MemoryReader, 'get'>
  readonly memoryLog: Pick<MemoryLog, 'uses'>
  readonly clock: Clock
}

/** Chooses from the newest memories of a scope by their use and importance, as the agent does. */
export const createProfileWriter = (deps: ProfileWriterDeps): ProfileWriter => ({
  refresh: async (scope, current) => {
    if (personOfScope(scope) === undefined) return
    const memories = current.slice(0, MOST_RECENT)
    const uses = await deps.memoryLog.uses(
      scope,
      memories.map(each => each.memory_id),
    )
    const now = deps.clock.now()
    const ranked = memories.map(memory => ({ memory, priority: priorityOf(memory, uses.get(memory.memory_id), now) }))
    const best = bestOf(ranked)
    // Some memories may have been forgotten while a model worked.
    const left = await deps.memories.get(
      scope,
      best.map(({ memory }) => memory.memory_id),
    )
    const ids = new Set(left.map(each => each.memory_id))
    await keepProfile(
      deps,
      scope,
      best.filter(({ memory }) => ids.has(memory.memory_id)),
      now,
    )
  },
})
