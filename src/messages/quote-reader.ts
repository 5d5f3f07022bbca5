/**
 * The port that finds the message that another message quotes: the message itself if it is stored, otherwise the copy
 * that came with the quote.
 */
import type { MessageId, MessageRecord } from './message.ts'
import type { Scope } from './scope.ts'

/** A quoted text and its author. */
export type QuotedWords = Pick<MessageRecord, 'person_id' | 'role' | 'sender_name' | 'text'>

/** A message that quotes another one. */
export interface QuotingMessage {
  readonly message_id: MessageId
  readonly reply_to: MessageId
  readonly scope: Scope
}

/**
 * What is known about a quoted message.
 * - `kept`: it is a message of the same scope, in its current form.
 * - `copied`: it was never stored; its copy is.
 * - `elsewhere`: it is a message of another scope, whose text is not read here.
 * - `gone`: it was recorded or sent once, but its text is no longer stored.
 * - `unknown`: nothing is known about it.
 */
export type FoundQuote =
  | { readonly state: 'kept'; readonly message_id: MessageId; readonly words: QuotedWords }
  | { readonly state: 'copied'; readonly words: QuotedWords }
  | { readonly state: 'elsewhere'; readonly message_id: MessageId }
  | { readonly state: 'gone' | 'unknown' }

export interface QuoteReader {
  /** The quote of each of these messages, by the id of the quoting message. */
  of(messages: readonly QuotingMessage[]): Promise<ReadonlyMap<MessageId, FoundQuote>>
}
