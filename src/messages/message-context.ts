/** Reads people's messages together with their neighbours in the conversation, for embeddings. */
import type { ContentChange } from './change-log.ts'
import type { MessageId, MessageRecord } from './message.ts'
import type { Scope } from './scope.ts'

/** A message with the messages right before and after it in the same session, in order. */
export interface MessageInContext {
  readonly message: MessageRecord
  readonly before: readonly MessageRecord[]
  readonly after: readonly MessageRecord[]
}

/**
 * The messages to embed: those of people, with the surrounding messages. Messages for which `isConversation` is false
 * are left out, as messages and as context.
 */
export interface MessageContext {
  /**
   * People's messages after `seq`, in the order in which they were received. `reached` is the last position that was
   * read; `undefined` if there is nothing after `seq`.
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
  /** The scope of each of these messages of people; missing ones are left out. */
  scopesOf(message_ids: readonly MessageId[]): Promise<ReadonlyMap<MessageId, Scope>>
  /** These messages of a scope, with at most `reach` messages before and after. */
  inContext(scope: Scope, message_ids: readonly MessageId[], reach: number): Promise<readonly MessageInContext[]>
  /** People's messages at most `reach` messages before or after a position in a session. */
  neighbours(place: Pick<ContentChange, 'session_id' | 'seq'>, reach: number): Promise<readonly MessageId[]>
  /** Position of the newest message. If the newest is removed, the next one that comes gets its position. */
  newest(): Promise<number>
  /** How many messages of people there are. */
  count(): Promise<number>
}
