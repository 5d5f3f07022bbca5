/** The port of the search in messages: by relevance to a question, or by all words. */
import type { SimilarMemory } from '../memory/fact-search.ts'
import type { MessageId } from '../messages/message.ts'
import type { ScopeEntry, Scope } from '../messages/scope.ts'
import type { QuestionWords } from '../text/passages.ts'
import type { CallContext } from '../models/language-model.ts'
import type { TimeZone } from '../platform/time-zone.ts'
import type { EarlierStatement, LaterStatement } from './later-statements.ts'
import type { Quote } from './quote.ts'
import type { SpeakerGroups } from './scope-entries.ts'
import type { SearchLimits, SearchQuery } from './search-service.ts'

/** A question as the search in messages takes it. */
export interface MessageQuestion extends Pick<SearchQuery, 'text' | 'asked_at' | 'asker'> {
  /** Where the asker is: “today” is a day there. */
  readonly zone: TimeZone
}

export interface MessageHits {
  /** Best first; messages that only restate an earlier one are left out. */
  readonly quotes: readonly Quote[]
  /** How many of them may be used. */
  readonly most_quotes: number
  /** What was looked for, and how much each word counts: passages of long texts are chosen by it. */
  readonly words: QuestionWords
}

/** The facts of a scope that are similar to the question: they lead to the messages that they were taken from. */
export type SimilarFacts = (scope: Scope) => Promise<readonly SimilarMemory[]>

/**
 * Searches the messages of `entries`; the first entry is the scope that the question is asked in. Other entries are
 * skipped when they cannot be searched.
 */
export interface MessageSearch extends SpeakerGroups {
  /** Waits for a moment until messages that arrived just now can be found: called once before a search. */
  indexNewest(): Promise<void>
  /** @throws DenidinError `unavailable` when the index cannot be read for the first entry */
  findRelevant(
    entries: readonly ScopeEntry[],
    question: MessageQuestion,
    limits: SearchLimits,
    facts: SimilarFacts,
    call: CallContext,
  ): Promise<MessageHits>
  /** What was said later about the same things, by the ids of these statements. @throws as `findRelevant` */
  findLater(
    entries: readonly ScopeEntry[],
    statements: readonly EarlierStatement[],
  ): Promise<ReadonlyMap<string, LaterStatement>>
  /** Messages of people that hold every word, in whatever form, newest first. @throws as `findRelevant` */
  findAllWords(
    entries: readonly ScopeEntry[],
    words: string,
    limits: Pick<SearchLimits, 'quotes' | 'exclude'>,
  ): Promise<readonly Quote[]>
}

/** Messages that are similar in meaning to a question: a further source of candidates beside the words. */
export interface VectorCandidates {
  /** Best first. A failure leaves the search to the words. */
  findSimilar(
    scope: Scope,
    question: string,
    limit: number,
    call: CallContext,
  ): Promise<readonly { readonly message_id: MessageId; readonly similarity: number }[]>
}

/** The search goes by words alone. */
export const noVectorCandidates: VectorCandidates = { findSimilar: async () => [] }

/** No facts lead to messages. */
export const noSimilarFacts: SimilarFacts = async () => []
