/** Combines the scores of words and vectors into one ranking. */
import { isCommon } from '../../text/word-frequency.ts'
import { topK } from '../full-text/top-k.ts'
import { FLAG, type Columns } from '../full-text/columnar-store.ts'
import { askedBefore, type LexicalScores } from '../full-text/bm25.ts'
import type { Document, ScopeReader } from '../full-text/full-text-index.ts'
import type { RecallQuery } from '../full-text/query-parser.ts'
import type { Features } from './reranker.ts'
import type { Fusion } from './weights.ts'

/** A message that may be quoted. */
export interface Candidate extends Document {
  /** Share of the best score, with vectors included if there are any: 0 to 1. */
  readonly score: number
  /** How much of the question the message and its neighbours contain. */
  readonly lexical: number
  readonly similarity: number | undefined
}

/**
 * The candidates, how many of them may be quoted, and how certain it is that the conversation covers the question: 0 to
 * 1.
 */
interface Fused {
  readonly candidates: readonly Candidate[]
  readonly most: number
  readonly strength: number
}

/**
 * The best messages by words and vectors together. Both scores are divided by their best one and added with their
 * weights, so a weak source can raise what a strong one found, but never exclude it.
 */
export const fuse = async (
  reader: ScopeReader,
  query: Pick<RecallQuery, 'personal' | 'asked'>,
  scores: LexicalScores | undefined,
  similar: ReadonlyMap<number, number>,
  fusion: Fusion,
  limits: { readonly most: number; readonly hidden: Uint8Array },
): Promise<Fused> => {
  const { columns } = reader
  const { hidden } = limits
  const combined = new Float32Array(columns.size)
  const { floor, sure } = query.personal ? fusion.personal : fusion.general
  const strength = scores === undefined ? 0 : strengthOf(scores, hidden, query)
  if (scores !== undefined && strength >= floor) {
    const best = bestVisible(scores.total, hidden)
    if (best > 0) for (let at = 0; at < columns.size; at++) combined[at] = (scores.total[at] ?? 0) / best
  }
  const visible = [...similar].filter(([at]) => isPresent(columns, at) && hidden[at] !== 1)
  const most_similar = Math.max(0, ...visible.map(([, similarity]) => similarity))
  for (const [at, similarity] of visible) {
    combined[at] = (combined[at] ?? 0) + (fusion.vectors * similarity) / most_similar
  }
  for (let at = 0; at < columns.size; at++) if (hidden[at] === 1) combined[at] = 0
  const ordinals = topK(combined, limits.most)
  const documents = new Map((await reader.documents(ordinals)).map(each => [each.ordinal, each]))
  const best = combined[ordinals[0] ?? 0] ?? 0
  const candidates = ordinals.flatMap((ordinal): Candidate[] => {
    const document = documents.get(ordinal)
    if (document === undefined) return []
    const score = combined[ordinal] ?? 0
    const similarity = similar.get(ordinal)
    if (similarity === undefined && scores !== undefined) {
      if (score < best * fusion.tail) return []
      if (document.stems.length === 0 && isBeside(columns, scores, ordinal)) return []
    }
    const lexical = scores === undefined || scores.full === 0 ? 0 : (scores.matched[ordinal] ?? 0) / scores.full
    return [{ ...document, score, lexical, similarity }]
  })
  return {
    candidates,
    most: strength >= sure ? limits.most : Math.max(fusion.few, Math.min(visible.length, fusion.by_meaning)),
    strength: Math.min(1, strength >= floor ? strength : most_similar),
  }
}

/**
 * How much of the question the best message answers: 0 to about 1. A message from the time in question is an answer by
 * itself, unless the question is about something that may never have been mentioned.
 */
const strengthOf = (
  scores: LexicalScores,
  hidden: Uint8Array,
  { personal, asked }: Pick<RecallQuery, 'personal' | 'asked'>,
): number => {
  const strength = scores.full === 0 ? 0 : bestVisible(scores.matched, hidden) / scores.full
  return scores.dated && (personal || asked.every(isCommon)) ? Math.max(1, strength) : strength
}

/**
 * Whether neither the message nor the question that it may answer contains a word of the search, and its time does not
 * match.
 */
const isBeside = (columns: Columns, { own, timed }: LexicalScores, at: number): boolean =>
  (own[at] ?? 0) === 0 && !timed(at) && askedBefore(columns, own, at) === 0

const isPresent = (columns: Columns, at: number): boolean => ((columns.flags[at] ?? 0) & FLAG.present) !== 0

const bestVisible = (scores: Float32Array, hidden: Uint8Array): number => {
  let best = 0
  for (let at = 0; at < scores.length; at++) {
    const score = scores[at] ?? 0
    if (score > best && hidden[at] !== 1) best = score
  }
  return best
}

/** The features of a candidate, for re-rankers. */
export const featuresOf = (
  candidate: Candidate,
  query: RecallQuery,
  columns: Columns,
  scores: LexicalScores | undefined,
  weigh: (stem: string) => number,
): Features => {
  const { ordinal, stems } = candidate
  const flag = columns.flags[ordinal] ?? 0
  const has = (mask: number): number => ((flag & mask) === 0 ? 0 : 1)
  const asked = new Set(query.asked)
  const all = query.asked.reduce((sum, stem) => sum + weigh(stem), 0)
  const found = [...new Set(stems)].filter(stem => asked.has(stem)).reduce((sum, stem) => sum + weigh(stem), 0)
  const matched = scores?.matched[ordinal] ?? 0
  return {
    score: Math.log(Math.max(candidate.score, LEAST_SCORE)),
    own: matched === 0 ? 0 : (scores?.own[ordinal] ?? 0) / matched,
    coverage: all === 0 ? 0 : found / all,
    phrase: phraseShare(query.asked, stems),
    speaker: query.speaker !== undefined && columns.speakers[ordinal] === query.speaker ? 1 : 0,
    question: has(FLAG.question),
    bot: query.of_bot ? 0 : has(FLAG.bot),
    timed_when: query.kind.when ? has(FLAG.timed) : 0,
    number_count: query.kind.count ? has(FLAG.number) : 0,
    short: Math.exp(-stems.length / SHORT_STEMS),
    similarity: candidate.similarity ?? 0,
  }
}

/** Scores are shares of the best one; lower scores than this count as nothing. */
const LEAST_SCORE = 1e-6
/** Messages with about this many words or fewer say little by themselves. */
const SHORT_STEMS = 3

/** The share of neighbouring words of the question that are also neighbours in the message. */
const phraseShare = (asked: readonly string[], stems: readonly string[]): number => {
  const pairs = new Set(asked.slice(1).map((stem, at) => `${asked[at] ?? ''} ${stem}`))
  if (pairs.size === 0) return 0
  const found = new Set(
    stems
      .slice(1)
      .map((stem, at) => `${stems[at] ?? ''} ${stem}`)
      .filter(each => pairs.has(each)),
  )
  return found.size / pairs.size
}
