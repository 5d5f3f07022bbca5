/** Scores messages by the words that they share with a question: BM25 of a message and its neighbours. */
import { DAY_MS, SECOND_MS } from '../../platform/clock.ts'
import type { QuestionWords } from '../../text/passages.ts'
import { rarity } from '../../text/rarity.ts'
import { FLAG, type Columns } from './columnar-store.ts'
import type { Postings } from './full-text-index.ts'
import type { RecallQuery } from './query-parser.ts'
import type { LexicalWeights } from '../ranking/weights.ts'
import { NEAR_RADIUS, WIDE_RADIUS, type Windows } from './windows.ts'

/** Scores of all messages of a scope for one question, by ordinal. */
export interface LexicalScores {
  /** BM25 of the message alone. */
  readonly own: Float32Array
  /** BM25 of the message and of its windows. */
  readonly matched: Float32Array
  /** The score that messages are sorted by. */
  readonly total: Float32Array
  /** Score of a message that contains every word of the question once, and whose neighbours do too. */
  readonly full: number
  /** The question is about a time in the past, and there are messages that were sent then or mention it. */
  readonly dated: boolean
  /** Whether a message was sent at the time that the question is about, or mentions it. */
  readonly timed: (at: number) => boolean
  /** The words of the question, and how much each counts. */
  readonly words: QuestionWords
}

/** How many postings are scored in one step; between two steps, control returns to the event loop. */
const STEP_POSTINGS = 20_000

/** Adds up the words of a question, one by one: BM25 of each message, by itself and in its windows. */
export class WordScores {
  readonly #columns: Columns
  readonly #weights: LexicalWeights
  readonly #hidden: Uint8Array
  readonly own: Float32Array
  readonly matched: Float32Array
  readonly #near: Float32Array
  readonly #wide: Float32Array
  readonly #touched: Uint32Array
  /** By the number of messages that a window spans. */
  readonly #selectivity: Float64Array

  /** @param hidden 1 for each message whose words do not count, neither for itself nor for its neighbours */
  constructor(columns: Columns, weights: LexicalWeights, hidden: Uint8Array) {
    this.#columns = columns
    this.#weights = weights
    this.#hidden = hidden
    this.own = new Float32Array(columns.size)
    this.matched = new Float32Array(columns.size)
    this.#near = new Float32Array(columns.size)
    this.#wide = new Float32Array(columns.size)
    this.#touched = new Uint32Array(columns.size)
    this.#selectivity = Float64Array.from({ length: MOST_SPANNED + 1 }, (_, span) => selectivity(span, columns.present))
  }

