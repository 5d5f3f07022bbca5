/**
 * Searches one part of the index for the best messages that meet a list of conditions, and skips those that cannot be
 * among the best. Messages are examined from the newest to the oldest: of equal scores the newest wins, so a message
 * that can at most equal the worst hit so far is skipped. Source: Ding and Suel, "Faster top-k document retrieval using
 * block-max indexes", 2011; the windows as in Lucene's MaxScore.
 */
import type { Columns } from './columns.ts'
import type { Passing } from './filters.ts'
import type { IndexPart, PartReader } from './index-part.ts'
import { PART_RANGE, WINDOW } from './posting-encoder.ts'
import { Bm25 } from './bm25.ts'
import {
  BoundedWords,
  byFound,
  LeafCursor,
  mayReach,
  PhraseCursor,
  postingsOf,
  SLACK,
  type BoundedWord,
} from './leaf-cursor.ts'
import type { Conditions, SearchPlan } from './search-plan.ts'
import type { TopHits } from './top-hits.ts'
import { LIMITS, WindowMarks, type Window } from './window-marks.ts'

export type Sort = 'relevance' | 'newest'

/** Messages after one sequence number, up to another. */
export interface SeqRange {
  readonly after: number
  readonly up_to: number
}

export interface PartSearchDeps {
  readonly reader: PartReader
  readonly columns: Columns
  readonly plan: SearchPlan
  readonly conditions: Conditions
  readonly sort: Sort
  readonly hits: TopHits
}

/**
 * If the messages that pass the filter are this many times fewer than those with the rarest word, the search iterates
 * over the filter's messages.
 */
const FILTER_LEADS = 4
/** What to check for each message that the words find. */
interface Checks {
  readonly passing: Passing | undefined
  readonly phrases: readonly PhraseCursor[]
  readonly excluded: readonly LeafCursor[]
  readonly excluded_phrases: readonly PhraseCursor[]
  /** Messages outside these bounds have been examined already, or arrived after the search began. */
  readonly lowest: number
  readonly highest: number
}

/** What a block of the rarest word is examined with. */
interface WordsOfBlock {
  readonly cursors: readonly LeafCursor[]
  readonly driver: LeafCursor
  /** What the words without the driver score at most there. */
  readonly others: number
}

export class PartSearch {
  readonly #deps: PartSearchDeps
  readonly #marks = new WindowMarks()
  /** For each count, the most words that a message with a hit can have. */
  readonly #limits = new Float64Array(LIMITS)
  /** What each word scores at most in the block that is examined, and all of them. */
  readonly #bounds: number[] = []
  #most = 0

  constructor(deps: PartSearchDeps) {
    this.#deps = deps
  }

  search(part: IndexPart, passing: Passing | undefined, range: SeqRange): void {
    if (passing?.count === 0) return
    const { conditions } = this.#deps
    const required = this.#cursors(part, conditions.required)
    if (required.length < conditions.required.length) return
    const checks = this.#checks(part, passing, range)
    if (checks === undefined) return
    if (required.length > 0) this.#searchAll(part, required, checks)
    else this.#searchAny(part, this.#cursors(part, conditions.optional), checks)
  }

