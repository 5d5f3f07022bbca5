/**
 * Searches one part of the index for the best messages that match a query, a window of messages at a time: sets of bits
 * say which messages match and can score enough, and only those are scored. Messages are examined from the newest to the
 * oldest: of equal scores the newest wins. Source of the bounds: Turtle and Flood, "Query evaluation: strategies and
 * optimizations", 1995 (MaxScore), applied to windows as in Lucene.
 */
import type { Columns } from './columns.ts'
import type { Passing } from './filters.ts'
import type { IndexPart } from './index-part.ts'
import { NUMBERS_OF_WINDOW, type LeafCursor } from './leaf-cursor.ts'
import { bothOf, hasAtMost, isEmpty, OFFSETS_OF_NUMBER, removeOffset, SpareBits } from './offset-bits.ts'
import { keepMatching, matches, windowsOf, type View } from './part-node.ts'
import type { PartPlan } from './part-plan.ts'
import { WINDOW, WINDOWS } from './posting-encoder.ts'
import type { TopHits } from './top-hits.ts'

export type Sort = 'relevance' | 'newest'

/** Messages after one sequence number, up to another. */
export interface SeqRange {
  readonly after: number
  readonly up_to: number
}

export interface PartSearchDeps {
  readonly columns: Columns
  readonly sort: Sort
  readonly hits: TopHits
}

/** Sums in a different order may differ in their last digits. */
const SLACK = 1 + 1e-9
/** So few messages of a window are looked at one by one, instead of reading which messages match. */
const MOST_LOOKED_UP = 16

/** A word, and the most that it scores in the window that is examined. */
interface BoundedWord {
  readonly cursor: LeafCursor
  bound: number
  /** What it scores in the message that is examined. */
  score: number
}

/** What is searched in one part. */
interface InPart extends PartPlan {
  readonly first: number
  /** Offsets of the first and the last message. */
  readonly lowest: number
  readonly highest: number
  readonly passing: Passing | undefined
  /** The words that are scored, in the order of the plan; and the same by rising bounds. */
  readonly words: readonly BoundedWord[]
  readonly rising: BoundedWord[]
}

export class PartSearch {
  readonly #deps: PartSearchDeps
  /** The messages of a window that are left. */
  readonly #left = new Int32Array(NUMBERS_OF_WINDOW)
  readonly #spare = new SpareBits(NUMBERS_OF_WINDOW)
  /** What messages of a window score by the words that were added up; 0 between two windows. */
  readonly #sums = new Float64Array(WINDOW)

  constructor(deps: PartSearchDeps) {
    this.#deps = deps
  }

