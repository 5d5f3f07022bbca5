/**
 * The port of the search: one query over facts and messages within a search scope. Turns, commands and the CLI use it.
 */
import type { RecalledMemory } from '../memory/memory.ts'
import type { MessageId } from '../messages/message.ts'
import type { SearchScope } from '../messages/scope.ts'
import type { CallContext } from '../models/language-model.ts'
import type { PersonId } from '../people/person.ts'
import type { QuestionWords } from '../text/passages.ts'
import type { Quote } from './quote.ts'

export interface SearchQuery {
  readonly text: string
  /**
   * Which messages match: those `relevant` to the text as a question, best first; those that contain `all_words` of it
   * in any form, newest first; or `none`, to search facts only. Facts always match by meaning.
   */
  readonly messages: 'relevant' | 'all_words' | 'none'
  /** When the question is asked, in milliseconds since the Unix epoch: relative dates (“last Tuesday”) refer to it. */
  readonly asked_at: number
  /** The person whom “I” refers to; `undefined` if the asker does not take part in the conversation. */
  readonly asker: PersonId | undefined
}

export interface SearchLimits {
  /** Most messages. Questions for a list get twice as many. */
  readonly quotes: number
  /** Messages that the reader sees anyway: they are never found. */
  readonly exclude?: Iterable<MessageId>
  /**
   * Messages of `exclude` that ask the question: what is found is the same whether they are indexed already or not.
   */
  readonly asking?: readonly MessageId[]
  /**
   * Messages of `exclude` in the asker's own scope that are found apart from all others. What was said in the running
   * conversation resembles a question of it, and would displace what was said elsewhere.
   */
  readonly apart?: Iterable<MessageId>
}

export interface SearchHits {
  /** Facts and summaries, best first, at most `top_k_results`; not shortened. */
  readonly memories: readonly RecalledMemory[]
  /** Messages in the order that the query asks for; not shortened. */
  readonly quotes: readonly Quote[]
  /** Found messages of `SearchLimits.apart`, best first. */
  readonly apart?: readonly Quote[]
  /** How many of the quotes may be used. */
  readonly most_quotes: number
  /** The words of the question, and how much each counts: they select the passages of long texts. */
  readonly words: QuestionWords
  /** Why the facts could not be searched by meaning and were found only by their words; `undefined` if they could. */
  readonly failure: string | undefined
}

export interface SearchService {
  /**
   * Searches within `scope`, and nowhere else. Hits of `extra_scopes` carry the name of their owner; call
   * `ScopePolicy.audit` for those that are used. Never rejects: a part that cannot be searched returns no hits.
   */
  search(scope: SearchScope, query: SearchQuery, limits: SearchLimits, call: CallContext): Promise<SearchHits>
}

const NO_HITS: SearchHits = { memories: [], quotes: [], most_quotes: 0, words: new Map(), failure: undefined }

/** The search while long-term memory is switched off. */
export const noSearch: SearchService = { search: async () => NO_HITS }
