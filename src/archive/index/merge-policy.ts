/** Says which parts become one: few parts are searched fast, and a message is written anew as seldom as may be. */
import type { IndexPart } from './index-part.ts'
import { PART_RANGE } from './posting-encoder.ts'

/** A part of more sequence numbers than this stays as it is. */
const SMALL_RANGE = PART_RANGE / 2
/** Parts are merged with those before them when those are not more than so many times as large, and they are this many. */
const MERGE_RATIO = 2
const LEAST_MERGED = 4

const rangeOf = (from: IndexPart | undefined, to: IndexPart | undefined): number =>
  (to?.last ?? 0) - (from?.first ?? 0) + 1

/**
 * The parts that are to be merged now: from one up to, but without, another. Small parts at the end wait until they make a
 * whole one, so that what is loaded is written twice at most; and those that get too many are merged meanwhile.
 * @param parts in the order of their messages
 */
export const partsToMerge = (parts: readonly IndexPart[]): readonly [from: number, to: number] => {
  let from = parts.length
  while (from > 0 && rangeOf(parts[from - 1], parts[from - 1]) <= SMALL_RANGE) from--
  let to = from
  while (to < parts.length && rangeOf(parts[from], parts[to]) <= PART_RANGE) to++
  if (to < parts.length && to - from > 1) return [from, to]
  let messages = parts.at(-1)?.messages ?? 0
  let first = parts.length - 1
  for (; first > from && (parts[first - 1]?.messages ?? 0) <= MERGE_RATIO * messages; first--)
    messages += parts[first - 1]?.messages ?? 0
  return parts.length - first >= LEAST_MERGED ? [first, parts.length] : [0, 0]
}
