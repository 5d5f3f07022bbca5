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
 * What persons said, as those see it who follow it to find it by meaning. Commands, and what was said while its person
 * wanted nothing learnt from it, is not among it, neither as a turn nor as context.
 */
export interface MessageContext {
  /**
   * Messages of persons in the order in which they were received, after `seq`; `reached` is how far this went, `undefined`
   * when there is nothing after `seq`.
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
  /** The scope of each of these messages of persons; those that are not there are left out. */
  scopesOf(message_ids: readonly MessageId[]): Promise<ReadonlyMap<MessageId, Scope>>
  /** These messages of a scope, with at most `reach` turns before and after. */
  inContext(scope: Scope, message_ids: readonly MessageId[], reach: number): Promise<readonly MessageInContext[]>
  /** Persons' messages at most `reach` messages before or after a place in a session. */
  neighbours(place: Pick<ContentChange, 'session_id' | 'seq'>, reach: number): Promise<readonly MessageId[]>
  /** Place of the newest message. One that went may have been the newest: its place is given to the next that comes. */
  newest(): Promise<number>
  /** How many messages of persons there are. */
  count(): Promise<number>
}