  #cursors(part: IndexPart, leaves: readonly number[]): readonly LeafCursor[] {
    const { reader, plan, columns } = this.#deps
    const lengths = columns.column('words')
    return leaves.flatMap(number => {
      const leaf = plan.leaves[number]
      const postings = leaf === undefined ? undefined : postingsOf(reader, part, leaf, columns)
      return leaf === undefined || postings === undefined
        ? []
        : [new LeafCursor(postings, new Bm25(leaf.weight, plan.average), { words: lengths, first: part.first })]
    })
  }

  /** @returns undefined if no message of the part can pass */
  #checks(part: IndexPart, passing: Passing | undefined, { after, up_to }: SeqRange): Checks | undefined {
    const { reader, conditions } = this.#deps
    const open = (phrase: (typeof conditions.phrases)[number]): PhraseCursor[] => {
      const cursor = PhraseCursor.open(reader, part, phrase)
      return cursor === undefined ? [] : [cursor]
    }
    const phrases = conditions.phrases.flatMap(open)
    if (phrases.length < conditions.phrases.length) return undefined
    return {
      passing,
      phrases,
      excluded: this.#cursors(part, conditions.excluded),
      excluded_phrases: conditions.excluded_phrases.flatMap(({ phrase }) => open(phrase)),
      lowest: Math.max(0, after + 1 - part.first),
      highest: Math.min(part.last, up_to) - part.first,
    }
  }

  /** Whether a message that contains the words meets all other conditions. */
  #passes(part: IndexPart, offset: number, checks: Checks): boolean {
    const { passing, phrases, excluded, excluded_phrases, lowest, highest } = checks
    if (offset < lowest || offset > highest) return false
    if (passing === undefined) {
      if ((this.#deps.columns.column('role')[part.first + offset] ?? 0) === 0) return false
    } else if (!passing.has(offset)) return false
    for (const each of excluded) if (each.countAt(offset) >= 0) return false
    for (const each of phrases) if (!each.isAt(offset)) return false
    for (const each of excluded_phrases) if (each.isAt(offset)) return false
    return true
  }

  /** Looks at the messages with the rarest word that can be among the best, or that pass the filter if those are fewer. */
  #searchAll(part: IndexPart, cursors: readonly LeafCursor[], checks: Checks): void {
    const driver = cursors.reduce((least, each) => (each.postings.found < least.postings.found ? each : least))
    const { passing } = checks
    const filter_leads = passing !== undefined && passing.count * FILTER_LEADS < driver.postings.found
    let at = filter_leads ? passing.count - 1 : 0
    const { postings } = driver
    for (let number = postings.blocks - 1; number >= 0; number--) {
      const low = Math.max(postings.lowest(number), checks.lowest)
      const high = Math.min(postings.lasts[number] ?? 0, part.last - part.first)
      if (high < checks.lowest) return
      if (filter_leads) {
        while (at >= 0 && (passing.offsets[at] ?? 0) > high) at--
        if (at < 0) return
        if ((passing.offsets[at] ?? 0) < low) continue
      }
      const others = this.#hopeOf(part, { cursors, driver }, number, { low, high })
      if (others === undefined) continue
      if (filter_leads)
        for (; at >= 0 && (passing.offsets[at] ?? 0) >= low; at--)
          this.#offerAll(part, cursors, passing.offsets[at] ?? 0, checks)
      else this.#offerBlock(part, { cursors, driver, others }, number, checks)
    }
  }

  /** Determines how long a message with a hit can be. @param others what the words without the driver score at most */
  #limit(driver: LeafCursor, others: number): void {
    const { sort, hits } = this.#deps
    const least = sort === 'relevance' ? hits.threshold / SLACK - others : -Infinity
    const limits = this.#limits
    for (let count = 0; count < limits.length; count++) limits[count] = driver.mostWords(count, least)
  }

  /** Offers the messages of a block of the driver that can be hits by what the driver scores in them. */
  #offerBlock(part: IndexPart, { cursors, driver, others }: WordsOfBlock, number: number, checks: Checks): void {
    const { offsets, counts, size } = driver.decoded(number)
    this.#limit(driver, others)
    const limits = this.#limits
    const words = this.#deps.columns.column('words')
    for (let at = size - 1; at >= 0; at--) {
      const offset = offsets[at] ?? 0
      const count = counts[at] ?? 0
      if (count < LIMITS && (words[part.first + offset] ?? 0) > (limits[count] ?? 0)) continue
      this.#offerAll(part, cursors, offset, checks)
    }
  }

  /** The most that the words without the driver score in a block of the driver; `undefined`: nothing in it can be a hit. */
  #hopeOf(
    part: IndexPart,
    { cursors, driver }: { readonly cursors: readonly LeafCursor[]; readonly driver: LeafCursor },
    number: number,
    { low, high }: { readonly low: number; readonly high: number },
  ): number | undefined {
    const { sort, hits } = this.#deps
    if (sort === 'newest') return this.#isTooOld(part, low, high) ? undefined : 0
    // In the order in which the scores of a message are added, so that a bound is never below a score.
    let sum = 0
    let others = 0
    for (let at = 0; at < cursors.length; at++) {
      const each = cursors[at] as LeafCursor
      const bound = each === driver ? each.bound(number) : each.boundWithin(low, high)
      this.#bounds[at] = bound
      sum += bound
      if (each !== driver) others += bound
    }
    this.#most = sum
    return sum <= hits.threshold ? undefined : others
  }

  /** Parts are searched by their times, so a message of the same second may still rank first. */
  #isTooOld({ first }: IndexPart, low: number, high: number): boolean {
    return this.#deps.columns.latest(first + low, first + high) < this.#deps.hits.threshold
  }

  #offerAll(part: IndexPart, cursors: readonly LeafCursor[], offset: number, checks: Checks): void {
    const { columns, sort, hits } = this.#deps
    const seq = part.first + offset
    let score = 0
    let most = this.#most
    for (let at = 0; at < cursors.length; at++) {
      const each = cursors[at]
      const count = each?.countAt(offset) ?? -1
      if (each === undefined || count < 0) return
      const own = each.score(count, offset)
      score += own
      most += own - (this.#bounds[at] ?? 0)
      if (sort === 'relevance' && most * SLACK < hits.threshold) return
    }
    if (sort === 'newest') score = columns.column('seconds')[seq] ?? 0
    if (score < hits.threshold || !this.#passes(part, offset, checks)) return
    hits.offer(score, seq)
  }

  #searchAny(part: IndexPart, cursors: readonly LeafCursor[], checks: Checks): void {
    const { sort, hits } = this.#deps
    const last = Math.min(part.last - part.first, PART_RANGE - 1)
    const words = new BoundedWords(cursors)
    for (let low = last - (last % WINDOW); low >= 0; low -= WINDOW) {
      const high = low + WINDOW - 1
      if (high < checks.lowest) return
      if (sort === 'newest') {
        if (this.#isTooOld(part, low, Math.min(high, last))) continue
        const leads = cursors.map(cursor => ({ cursor, bound: 0 }))
        this.#searchWindow(part, { low, high }, { cursors, leads, others: [] }, checks)
        continue
      }
      if (words.moveTo({ low, high }) <= hits.threshold) continue
      const left_out = words.leftOutBelow(hits.threshold)
      const leads = words.rising.slice(left_out)
      this.#searchWindow(part, { low, high }, { cursors, leads, others: words.rising.slice(0, left_out) }, checks)
    }
  }

  /** Examines the messages that contain one of the words without which no hit is possible. */
  #searchWindow(
    part: IndexPart,
    window: Window,
    {
      cursors,
      leads,
      others,
    }: {
      readonly cursors: readonly LeafCursor[]
      readonly leads: readonly BoundedWord[]
      /** By rising bounds. */
      readonly others: readonly BoundedWord[]
    },
    checks: Checks,
  ): void {
    const { sort, hits } = this.#deps
    let rest = 0
    for (const { bound } of others) rest += bound
    const least = sort === 'relevance' ? hits.threshold / SLACK - rest : -Infinity
    this.#marks.clear()
    // Messages of the commonest, which is the last one, are marked only where they can be hits by that word alone.
    const rising = byFound(leads)
    for (const [at, cursor] of rising.cursors.entries())
      this.#marks.addScores(cursor, window, { bit: 1, required: 0, least: least - (rising.later[at] ?? 0) })
    const { scores } = this.#marks
    for (let at = this.#marks.lastFrom(WINDOW - 1); at >= 0; at = this.#marks.lastFrom(at - 1)) {
      const offset = window.low + at
      if (sort === 'relevance' && !mayReach(hits.threshold, (scores[at] ?? 0) + rest, others, offset)) continue
      this.#offerAny(part, cursors, offset, checks)
    }
  }

  #offerAny(part: IndexPart, cursors: readonly LeafCursor[], offset: number, checks: Checks): void {
    const { columns, sort, hits } = this.#deps
    const seq = part.first + offset
    let score = 0
    if (sort === 'newest') score = columns.column('seconds')[seq] ?? 0
    else {
      for (const each of cursors) {
        const count = each.countAt(offset)
        if (count >= 0) score += each.score(count, offset)
      }
    }
    if (score < hits.threshold || !this.#passes(part, offset, checks)) return
    hits.offer(score, seq)
  }
}