  /** Adds the best messages of a part to the hits. */
  search({ first, last }: IndexPart, plan: PartPlan, passing: Passing | undefined, { after, up_to }: SeqRange): void {
    const words = plan.scored.map(cursor => ({ cursor, bound: 0, score: 0 }))
    const own: InPart = {
      ...plan,
      first,
      lowest: Math.max(0, after + 1 - first),
      highest: Math.min(last, up_to) - first,
      passing,
      words,
      rising: [...words],
    }
    if (own.highest < own.lowest) return
    let windows = windowsOf({ kind: 'all', of: plan.conditions })
    while (windows !== 0) {
      const window = WINDOWS - 1 - Math.clz32(windows)
      windows &= ~(1 << window)
      if (window * WINDOW > own.highest) continue
      if ((window + 1) * WINDOW <= own.lowest) return
      if (this.#deps.sort === 'newest') this.#searchNewest(own, window)
      else this.#searchBest(own, window)
    }
  }

  #searchNewest(own: InPart, window: number): void {
    const { columns, hits } = this.#deps
    const low = own.first + window * WINDOW
    if (columns.latest(low, low + WINDOW - 1) < hits.threshold) return
    if (!this.#begin(own, window)) return
    this.#keepMatching(own, window)
    const seconds = columns.column('seconds')
    for (let place = this.#lastFrom(WINDOW - 1); place >= 0; place = this.#lastFrom(place - 1)) {
      const second = seconds[low + place] ?? 0
      if (second >= hits.threshold && this.#passes(own, window * WINDOW + place)) hits.offer(second, low + place)
    }
  }

  #searchBest(own: InPart, window: number): void {
    const { hits } = this.#deps
    let most = 0
    for (const each of own.words) {
      each.bound = each.cursor.boundOf(window)
      most += each.bound
    }
    let { threshold } = hits
    if (most * SLACK <= threshold || !this.#begin(own, window)) return
    if (threshold > 0) this.#keepScoring(own.rising, window, most)
    const is_each = threshold > 0 && (own.is_any || hasAtMost(this.#left, MOST_LOOKED_UP))
    if (!is_each) this.#keepMatching(own, window)
    const low = window * WINDOW
    for (let place = this.#lastFrom(WINDOW - 1); place >= 0; place = this.#lastFrom(place - 1)) {
      const offset = low + place
      if (!mayReach(threshold, most, own.rising, offset)) continue
      let score = 0
      for (const each of own.words) score += each.score
      if (score < threshold || !this.#passes(own, offset)) continue
      if (is_each && !own.conditions.every(each => matches(each, offset))) continue
      hits.offer(score, own.first + offset)
      threshold = hits.threshold
    }
  }

  /** Begins with the messages of a window that pass the filter. @returns whether there is one */
  #begin({ lowest, highest, passing }: InPart, window: number): boolean {
    const left = this.#left
    const low = window * WINDOW
    if (passing === undefined) left.fill(-1)
    else {
      const from = window * NUMBERS_OF_WINDOW
      left.set(passing.bits.subarray(from, from + NUMBERS_OF_WINDOW))
    }
    if (low < lowest || low + WINDOW - 1 > highest) {
      for (let place = 0; place < WINDOW; place++)
        if (low + place < lowest || low + place > highest) removeOffset(left, place)
    }
    return passing === undefined || !isEmpty(left)
  }

  /**
   * Only messages stay that can reach the threshold: each word without which the others do not suffice has to score what
   * they lack. If there is none, the scores of the words that are not dense are added up; where the dense ones alone can
   * suffice, a word of those that lead has to score its share of what the rest lacks.
   * @param most what all words score together at most
   */
  #keepScoring(words: BoundedWord[], window: number, most: number): void {
    const threshold = this.#deps.hits.threshold / SLACK
    const slack = most - threshold
    sortByBounds(words)
    if ((words.at(-1)?.bound ?? 0) > slack) {
      for (let at = words.length - 1; at >= 0; at--) {
        const { cursor, bound } = words[at] as BoundedWord
        if (bound <= slack) return
        const scoring = this.#spare.take()
        cursor.addScoring(scoring, window, bound - slack)
        bothOf(this.#left, scoring)
        this.#spare.give(scoring)
        if (isEmpty(this.#left)) return
      }
      return
    }
    const dense = words.reduce((sum, { cursor, bound }) => (cursor.postings.isDense ? sum + bound : sum), 0)
    if (dense < threshold) {
      this.#keepSums(words, window, threshold - dense)
      return
    }
    let lead = 0
    let rest = 0
    for (; lead < words.length && (rest + (words[lead]?.bound ?? 0)) * SLACK <= threshold; lead++)
      rest += words[lead]?.bound ?? 0
    const share = (threshold - rest) / (most - rest)
    const scoring = this.#spare.take()
    for (; lead < words.length; lead++) {
      const { cursor, bound } = words[lead] as BoundedWord
      cursor.addScoring(scoring, window, share * bound)
    }
    bothOf(this.#left, scoring)
    this.#spare.give(scoring)
  }

  /** Only messages stay to which the words that are not dense give as much together. */
  #keepSums(words: readonly BoundedWord[], window: number, least: number): void {
    const scoring = this.#spare.take()
    for (const { cursor } of words)
      if (!cursor.postings.isDense) cursor.addScores(this.#sums, scoring, window, least / SLACK)
    this.#sums.fill(0)
    bothOf(this.#left, scoring)
    this.#spare.give(scoring)
  }

  #keepMatching({ conditions }: InPart, window: number): void {
    const view: View = { window, spare: this.#spare }
    for (const each of conditions) {
      if (isEmpty(this.#left)) return
      keepMatching(each, this.#left, view)
    }
  }

  /** Whether a message is there, and has the phrases that it should have and no others. */
  #passes({ first, passing, phrases }: InPart, offset: number): boolean {
    if (passing === undefined && (this.#deps.columns.column('role')[first + offset] ?? 0) === 0) return false
    for (const { phrase, wanted } of phrases) if ((phrase?.isAt(offset) === true) !== wanted) return false
    return true
  }

  /** The last message that is left at a place of the window or before it; −1: there is none. */
  #lastFrom(place: number): number {
    if (place < 0) return -1
    const left = this.#left
    let at = place >>> 5
    let number = (left[at] ?? 0) & (-1 >>> (OFFSETS_OF_NUMBER - 1 - (place & 31)))
    while (number === 0) {
      if (--at < 0) return -1
      number = left[at] ?? 0
    }
    return at * OFFSETS_OF_NUMBER + OFFSETS_OF_NUMBER - 1 - Math.clz32(number)
  }
}

/** Inserts one after another: they are nearly sorted by the window before. */
const sortByBounds = (words: BoundedWord[]): void => {
  for (let at = 1; at < words.length; at++) {
    const word = words[at] as BoundedWord
    let to = at
    for (; to > 0 && (words[to - 1] as BoundedWord).bound > word.bound; to--) words[to] = words[to - 1] as BoundedWord
    words[to] = word
  }
}

/**
 * Whether a message can reach a threshold: word by word, those of high bounds first, until the rest cannot make up for
 * what is missing.
 * @param most what all words score together at most
 */
const mayReach = (threshold: number, most: number, words: readonly BoundedWord[], offset: number): boolean => {
  let left = most
  for (let at = words.length - 1; at >= 0; at--) {
    const word = words[at] as BoundedWord
    word.score = word.cursor.scoreAt(offset)
    left += word.score - word.bound
    if (left * SLACK < threshold) return false
  }
  return true
}
