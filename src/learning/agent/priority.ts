/** Ranks memories by use, freshness, importance and category, and decides their tier. Pure functions. */
import type { Category, MemoryRecord, Tier } from '../../memory/memory.ts'
import type { Use } from '../../memory/memory-log.ts'
import { DAY_MS, HOUR_MS } from '../../platform/clock.ts'

const USE_SHARE = 0.4
const FRESHNESS_SHARE = 0.3
const IMPORTANCE_SHARE = 0.2
const CATEGORY_SHARE = 0.1
/** More uses than this do not raise the priority. */
const FULL_USE = 10
/** Freshness falls to 1/e in this time. */
const FRESHNESS_HOURS = 24
const PRECISION = 1e9

/** Weight by category: a preference counts more than a mention. */
const CATEGORY_WEIGHT: Readonly<Record<Category, number>> = {
  preferences: 1,
  skills: 0.9,
  rules: 0.8,
  facts: 0.7,
  context: 0.6,
}

/** The properties of a memory that determine its priority. */
type Ranked = Pick<MemoryRecord, 'importance' | 'category' | 'said_from' | 'said_to'>
type UseOrNone = Pick<Use, 'count' | 'last_at'> | undefined

/** When a memory was last used or restated; `undefined`: never. */
const lastUsed = ({ said_from, said_to }: Ranked, use: UseOrNone): number | undefined => {
  const times = [...(use === undefined ? [] : [use.last_at]), ...(said_to > said_from ? [said_to] : [])]
  return times.length === 0 ? undefined : Math.max(...times)
}

/**
 * The priority of a memory, 0 to 1: 0.4 · min(uses / 10, 1) + 0.3 · e^(−hours since it was last used or restated / 24)
 * + 0.2 · importance + 0.1 · category weight. Source: the conscious agent of session-buddy, which does not count
 * restatements.
 */
export const priorityOf = (memory: Ranked, use: UseOrNone, now: number): number => {
  const used = Math.min((use?.count ?? 0) / FULL_USE, 1)
  const last = lastUsed(memory, use)
  const fresh = last === undefined ? 0 : Math.exp(-Math.max(0, now - last) / HOUR_MS / FRESHNESS_HOURS)
  const sum =
    USE_SHARE * used +
    FRESHNESS_SHARE * fresh +
    IMPORTANCE_SHARE * memory.importance +
    CATEGORY_SHARE * CATEGORY_WEIGHT[memory.category]
  // Without rounding, 0.28 + 0.3 + 0.1 + 0.07 would be slightly less than 0.75.
  return Math.round(sum * PRECISION) / PRECISION
}

/** Least priority of each tier. */
const WORKING = 0.9
const SHORT_TERM = 0.75
/** A memory that was not used for this long falls back to the lowest tier. */
const UNUSED_MS = 7 * DAY_MS

/** Order of the tiers, lowest first. */
export const TIER_RANK: Readonly<Record<Tier, number>> = { long_term: 0, short_term: 1, working: 2 }

/** A move to another tier, and its reason. */
export interface Move {
  readonly to: Tier
  readonly reason: string
}

/**
 * The tier that a memory has to move to, if any. It rises into `short_term` at 0.75 and into `working` at 0.9. It falls
 * to `long_term` if it was neither used nor restated for seven days, and from `working` to `short_term` below 0.75.
 * Between these bounds it stays, so that it does not move back and forth.
 */
export const moveOf = (memory: Ranked & Pick<MemoryRecord, 'tier'>, use: UseOrNone, now: number): Move | undefined => {
  const priority = priorityOf(memory, use, now)
  const wanted: Tier | undefined = priority >= WORKING ? 'working' : priority >= SHORT_TERM ? 'short_term' : undefined
  if (wanted !== undefined && TIER_RANK[wanted] > TIER_RANK[memory.tier])
    return { to: wanted, reason: promotionReason(memory, use, now) }
  if (memory.tier === 'long_term') return undefined
  const last = lastUsed(memory, use)
  if (last === undefined) return { to: 'long_term', reason: 'never used' }
  if (now - last > UNUSED_MS) return { to: 'long_term', reason: 'not used for seven days' }
  if (memory.tier === 'working' && wanted === undefined) return { to: 'short_term', reason: 'used less' }
  return undefined
}

/** The higher of two tiers. */
export const higherTier = (a: Tier, b: Tier): Tier => (TIER_RANK[a] >= TIER_RANK[b] ? a : b)

const OFTEN = 5
const RECENT_HOURS = 6
const IMPORTANT = 0.8

const promotionReason = (memory: Ranked, use: UseOrNone, now: number): string => {
  const isRecent = (at: number): boolean => now - at < RECENT_HOURS * HOUR_MS
  const reasons = [
    use !== undefined && use.count > OFTEN ? `used ${String(use.count)} times` : '',
    use !== undefined && isRecent(use.last_at) ? 'used lately' : '',
    memory.said_to > memory.said_from && isRecent(memory.said_to) ? 'said again lately' : '',
    memory.importance > IMPORTANT ? 'important' : '',
    memory.category === 'preferences' || memory.category === 'skills' ? memory.category : '',
  ].filter(reason => reason !== '')
  return reasons.length === 0 ? 'high priority' : reasons.join(', ')
}
