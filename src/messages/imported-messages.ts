/** The port through which messages from elsewhere, such as an exported chat, become messages of a scope. */
import type { MessageRecord } from './message.ts'
import type { Scope } from './scope.ts'

/** A message that is kept, as one from elsewhere is compared with it. */
export type ComparedMessage = Pick<MessageRecord, 'person_id' | 'role' | 'kind' | 'text' | 'details' | 'sent_at'>

/** Messages that did not come through a channel: they are no part of a session, and nothing answers them. */
export interface ImportedMessages {
  /** What was said in a scope from `from` to `to`, both included, of every kind. */
  saidBetween(scope: Scope, from: number, to: number): Promise<readonly ComparedMessage[]>
  /** Adds messages in their order; one whose id is there already stays as it is. @returns how many were added */
  add(messages: readonly MessageRecord[]): Promise<number>
  /** The newest imported messages of a scope that were said from `from` to `to`, both included; in their order. */
  newest(
    scope: Scope,
    of: { readonly from: number; readonly to: number; readonly limit: number },
  ): Promise<readonly MessageRecord[]>
  /** Whether a group has ever said anything that is kept. */
  holds(scope: Scope): Promise<boolean>
}
