/** Searches the messages of one scope: by words, by vectors, and by both combined. */
import type { MessageReader } from '../messages/message-reader.ts'
import type { MessageId, MessageRecord } from '../messages/message.ts'
import type { Scope } from '../messages/scope.ts'
import type { QuestionWords } from '../text/passages.ts'
import { rarity } from '../text/rarity.ts'
import { shareOf } from '../text/word-frequency.ts'
import { featuresOf, fuse, type Candidate } from './ranking/fusion.ts'
import type { LexicalScores } from './full-text/bm25.ts'
import type { ScopeReader, Speaker } from './full-text/full-text-index.ts'
import type { MessageLimits, MessageQuestion } from './message-search.ts'
import type { OpenedEntry } from './opened-entry.ts'
import { readQuestion, type RecallQuery } from './full-text/query-parser.ts'
import { NO_FEATURES, type Features, type Reranker } from './ranking/reranker.ts'
import { withoutRestatements } from './ranking/dedupe.ts'
import type { Fusion, LexicalWeights } from './ranking/weights.ts'
import { searchWords } from './full-text/lexical-search.ts'

/** How many messages are examined closely, for a question with one answer and for one that asks for a list. */
const CANDIDATES = { answer: 64, list: 100 }

/** A message that may be quoted. */
export interface ScopeHit {
  readonly scope: Scope
  readonly candidate: Candidate
  readonly message: MessageRecord
  /**
   * Comparable between scopes: the score in its scope, weighted by how certain it is that this scope covers the
   * question.
   */
  readonly rank: number
  /** Input of a re-ranker; all 0 if the re-ranker does not use them. */
  readonly features: Features
}

/** The hits of one scope, best first. */
export interface ScopeHits {
  readonly hits: readonly ScopeHit[]
  /** The question asks for a list. */
  readonly list: boolean
  /** The words of the question, and how much each counts. */
  readonly words: QuestionWords
}

export interface ScopeSearchDeps {
  readonly feed: Pick<MessageReader, 'get'>
  readonly weights: LexicalWeights
  readonly fusion: Fusion
  readonly reranker: Pick<Reranker, 'readsFeatures'>
  /** Similarity of messages by ordinal, from vectors; empty without vectors. Never rejects. */
  readonly similar: (entry: OpenedEntry) => Promise<ReadonlyMap<number, number>>
}

/** Searches one entry of a search scope. */
export const searchScope = async (
  deps: ScopeSearchDeps,
  entry: OpenedEntry,
  question: MessageQuestion,
  limits: MessageLimits & Required<Pick<MessageLimits, 'exclude'>>,
): Promise<ScopeHits> => {
  const { weights, fusion } = deps
  const { reader } = entry
  const query = readOnce(question, reader.speakers)
  // A text of polite phrases alone asks for nothing.
  if (query.asked.length === 0 && query.dates.length === 0) return { hits: [], list: false, words: new Map() }
  // The embedder and the vector index work while the words are looked up here.
  const asking = deps.similar(entry)
  const hidden = await hiddenIn(reader, limits)
  const scores = await searchWords(reader, query, weights, hidden)
  const { candidates, most, strength } = await fuse(reader, query, scores, await asking, fusion, {
    most: mostExamined(query.kind, limits),
    hidden,
  })
  const messages = await readMessages(deps, entry, candidates)
  const featuresOfCandidate = deps.reranker.readsFeatures
    ? await featuresIn(entry, query, scores, weights)
    : () => NO_FEATURES
  const hits = candidates.flatMap((candidate): ScopeHit[] => {
    const message = messages.get(candidate.message_id)
    if (message === undefined) return []
    const rank = candidate.score * strength
    return [{ scope: entry.scope, candidate, message, rank, features: featuresOfCandidate(candidate) }]
  })
  const distinct = most < hits.length ? [...withoutRestatements(hits, stemsOf)].slice(0, most) : hits
  return { hits: distinct, list: query.kind.list, words: scores.words }
}

/** Of certain messages only the best are needed: there is nothing to choose from for the rest of a request. */
const mostExamined = ({ list }: RecallQuery['kind'], { quotes, within }: MessageLimits): number =>
  within === undefined ? Math.max(list ? CANDIDATES.list : CANDIDATES.answer, quotes) : quotes

/** The parsed questions, by the question and the speakers: a turn searches the running session and the past with the same. */
const parsed = new WeakMap<MessageQuestion, WeakMap<readonly Speaker[], RecallQuery>>()

const readOnce = (question: MessageQuestion, speakers: readonly Speaker[]): RecallQuery => {
  const known = parsed.get(question) ?? new WeakMap<readonly Speaker[], RecallQuery>()
  parsed.set(question, known)
  const query = known.get(speakers) ?? readQuestion(question, speakers)
  known.set(speakers, query)
  return query
}

/**
 * 1 for each message that the reader sees anyway: the question itself, and the conversation that it belongs to. Such a
 * message is not quoted, and its words do not raise the scores of its neighbours.
 */
const hiddenIn = async (
  reader: ScopeReader,
  { exclude, within, asking = [] }: MessageLimits & Required<Pick<MessageLimits, 'exclude'>>,
): Promise<Uint8Array> => {
  const hidden = new Uint8Array(reader.columns.size)
  if (within !== undefined) {
    hidden.fill(1)
    for (const ordinal of await reader.ordinals([...within])) if (ordinal !== undefined) hidden[ordinal] = 0
  }
  // The reader does not contain those that ask.
  const left_out = [...exclude].filter(id => !asking.includes(id))
  for (const ordinal of await reader.ordinals(left_out)) if (ordinal !== undefined) hidden[ordinal] = 1
  return hidden
}

export const stemsOf = ({ candidate }: ScopeHit): readonly string[] => candidate.stems

/** Reads the texts from their primary store, within the scope, and only of people who may be quoted. */
const readMessages = async (
  { feed }: Pick<ScopeSearchDeps, 'feed'>,
  { scope, only }: OpenedEntry,
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
  { reader }: OpenedEntry,
  query: RecallQuery,
  scores: LexicalScores,
  { prior }: LexicalWeights,
): Promise<(candidate: Candidate) => Features> => {
  const found = new Map<string, number>()
  for (const [stem, { ordinals }] of await reader.postings(query.asked)) found.set(stem, ordinals.length)
  const weigh = (stem: string): number => rarity(found.get(stem) ?? 0, reader.columns.present, shareOf(stem), prior)
  return candidate => featuresOf(candidate, query, reader.columns, scores, weigh)
}
