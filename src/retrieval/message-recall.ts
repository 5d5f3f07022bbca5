import type { MessageId } from '../messages/message.ts'
import type { SearchScope, Scope } from '../messages/scope.ts'
import type { CallContext } from '../models/language-model.ts'
import type { PersonId } from '../people/person.ts'

/** What is asked, by whom, and when: relative dates (“last Tuesday”) count from `asked_at`. */
export interface RecallQuestion {
  readonly text: string
  /** Milliseconds since the Unix epoch. */
  readonly asked_at: number
  /** Who “I” is; `undefined` when nobody of the conversation asks. */
  readonly asker: PersonId | undefined
}

export interface RecallLimits {
  /** Most quotes; questions for a list get twice as many, as far as the tokens reach. */
  readonly quotes: number
  /** Most tokens of all quoted texts together. */
  readonly tokens: number
  /** Messages that the reader has before them already: never quoted. */
  readonly exclude?: ReadonlySet<MessageId>
}

/** One message of the past, word for word. */
export interface Quote {
  readonly message_id: MessageId
  /** The conversation in which it was said. */
  readonly scope: Scope
  readonly person_id: PersonId
  readonly role: 'user' | 'assistant'
  /** Name of who spoke, as the channel told it; `undefined` where it never did. */
  readonly speaker: string | undefined
  readonly sent_at: number
  /** Cut at the end where the message alone is longer than the limit. */
  readonly text: string
  /** Tokens of `text`. */
  readonly tokens: number
  /** What the search sorts by; comparable within one answer alone. */
  readonly score: number
  /** 0 to about 1: how much of what was asked stands in the message and around it, rare words counting most. */
  readonly lexical: number
  /** Cosine similarity, where vectors were asked. */
  readonly similarity?: number
  /** Since when nothing that was learned from it holds any more, milliseconds since the Unix epoch. */
  readonly held_until?: number
  /** Whose conversation it is, where a question reached beyond the asker's own. */
  readonly owner_label?: string
}

/** Finds what was said before and bears on a question. */
export interface MessageRecall {
  /**
   * Quotes from within `reach`, the most useful first; none when nothing bears on the question. Of groups that a speaker
   * reaches into, only what they said themselves.
   * @throws DenidinError `unavailable` when the index cannot be read.
   */
  recall(
    reach: SearchScope,
    question: RecallQuestion,
    limits: RecallLimits,
    call: CallContext,
  ): Promise<readonly Quote[]>
}

/** Messages near in meaning, from an index of vectors: one more source of candidates beside the words. */
export interface VectorCandidates {
  /** Best first. A failure leaves recall to the words. */
  findSimilar(
    scope: Scope,
    question: string,
    limit: number,
    call: CallContext,
  ): Promise<readonly { readonly message_id: MessageId; readonly similarity: number }[]>
}
