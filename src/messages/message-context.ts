/** Reads persons' messages together with their neighbours in the conversation, for embeddings. */
import type { ContentChange } from './change-log.ts'
import type { MessageId, MessageRecord } from './message.ts'
import type { Scope } from './scope.ts'

/** A message and what was said right before and after it in the same session, in its order. */
export interface MessageInContext {
  readonly message: MessageRecord
  readonly before: readonly MessageRecord[]
  readonly after: readonly MessageRecord[]
}

/**
 * The messages that are embedded: those of persons, with what was said around them. Messages for which `isConversation`
 * is false are left out, as messages and as context.
 */
export interface MessageContext {
  /**
   * Messages of persons in the order in which they were received, after `seq`. `reached` is the last place that was read,
   * `undefined` when there is nothing after `seq`.
   */
  inOrder(
    seq: number,
    limit: number,
  ): Promise<{
    readonly messages: readonly {
      readonly seq: number
      readonly message: Pick<MessageRecord, 'message_id' | 'scope' | 'sent_at'>
    }[]
    readonly reached: number | undefined
  }>
  /** The scope of each of these messages of persons; missing ones are left out. */
  scopesOf(message_ids: readonly MessageId[]): Promise<ReadonlyMap<MessageId, Scope>>
  /** These messages of a scope, with at most `reach` messages before and after. */
  inContext(scope: Scope, message_ids: readonly MessageId[], reach: number): Promise<readonly MessageInContext[]>
  /** Persons' messages at most `reach` messages before or after a place in a session. */
  neighbours(place: Pick<ContentChange, 'session_id' | 'seq'>, reach: number): Promise<readonly MessageId[]>
  /** Place of the newest message. When the newest is removed, the next one that comes gets its place. */
  newest(): Promise<number>
  /** How many messages of persons there are. */
  count(): Promise<number>
}
