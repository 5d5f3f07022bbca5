/** Searches one scope by words: the words of the question, related words, and likely misspellings. */
import { shareOf } from '../../text/word-frequency.ts'
import { relatedTo } from '../../text/synonyms.ts'
import { editDistance } from '../../platform/edit-distance.ts'
import { yieldToEventLoop } from '../../platform/yield.ts'
import { lexicalScores, rarity, windowed, WordScores, type LexicalScores } from './bm25.ts'
import type { Postings, ScopeReader } from './full-text-index.ts'
import type { RecallQuery } from './query-parser.ts'
import type { LexicalWeights } from '../ranking/weights.ts'

/** Related words that are looked up: the rarest of those that the scope contains. */
const MOST_RELATED = 40
/** A related word in more than this share of the messages says nothing. */
const COMMON_SHARE = 0.1

/** A word that no message contains may be misspelt: from these lengths on, one and two edits are forgiven. */
const ONE_EDIT_LETTERS = 5
const TWO_EDITS_LETTERS = 9
/** Letters at its beginning that are taken as right, and stems that are compared. */
const SURE_LETTERS = 2
const MOST_COMPARED = 3000
/** Misspelt words that are looked for. */
const MOST_MISSPELT = 4
const MISSPELT_WEIGHT = 0.7

/** A question about a person who was never mentioned here is hardly about anything said here. */
const UNKNOWN_NAME_WEIGHT = 3

/** Rarity of a word in half of all messages: a more common word says nothing, and would cost most. */
const LEAST_RARITY = Math.log(2)

/** Scores every message of a scope by the words of a question, but for those that are `hidden`. */
export const searchWords = async (
  reader: ScopeReader,
  query: RecallQuery,
  weights: LexicalWeights,
  hidden: Uint8Array,
): Promise<LexicalScores> => {
  const { present } = reader.columns
  const asked = await reader.postings(query.asked)
  const meant = await misspelt(
    reader,
    query.asked.filter(each => !asked.has(each)),
  )
  const related = weights.related > 0 ? await reader.postings(query.related) : new Map<string, Postings>()
  const words = new WordScores(reader.columns, weights, hidden)
  const looked_for = new Map<string, number>()
  let full = 0
  for (const stem of query.asked) {
    const { written, postings } = meant.get(stem) ?? { written: stem, postings: asked.get(stem) }
    const rare = (found: number): number => rarity(found, present, shareOf(stem), weights.prior)
    full += worth(stem, postings, related, query, rare)
    if (postings === undefined) continue
    looked_for.set(written, rare(postings.ordinals.length))
    if (rare(postings.ordinals.length) < LEAST_RARITY) continue
    await words.add(postings, asked.has(stem) ? 1 : MISSPELT_WEIGHT, shareOf(stem), yieldToEventLoop)
  }
  for (const [stem, postings] of rarest(related, present)) {
    await words.add(postings, weights.related, shareOf(stem), yieldToEventLoop)
    if (!looked_for.has(stem)) {
      looked_for.set(stem, weights.related * rarity(postings.ordinals.length, present, shareOf(stem), weights.prior))
    }
  }
  await yieldToEventLoop()
  const scores = lexicalScores(reader.columns, query, words, weights, full * windowed(reader.columns, weights))
  return { ...scores, words: looked_for }
}

/** What a word of the question counts in the whole of what is asked. */
const worth = (
  stem: string,
  postings: Postings | undefined,
  related: ReadonlyMap<string, Postings>,
  query: RecallQuery,
  rare: (found: number) => number,
): number => {
  if (postings !== undefined) return rare(postings.ordinals.length)
  const known = [...relatedTo(stem)].flatMap(each => related.get(each)?.ordinals.length ?? [])
  // Others put it in other words.
  if (known.length > 0) return rare(Math.min(...known))
  return rare(0) * (query.names.has(stem) ? UNKNOWN_NAME_WEIGHT : 1)
}

const rarest = (found: ReadonlyMap<string, Postings>, present: number): readonly (readonly [string, Postings])[] =>
  [...found]
    .filter(([, { ordinals }]) => ordinals.length <= Math.max(1, present * COMMON_SHARE))
    .sort(([, a], [, b]) => a.ordinals.length - b.ordinals.length)
    .slice(0, MOST_RELATED)

/** A word as messages contain it. */
interface Written {
  readonly written: string
  readonly postings: Postings
}

/** For each word that no message contains, the closest word that one does, if close enough. */
const misspelt = async (reader: ScopeReader, stems: readonly string[]): Promise<ReadonlyMap<string, Written>> => {
  const meant = new Map<string, string>()
  const candidates = stems.filter(each => each.length >= ONE_EDIT_LETTERS && /^\p{L}+$/u.test(each))
  for (const stem of candidates.slice(0, MOST_MISSPELT)) {
    const most = stem.length >= TWO_EDITS_LETTERS ? 2 : 1
    let best: { readonly written: string; readonly distance: number } | undefined
    for (const written of await reader.stemsFrom(stem.slice(0, SURE_LETTERS), MOST_COMPARED)) {
      if (Math.abs(written.length - stem.length) > most) continue
      const distance = editDistance(stem, written)
      if (distance <= most && (best === undefined || distance < best.distance)) best = { written, distance }
    }
    if (best !== undefined) meant.set(stem, best.written)
  }
  const found = await reader.postings([...new Set(meant.values())])
  return new Map(
    [...meant].flatMap(([stem, written]) => {
      const postings = found.get(written)
      return postings === undefined ? [] : [[stem, { written, postings }] as const]
    }),
  )
}