  /**
   * Adds a word that counts `weight` times and makes up `share` of everyday talk; calls `yieldBetween` between long
   * steps.
   */
  async add(postings: Postings, weight: number, share: number, yieldBetween: () => Promise<void>): Promise<void> {
    const { k1, prior } = this.#weights
    const worth = weight * rarity(postings.ordinals.length, this.#columns.present, share, prior) * (k1 + 1)
    let touched = 0
    for (let from = 0; from < postings.ordinals.length; from += STEP_POSTINGS) {
      if (from > 0) await yieldBetween()
      touched = this.#addMessages(postings, from, worth, touched)
    }
    await yieldBetween()
    this.#addWindows(worth, touched)
  }

  /**
   * Scores the messages of one step by themselves, and counts the word in the windows around them.
   * @param from position of the first posting
   * @param touched how many messages have the word in their window so far
   * @returns the same afterwards
   */
  #addMessages({ ordinals, counts }: Postings, from: number, worth: number, touched: number): number {
    const { size, lengths, average_length, near, wide } = this.#columns
    const end = Math.min(ordinals.length, from + STEP_POSTINGS)
    for (let at = from; at < end; at++) {
      const ordinal = ordinals[at] ?? 0
      // Messages that arrived after this search began are not in its columns.
      if (ordinal >= size || this.#hidden[ordinal] === 1) continue
      const count = counts[at] ?? 0
      const alone = worth * saturated(count, lengths[ordinal] ?? 0, average_length, this.#weights)
      this.own[ordinal] = (this.own[ordinal] ?? 0) + alone
      this.matched[ordinal] = (this.matched[ordinal] ?? 0) + alone
      const wide_to = ordinal + (wide.after[ordinal] ?? 0)
      const near_from = ordinal - (near.before[ordinal] ?? 0)
      const near_to = ordinal + (near.after[ordinal] ?? 0)
      for (let beside = ordinal - (wide.before[ordinal] ?? 0); beside <= wide_to; beside++) {
        if (this.#wide[beside] === 0) this.#touched[touched++] = beside
        this.#wide[beside] = (this.#wide[beside] ?? 0) + count
        if (beside >= near_from && beside <= near_to) this.#near[beside] = (this.#near[beside] ?? 0) + count
      }
    }
    return touched
  }

  /** Adds the scores of the windows in which the word was counted, and sets the counts back to 0. */
  #addWindows(worth: number, touched: number): void {
    const { near, wide } = this.#columns
    for (let at = 0; at < touched; at++) {
      const ordinal = this.#touched[at] ?? 0
      this.matched[ordinal] =
        (this.matched[ordinal] ?? 0) +
        worth *
          (this.#weights.wide * this.#inWindow(wide, ordinal, this.#wide[ordinal] ?? 0) +
            this.#weights.near * this.#inWindow(near, ordinal, this.#near[ordinal] ?? 0))
      this.#near[ordinal] = 0
      this.#wide[ordinal] = 0
    }
  }

  #inWindow({ before, after, lengths, average }: Windows, ordinal: number, count: number): number {
    if (count === 0) return 0
    const span = (before[ordinal] ?? 0) + 1 + (after[ordinal] ?? 0)
    return (this.#selectivity[span] ?? 0) * saturated(count, lengths[ordinal] ?? 0, average, this.#weights)
  }
}

/** BM25: the more often a text contains a word, and the shorter it is, the more the word counts; 1 at most. */
const saturated = (count: number, length: number, mean: number, { k1, b }: LexicalWeights): number =>
  count / (count + k1 * (1 - b + (b * length) / mean))

/** Messages that a window may span: 255 on each side and the message itself. */
const MOST_SPANNED = 511

/**
 * How much it means that a window matches, if it spans `span` of `present` messages: nothing if it covers the whole
 * conversation.
 */
const selectivity = (span: number, present: number): number => Math.max(0, 1 - span / Math.max(1, present)) ** 2

/** Highest factor by which its windows can raise the score of a message. */
export const windowed = ({ present }: Pick<Columns, 'present'>, { near, wide }: LexicalWeights): number =>
  1 + near * selectivity(2 * NEAR_RADIUS + 1, present) + wide * selectivity(2 * WIDE_RADIUS + 1, present)

/** How many messages at the end of a burst are searched for a question. */
const MOST_ASKED = 8

/** A question about “now” prefers recent messages; this preference halves every so many days. */
const NOW_HALF_LIFE_DAYS = 30

/** Computes the final score of every message from its words, its speaker, its time, and the kind of question. */
export const lexicalScores = (
  columns: Columns,
  query: RecallQuery,
  words: Pick<WordScores, 'own' | 'matched'>,
  weights: LexicalWeights,
  full: number,
): Omit<LexicalScores, 'words'> => {
  const { own, matched } = words
  const { size, flags, speakers, seconds } = columns
  const total = new Float32Array(size)
  const time = timeScores(columns, query, weights)
  const newest = seconds[size - 1] ?? 0
  for (let at = 0; at < size; at++) {
    const flag = flags[at] ?? 0
    if ((flag & FLAG.present) === 0) continue
    let score = matched[at] ?? 0
    score += weights.answer * askedBefore(columns, own, at)
    score += time.sum(at)
    if (score === 0) continue
    score *= time.product(at)
    if (query.speaker !== undefined && speakers[at] === query.speaker) score *= weights.speaker
    if ((flag & FLAG.question) !== 0) score *= weights.question
    if ((flag & FLAG.bot) !== 0 && !query.of_bot) score *= weights.bot
    if (query.kind.when && (flag & FLAG.timed) !== 0) score *= weights.when
    if (query.kind.count && (flag & FLAG.number) !== 0) score *= weights.count
    if (query.kind.now) {
      const days = (Math.max(0, newest - (seconds[at] ?? 0)) * SECOND_MS) / DAY_MS
      score *= 1 + (weights.now - 1) * 0.5 ** (days / NOW_HALF_LIFE_DAYS)
    }
    total[at] = score
  }
  return { own, matched, total, full, dated: time.found && query.past, timed: at => time.sum(at) > 0 }
}

/**
 * Score of the question that a message may answer: the best message of the burst before its own; 0 if that burst asks
 * nothing.
 */
export const askedBefore = ({ flags, session_first, burst_first }: Columns, own: Float32Array, at: number): number => {
  const before = (burst_first[at] ?? 0) - 1
  if (before < (session_first[at] ?? 0)) return 0
  let best = 0
  for (let asked = before; asked >= Math.max(burst_first[before] ?? 0, before - MOST_ASKED); asked--) {
    if (((flags[asked] ?? 0) & FLAG.question) !== 0) best = Math.max(best, own[asked] ?? 0)
  }
  return best
}

interface TimeScores {
  readonly sum: (at: number) => number
  readonly product: (at: number) => number
  readonly found: boolean
}

/**
 * The everyday talk with which a time in a question is compared: a year, in which one message in ten mentions a day.
 */
const YEAR_DAYS = 365
const SPEAK_OF_A_DAY = 0.1

/** What a time in the question adds to the scores of messages that were sent then, and of messages that mention it. */
const timeScores = (columns: Columns, { dates, sent: within }: RecallQuery, weights: LexicalWeights): TimeScores => {
  if (dates.length === 0) return { sum: () => 0, product: () => 1, found: false }
  const { size, seconds, mention_days, mention_lengths, flags } = columns
  const SENT = 1
  const MENTIONED = 2
  const hits = new Uint8Array(size)
  let sent = 0
  let mentioned = 0
  // Loops instead of functions that are made for each message of the past.
  const isWithin = (second: number): boolean => {
    for (const { from, until } of within) if (second >= from && second < until) return true
    return false
  }
  const mentionsOne = (mention: number): boolean => {
    const first = mention_days[mention] ?? 0
    if (first === 0) return false
    const last = first + (mention_lengths[mention] ?? 0)
    for (const { from, to } of dates) if (first <= to && last >= from) return true
    return false
  }
  for (let at = 0; at < size; at++) {
    if (((flags[at] ?? 0) & FLAG.present) === 0) continue
    if (isWithin(seconds[at] ?? 0)) {
      hits[at] = SENT
      sent++
    }
    if (mentionsOne(2 * at) || mentionsOne(2 * at + 1)) {
      hits[at] = (hits[at] ?? 0) | MENTIONED
      mentioned++
    }
  }
  const share = Math.min(1, dates.reduce((sum, { from, to }) => sum + to - from + 1, 0) / YEAR_DAYS)
  const rare = (found: number, everyday: number): number =>
    Math.log(1 + (size + weights.prior) / Math.max(1, found + weights.prior * everyday))
  const for_sent = weights.sent * rare(sent, share)
  const for_mention = weights.mentioned * rare(mentioned, share * SPEAK_OF_A_DAY)
  return {
    sum: at => {
      const hit = hits[at] ?? 0
      return ((hit & SENT) === 0 ? 0 : for_sent) + ((hit & MENTIONED) === 0 ? 0 : for_mention)
    },
    product: at => (((hits[at] ?? 0) & SENT) === 0 ? 1 : weights.in_time),
    found: sent + mentioned > 0,
  }
}
