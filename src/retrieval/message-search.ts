/** The port of the message search: by relevance to a question, or by all words. */
import type { SimilarMemory } from '../memory/fact-search.ts'
import type { MessageId } from '../messages/message.ts'
import type { ScopeEntry, Scope, SearchScope } from '../messages/scope.ts'
import type { QuestionWords } from '../text/passages.ts'
import type { CallContext } from '../models/language-model.ts'
import type { TimeZone } from '../platform/time-zone.ts'
import type { EarlierStatement, LaterStatement } from './later-statements.ts'
import type { Quote } from './quote.ts'
import type { SpeakerGroups } from './scope-entries.ts'
import type { SearchLimits, SearchQuery } from './search-service.ts'

/** A question as input for the message search. */
export interface MessageQuestion extends Pick<SearchQuery, 'text' | 'asked_at' | 'asker'> {
  /** The asker's time zone: “today” is a day there. */
  readonly zone: TimeZone
}

export interface MessageHits {
  /** Best first; messages that only repeat an earlier one are left out. */
  readonly quotes: readonly Quote[]
  /** How many of them may be used. */
  readonly most_quotes: number
  /** The words of the question, and how much each counts: they select the passages of long texts. */
  readonly words: QuestionWords
}

/** The limits of one search for relevant messages. */
export interface MessageLimits extends Pick<SearchLimits, 'quotes' | 'exclude' | 'asking'> {
  /** Only these messages are found; `undefined`: all. */
  readonly within?: Iterable<MessageId>
}

/** The facts of a scope that are similar to the question: they point to the messages that they were learned from. */
export type SimilarFacts = (scope: Scope) => Promise<readonly SimilarMemory[]>

/**
 * Searches the messages of `entries`; the first entry is the scope in which the question is asked. Other entries are
 * skipped if they cannot be searched.
 */
export interface MessageSearch extends SpeakerGroups {
  /**
   * Waits briefly until messages of a scope that have just arrived can be found. Call it once before a search.
   * @param leavesOut whether the search leaves all of these messages out: it need not wait for them
   */
  indexNewest(scope: SearchScope, leavesOut?: (message_ids: readonly MessageId[]) => boolean): Promise<void>
  /** @throws DenidinError `unavailable` if the index cannot be read for the first entry */
  findRelevant(
    entries: readonly ScopeEntry[],
    question: MessageQuestion,
    limits: MessageLimits,
    facts: SimilarFacts,
    call: CallContext,
  ): Promise<MessageHits>
  /**
   * What was said later about the same things, by the ids of these statements.
   * @param asking as in `SearchLimits`
   * @throws as `findRelevant`
   */
  findLater(
    entries: readonly ScopeEntry[],
    statements: readonly EarlierStatement[],
    asking?: readonly MessageId[],
  ): Promise<ReadonlyMap<string, LaterStatement>>
  /** People's messages that contain every word, in any form, newest first. @throws as `findRelevant` */
  findAllWords(
    entries: readonly ScopeEntry[],
    words: string,
    limits: Pick<SearchLimits, 'quotes' | 'exclude'>,
  ): Promise<readonly Quote[]>
}

/** Messages that are similar in meaning to a question: a source of candidates besides the words. */
export interface VectorCandidates {
  /** Best first. If this fails, the search uses words only. */
  findSimilar(
    scope: Scope,
    question: string,
    limit: number,
    call: CallContext,
  ): Promise<readonly { readonly message_id: MessageId; readonly similarity: number }[]>
}

/** The search uses words only. */
export const noVectorCandidates: VectorCandidates = { findSimilar: async () => [] }

/** No message is found by way of facts. */
export const noSimilarFacts: SimilarFacts = async () => []
