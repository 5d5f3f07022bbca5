/** One look at all memories: what was learned twice becomes one, what is used rises, what is not sinks, and each person's profile is made anew. */
import type { MemoryRecord } from '../../memory/memory.ts'
import type { MemoryLog } from '../../memory/memory-log.ts'
import type { MemoryStore } from '../../memory/memory-store.ts'
import { PROFILE_TOKENS, type Profiles } from '../../memory/profiles.ts'
import { personOfScope, type Scope } from '../../messages/scope.ts'
import type { Clock } from '../../platform/clock.ts'
import { yieldToEventLoop } from '../../platform/yield.ts'
import type { TokenCounter } from '../../text/tokens.ts'
import type { MergeDuplicates } from './merge-duplicates.ts'
import { moveOf, priorityOf } from './priority.ts'

export interface TieringDeps {
  readonly memories: MemoryStore
  readonly log: MemoryLog
  readonly profiles: Profiles
  readonly mergeDuplicates: MergeDuplicates
  readonly tokens: TokenCounter
  readonly clock: Clock
}

/** What one look did. */
export interface AnalysisReport {
  /** Milliseconds since the Unix epoch. */
  readonly timestamp: number
  /** Memories that were looked at. */
  readonly patterns_analyzed: number
  /** Those that a higher tier wanted. */
  readonly promotion_candidates: number
  readonly promoted_ids: readonly string[]
  readonly demoted_ids: readonly string[]
  /** Those that say what an older one says, which stands for them since. */
  readonly merged_ids: readonly string[]
  readonly profiles: number
}

/** Memories of one step; between two steps everybody else has a turn. */
const PAGE = 200
/** Memories of one scope that may be part of its profile, before it is cut to its tokens. */
const MOST_IN_PROFILE = 24
const TIER_ORDER = { working: 2, short_term: 1, long_term: 0 } as const

interface Wanted {
  readonly memory: MemoryRecord
  readonly priority: number
}

/**
 * Looks at every fact that still holds. Aborting ends it between two steps; what was moved until then stays moved.
 * @throws the signal's reason when it is called off.
 */
export const analyse = async (
  parts: TieringDeps,
  signal: AbortSignal,
  progress: (done: number, total: number) => void,
): Promise<AnalysisReport> => {
  const { memories, log, clock } = parts
  const timestamp = clock.now()
  const merged_ids = await parts.mergeDuplicates(signal)
  const { memories: total } = await memories.counts()
  const wanted = new Map<Scope, Wanted[]>()
  const promoted: string[] = []
  const demoted: string[] = []
  let analysed = 0
  let candidates = 0

  const look = async (memory: MemoryRecord, use: Parameters<typeof moveOf>[1]): Promise<void> => {
    const priority = priorityOf(memory, use, timestamp)
    const move = moveOf(memory, use, timestamp)
    const tier = move?.to ?? memory.tier
    keepBest(wanted, { memory: { ...memory, tier }, priority })
    if (move === undefined) return
    const up = TIER_ORDER[move.to] > TIER_ORDER[memory.tier]
    if (up) candidates++
    if (!(await memories.change(memory.scope, memory.memory_id, { tier: move.to }))) return
    const { memory_id, scope, tier: from_tier } = memory
    await log.promoted({
      memory_id,
      from_tier,
      to_tier: move.to,
      reason: move.reason,
      score: priority,
      at: timestamp,
    })
    await log.accessed([{ scope, memory_id, type: up ? 'promote' : 'demote', at: timestamp }])
    ;(up ? promoted : demoted).push(memory_id)
  }

  let before: string | undefined
  for (;;) {
    signal.throwIfAborted()
    const page = await memories.listAll({
      limit: PAGE,
      current: true,
      kinds: ['fact', 'explicit'],
      ...(before === undefined ? {} : { before }),
    })
    before = page.at(-1)?.memory_id
    if (before === undefined) break
    for (const [scope, some] of Map.groupBy(page, memory => memory.scope)) {
      const uses = await log.uses(
        scope,
        some.map(memory => memory.memory_id),
      )
      for (const memory of some) await look(memory, uses.get(memory.memory_id))
    }
    analysed += page.length
    progress(analysed, Math.max(total, analysed))
    await yieldToEventLoop()
  }
  const profiles = await keepProfiles(parts, wanted, timestamp, signal)
  return {
    timestamp,
    patterns_analyzed: analysed,
    promotion_candidates: candidates,
    promoted_ids: promoted,
    demoted_ids: demoted,
    merged_ids,
    profiles,
  }
}

/** A group has no profile: it is nobody in particular. */
const keepBest = (wanted: Map<Scope, Wanted[]>, one: Wanted): void => {
  const { scope } = one.memory
  if (personOfScope(scope) === undefined) return
  const best = [...(wanted.get(scope) ?? []), one]
    .sort((a, b) => TIER_ORDER[b.memory.tier] - TIER_ORDER[a.memory.tier] || b.priority - a.priority)
    .slice(0, MOST_IN_PROFILE)
  wanted.set(scope, best)
}

const keepProfiles = async (
  { profiles, tokens }: TieringDeps,
  wanted: ReadonlyMap<Scope, readonly Wanted[]>,
  now: number,
  signal: AbortSignal,
): Promise<number> => {
  for (const [scope, best] of wanted) {
    signal.throwIfAborted()
    let left = PROFILE_TOKENS
    const fitting = best.filter(({ memory }) => {
      const size = tokens.count(memory.text)
      if (size > left) return false
      left -= size
      return true
    })
    await profiles.keep(
      scope,
      fitting.map(({ memory }) => memory.memory_id),
      now,
    )
    await yieldToEventLoop()
  }
  return wanted.size
}
