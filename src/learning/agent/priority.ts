/** Which memories are to be near at hand: by use, freshness, importance and category. Pure. */
import type { Category, MemoryRecord, Tier } from '../../memory/memory.ts'
import type { Use } from '../../memory/memory-log.ts'
import { DAY_MS, HOUR_MS } from '../../platform/clock.ts'

const USE_SHARE = 0.4
const FRESHNESS_SHARE = 0.3
const IMPORTANCE_SHARE = 0.2
const CATEGORY_SHARE = 0.1
/** More uses than these say no more. */
const FULL_USE = 10
/** After so many hours freshness has fallen to 1/e. */
const FRESHNESS_HOURS = 24
const PRECISION = 1e9

/** What is worth keeping near by its kind: what somebody likes before what was merely mentioned. */
const CATEGORY_WEIGHT: Readonly<Record<Category, number>> = {
  preferences: 1,
  skills: 0.9,
  rules: 0.8,
  facts: 0.7,
  context: 0.6,
}

/** What is looked at of a memory. */
type Looked = Pick<MemoryRecord, 'importance' | 'category' | 'said_from' | 'said_to'>
type Used = Pick<Use, 'count' | 'last_at'> | undefined

/** When a memory came up last: it was used, or its person said it once more. `undefined`: never since it was said. */
const lastWanted = ({ said_from, said_to }: Looked, use: Used): number | undefined => {
  const times = [...(use === undefined ? [] : [use.last_at]), ...(said_to > said_from ? [said_to] : [])]
  return times.length === 0 ? undefined : Math.max(...times)
}

/**
 * How much a memory is wanted near at hand, 0 to 1:
 * 0.4 · min(uses / 10, 1) + 0.3 · e^(−hours since it came up last / 24) + 0.2 · importance + 0.1 · weight of its category.
 * Source: the conscious agent of session-buddy; there, a memory comes up only by being used.
 */
export const priorityOf = (memory: Looked, use: Used, now: number): number => {
  const used = Math.min((use?.count ?? 0) / FULL_USE, 1)
  const last = lastWanted(memory, use)
  const fresh = last === undefined ? 0 : Math.exp(-Math.max(0, now - last) / HOUR_MS / FRESHNESS_HOURS)
  const sum =
    USE_SHARE * used +
    FRESHNESS_SHARE * fresh +
    IMPORTANCE_SHARE * memory.importance +
    CATEGORY_SHARE * CATEGORY_WEIGHT[memory.category]
  // 0.28 + 0.3 + 0.1 + 0.07 must be 0.75, not a hair less.
  return Math.round(sum * PRECISION) / PRECISION
}

/** From these on a memory rises into the tier. */
const WORKING = 0.9
const SHORT_TERM = 0.75
/** What was not used for so long goes back to where it began. */
const FORGOTTEN_MS = 7 * DAY_MS

/** A move to another tier, and why. */
export interface Move {
  readonly to: Tier
  readonly reason: string
}

/**
 * Where a memory belongs. It rises at 0.75 into `short_term` and at 0.9 into `working`; it falls back when it was never
 * used nor said again, or not for seven days, and from `working` when its priority is below 0.75. Between the bounds it stays, so that
 * it does not move to and fro.
 */
export const moveOf = (memory: Looked & Pick<MemoryRecord, 'tier'>, use: Used, now: number): Move | undefined => {
  const priority = priorityOf(memory, use, now)
  const wanted: Tier | undefined = priority >= WORKING ? 'working' : priority >= SHORT_TERM ? 'short_term' : undefined
  if (wanted !== undefined && RANK[wanted] > RANK[memory.tier]) return { to: wanted, reason: whyUp(memory, use, now) }
  if (memory.tier === 'long_term') return undefined
  const last = lastWanted(memory, use)
  if (last === undefined) return { to: 'long_term', reason: 'never used' }
  if (now - last > FORGOTTEN_MS) return { to: 'long_term', reason: 'not used for seven days' }
  if (memory.tier === 'working' && wanted === undefined) return { to: 'short_term', reason: 'used less' }
  return undefined
}

const RANK: Readonly<Record<Tier, number>> = { long_term: 0, short_term: 1, working: 2 }

/** The nearer at hand of two tiers. */
export const higherTier = (a: Tier, b: Tier): Tier => (RANK[a] >= RANK[b] ? a : b)

const OFTEN = 5
const LATELY_HOURS = 6
const IMPORTANT = 0.8

const whyUp = (memory: Looked, use: Used, now: number): string => {
  const lately = (at: number): boolean => now - at < LATELY_HOURS * HOUR_MS
  const reasons = [
    use !== undefined && use.count > OFTEN ? `used ${String(use.count)} times` : '',
    use !== undefined && lately(use.last_at) ? 'used lately' : '',
    memory.said_to > memory.said_from && lately(memory.said_to) ? 'said again lately' : '',
    memory.importance > IMPORTANT ? 'important' : '',
    memory.category === 'preferences' || memory.category === 'skills' ? memory.category : '',
  ].filter(reason => reason !== '')
  return reasons.length === 0 ? 'high priority' : reasons.join(', ')
}
