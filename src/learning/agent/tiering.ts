/**
 * One analysis run over all memories: merges duplicates, raises the tier of memories in use, lowers the tier of others,
 * and rewrites each person's profile.
 */
import type { MemoryRecord } from '../../memory/memory.ts'
import type { MemoryLog } from '../../memory/memory-log.ts'
import type { MemoryStore } from '../../memory/memory-store.ts'
import type { Profiles } from '../../memory/profiles.ts'
import { personOfScope, SHARED_SCOPE, type Scope } from '../../messages/scope.ts'
import type { Clock } from '../../platform/clock.ts'
import type { SetAside } from '../../platform/set-aside.ts'
import { yieldToEventLoop } from '../../platform/yield.ts'
import type { TokenCounter } from '../../text/tokens.ts'
import type { MergeDuplicates } from './merge-duplicates.ts'
import { bestOf, keepProfile, type RankedMemory } from './profile-writer.ts'
import { moveOf, priorityOf, TIER_RANK, type Move } from './priority.ts'

export interface TieringDeps {
  readonly memories: Pick<MemoryStore, 'change' | 'counts' | 'listAll'>
  readonly log: Pick<MemoryLog, 'accessed' | 'promoted' | 'uses'>
  readonly profiles: Pick<Profiles, 'keep'>
  readonly mergeDuplicates: MergeDuplicates
  /** Whether the agent works on the memories of a conversation. */
  readonly includes: (scope: Scope) => Promise<boolean>
  readonly tokens: TokenCounter
  readonly setAside: SetAside
  readonly clock: Clock
}

/** The result of one run. */
export interface AnalysisReport {
  /** Milliseconds since the Unix epoch. */
  readonly timestamp: number
  /** Memories that were analysed. */
  readonly patterns_analyzed: number
  /** Memories that qualified for a higher tier. */
  readonly promotion_candidates: number
  readonly promoted_ids: readonly string[]
  readonly demoted_ids: readonly string[]
  /** Memories that were merged into an older one. */
  readonly merged_ids: readonly string[]
  readonly profiles: number
}

/** Memories per page; between two pages other work gets its turn. */
const PAGE = 200
type Use = Parameters<typeof moveOf>[1]

/**
 * Analyses every current fact. Aborting takes effect between two pages; changes made until then stay.
 * @throws the signal's reason when aborted
 */
export const analyse = async (
  deps: TieringDeps,
  signal: AbortSignal,
  progress: (done: number, total: number) => void,
): Promise<AnalysisReport> => {
  const timestamp = deps.clock.now()
  const merged_ids = await deps.mergeDuplicates(signal)
  const tiering = new Tiering(deps, timestamp)
  await tiering.moveAll(signal, progress)
  const profiles = await writeProfiles(deps, tiering.best, timestamp, signal)
  return {
    timestamp,
    patterns_analyzed: tiering.analysed,
    promotion_candidates: tiering.candidates,
    promoted_ids: tiering.promoted,
    demoted_ids: tiering.demoted,
    merged_ids,
    profiles,
  }
}

/** Moves memories between tiers, and collects the best ones of each person for their profile. */
class Tiering {
  readonly #deps: TieringDeps
  readonly #now: number
  analysed = 0
  candidates = 0
  readonly promoted: string[] = []
  readonly demoted: string[] = []
  readonly best = new Map<Scope, readonly RankedMemory[]>()

  constructor(deps: TieringDeps, now: number) {
    this.#deps = deps
    this.#now = now
  }

  async moveAll(signal: AbortSignal, progress: (done: number, total: number) => void): Promise<void> {
    const { memories } = this.#deps
    const { memories: total } = await memories.counts()
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
      if (before === undefined) return
      await this.#movePage(page)
      this.analysed += page.length
      progress(this.analysed, Math.max(total, this.analysed))
      await yieldToEventLoop()
    }
  }

  async #movePage(page: readonly MemoryRecord[]): Promise<void> {
    for (const [scope, memories] of Map.groupBy(page, memory => memory.scope)) {
      if (!(await this.#deps.includes(scope))) continue
      // Passages of files are no one's facts, and have no rank.
      if (scope === SHARED_SCOPE) continue
      const ids = memories.map(memory => memory.memory_id)
      const uses = await this.#deps.log.uses(scope, ids)
      for (const memory of memories) {
        await this.#deps.setAside.attempt('ranking memories', memory.memory_id, () =>
          this.#moveOne(memory, uses.get(memory.memory_id)),
        )
      }
    }
  }

  async #moveOne(memory: MemoryRecord, use: Use): Promise<void> {
    const priority = priorityOf(memory, use, this.#now)
    const move = moveOf(memory, use, this.#now)
    this.#rank({ memory: { ...memory, tier: move?.to ?? memory.tier }, priority })
    if (move !== undefined) await this.#apply(move, memory, priority)
  }

  async #apply({ to, reason }: Move, memory: MemoryRecord, priority: number): Promise<void> {
    const { memories, log } = this.#deps
    const { memory_id, scope, tier: from_tier } = memory
    const up = TIER_RANK[to] > TIER_RANK[from_tier]
    if (up) this.candidates++
    if (!(await memories.change(scope, memory_id, { tier: to }))) return
    const at = this.#now
    await log.promoted({ memory_id, from_tier, to_tier: to, reason, score: priority, at })
    await log.accessed([{ scope, memory_id, type: up ? 'promote' : 'demote', at }])
    const moved = up ? this.promoted : this.demoted
    moved.push(memory_id)
  }

  /** A group has no profile. */
  #rank(ranked: RankedMemory): void {
    const { scope } = ranked.memory
    if (personOfScope(scope) === undefined) return
    this.best.set(scope, bestOf([...(this.best.get(scope) ?? []), ranked]))
  }
}

/** Writes the profile of each person. @returns how many */
const writeProfiles = async (
  deps: TieringDeps,
  best: ReadonlyMap<Scope, readonly RankedMemory[]>,
  now: number,
  signal: AbortSignal,
): Promise<number> => {
  for (const [scope, ranked] of best) {
    signal.throwIfAborted()
    await deps.setAside.attempt('writing profiles', scope, () => keepProfile(deps, scope, ranked, now))
    await yieldToEventLoop()
  }
  return best.size
}
