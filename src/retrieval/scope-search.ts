import type { MessageReader } from '../messages/message-reader.ts'
import type { MessageId, MessageRecord } from '../messages/message.ts'
import type { Scope } from '../messages/scope.ts'
import { shareOf } from '../text/word-frequency.ts'
import { featuresOf, fuse, type Candidate } from './ranking/fusion.ts'
import { rarity, type LexicalScores } from './full-text/bm25.ts'
import type { ScopeReader } from './full-text/full-text-index.ts'
import type { RecallQuestion } from './message-recall.ts'
import type { ScopeView } from './search-scopes.ts'
import { readQuestion, type RecallQuery } from './full-text/query-parser.ts'
import type { Features } from './ranking/reranker.ts'
import { withoutRestatements } from './ranking/dedupe.ts'
import type { Fusion, LexicalWeights } from './ranking/weights.ts'
import { searchWords } from './full-text/lexical-search.ts'

/** Messages that are looked at closely. */
const CANDIDATES = 100

/** A message that may be quoted. */
export interface ScopeHit {
  readonly scope: Scope
  readonly candidate: Candidate
  readonly message: MessageRecord
  /** Comparable between places: the score there, by how sure it is that this was spoken of there. */
  readonly rank: number
  /** What a re-ranker is told; `undefined` where none asks. */
  readonly features: Features | undefined
}

/** What was found in one place, best first. */
export interface ScopeHits {
  readonly found: readonly ScopeHit[]
  readonly list: boolean
}

export interface ScopeSearchDeps {
  readonly feed: Pick<MessageReader, 'get'>
  readonly weights: LexicalWeights
  readonly fusion: Fusion
  readonly with_features: boolean
  /** Likeness of messages by ordinal, from vectors; none without. Never rejects. */
  readonly similar: (place: ScopeView) => Promise<ReadonlyMap<number, number>>
}

/** Searches one place of a reach. */
export const searchScope = async (
  parts: ScopeSearchDeps,
  place: ScopeView,
  question: RecallQuestion,
  limits: { readonly quotes: number; readonly exclude: ReadonlySet<MessageId> },
): Promise<ScopeHits> => {
  const { weights, fusion } = parts
  const { reader } = place
  const query = readQuestion(question, reader.speakers)
  const words = query.asked.length > 0 || query.dates.length > 0
  // Politeness alone asks for nothing.
  if (!words) return { found: [], list: false }
  // The embedder and the index of vectors work while the words are looked up here.
  const asking = parts.similar(place)
  const hidden = await hiddenIn(reader, limits.exclude)
  const scores = await searchWords(reader, query, weights, hidden)
  const { candidates, most, strength } = await fuse(reader, query, scores, await asking, fusion, {
    most: Math.max(CANDIDATES, limits.quotes),
    hidden,
  })
  const messages = await texts(parts, place, candidates)
  const features = parts.with_features ? await featuresIn(place, query, scores, weights) : undefined
  const found = candidates.flatMap((candidate): ScopeHit[] => {
    const message = messages.get(candidate.message_id)
    if (message === undefined) return []
    const rank = candidate.score * strength
    return [{ scope: place.scope, candidate, message, rank, features: features?.(candidate) }]
  })
  const told = most < found.length ? [...withoutRestatements(found, stemsOf)].slice(0, most) : found
  return { found: told, list: query.kind.list }
}

/**
 * 1 for each message that the reader has before them: the question itself, and the conversation that it stands in. It is
 * not quoted, and what stands beside it is not found by its words.
 */
const hiddenIn = async (reader: ScopeReader, exclude: ReadonlySet<MessageId>): Promise<Uint8Array> => {
  const hidden = new Uint8Array(reader.columns.size)
  for (const ordinal of (await reader.ordinals([...exclude])).values()) hidden[ordinal] = 1
  return hidden
}

export const stemsOf = ({ candidate }: ScopeHit): readonly string[] => candidate.stems

/** The words themselves are read where they are true, within the scope, and only of whom may be quoted. */
const texts = async (
  { feed }: Pick<ScopeSearchDeps, 'feed'>,
  { scope, only }: ScopeView,
  candidates: readonly Candidate[],
): Promise<ReadonlyMap<MessageId, MessageRecord>> => {
  const messages = await feed.get(
    scope,
    candidates.map(each => each.message_id),
  )
  return new Map(
    messages
      .filter(({ person_id, role }) => only === undefined || (person_id === only && role === 'user'))
      .map(message => [message.message_id, message]),
  )
}

const featuresIn = async (
  { reader }: ScopeView,
  query: RecallQuery,
  scores: LexicalScores,
  { prior }: LexicalWeights,
): Promise<(candidate: Candidate) => Features> => {
  const found = new Map<string, number>()
  for (const [stem, { ordinals }] of await reader.postings(query.asked)) found.set(stem, ordinals.length)
  const weigh = (stem: string): number => rarity(found.get(stem) ?? 0, reader.columns.present, shareOf(stem), prior)
  return candidate => featuresOf(candidate, query, reader.columns, scores, weigh)
}
