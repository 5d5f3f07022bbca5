/** Searches one scope by words: the words of the question, related words, and likely misspellings. */
import { rarity } from '../../text/rarity.ts'
import { shareOf } from '../../text/word-frequency.ts'
import { relatedTo } from '../../text/synonyms.ts'
import { ANSWER_SLICE_MS, TimeSlices } from '../../platform/yield.ts'
import { lexicalScores, windowed, WordScores, type LexicalScores } from './bm25.ts'
import type { Postings, ScopeReader } from './full-text-index.ts'
import type { RecallQuery } from './query-parser.ts'
import { findWords } from './word-finder.ts'
import type { LexicalWeights } from '../ranking/weights.ts'

/** How many related words are looked up: the rarest that the scope contains. */
const MOST_RELATED = 40
/** A related word is ignored if more than this share of the messages contain it. */
const COMMON_SHARE = 0.1

/** A question about a person who was never mentioned here is probably not about this conversation. */
const UNKNOWN_NAME_WEIGHT = 3

/**
 * Rarity of a word that half of all messages contain: more common words carry no information, and would cost the most
 * time.
 */
const LEAST_RARITY = Math.log(2)

/** Scores every message of a scope by the words of a question, except those that are `hidden`. */
export const searchWords = async (
  reader: ScopeReader,
  query: RecallQuery,
  weights: LexicalWeights,
  hidden: Uint8Array,
): Promise<LexicalScores> => {
  const { present } = reader.columns
  const { asked, related } = await wordsOnce(reader, query, weights)
  const words = new WordScores(reader.columns, weights, hidden)
  const looked_for = new Map<string, number>()
  let full = 0
  // Not after every word: background work would run each time, while a person waits.
  const slices = new TimeSlices(ANSWER_SLICE_MS)
  const pause = (): Promise<void> => slices.pause()
  for (const stem of query.asked) {
    const found = asked.get(stem)
    const rare = (count: number): number => rarity(count, present, shareOf(stem), weights.prior)
    full += worth(stem, found?.postings, related, query, rare)
    if (found === undefined) continue
    const { forms, postings, weight } = found
    for (const each of forms) looked_for.set(each, rare(postings.ordinals.length))
    if (rare(postings.ordinals.length) < LEAST_RARITY) continue
    await words.add(postings, weight, shareOf(stem), pause)
  }
  for (const [stem, postings] of rarest(related, present)) {
    await words.add(postings, weights.related, shareOf(stem), pause)
    if (!looked_for.has(stem)) {
      looked_for.set(stem, weights.related * rarity(postings.ordinals.length, present, shareOf(stem), weights.prior))
    }
  }
  await pause()
  const scores = lexicalScores(reader.columns, query, words, weights, full * windowed(reader.columns, weights))
  return { ...scores, words: looked_for }
}

/** The postings that a question needs. */
interface QuestionPostings {
  readonly asked: Awaited<ReturnType<typeof findWords>>
  readonly related: ReadonlyMap<string, Postings>
}

/** By the parsed question, which belongs to one state of one scope: a turn searches its session and the past with it. */
const looked_up = new WeakMap<RecallQuery, Promise<QuestionPostings>>()

const wordsOnce = (reader: ScopeReader, query: RecallQuery, { related }: LexicalWeights): Promise<QuestionPostings> => {
  const known = looked_up.get(query)
  if (known !== undefined) return known
  const words = (async (): Promise<QuestionPostings> => ({
    asked: await findWords(reader, query),
    related: related > 0 ? await reader.postings(query.related) : new Map<string, Postings>(),
  }))()
  looked_up.set(query, words)
  return words
}

/** The share of one word in the full score of a question. */
const worth = (
  stem: string,
  postings: Postings | undefined,
  related: ReadonlyMap<string, Postings>,
  query: RecallQuery,
  rare: (found: number) => number,
): number => {
  if (postings !== undefined) return rare(postings.ordinals.length)
  const known = [...relatedTo(stem)].flatMap(each => related.get(each)?.ordinals.length ?? [])
  // The conversation uses a related word instead.
  if (known.length > 0) return rare(Math.min(...known))
  return rare(0) * (query.names.has(stem) ? UNKNOWN_NAME_WEIGHT : 1)
}

const rarest = (found: ReadonlyMap<string, Postings>, present: number): readonly (readonly [string, Postings])[] =>
  [...found]
    .filter(([, { ordinals }]) => ordinals.length <= Math.max(1, present * COMMON_SHARE))
    .sort(([, a], [, b]) => a.ordinals.length - b.ordinals.length)
    .slice(0, MOST_RELATED)
