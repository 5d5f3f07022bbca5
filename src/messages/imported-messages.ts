/** The port through which messages from another source, such as an exported chat, become messages of a scope. */
import type { MessageRecord } from './message.ts'
import type { Scope } from './scope.ts'

/** A stored message, for comparison with an imported one. */
export type ComparedMessage = Pick<MessageRecord, 'person_id' | 'role' | 'kind' | 'text' | 'details' | 'sent_at'>

/** Messages that did not come through a channel: they belong to no session and get no answer. */
export interface ImportedMessages {
  /** The messages of a scope from `from` to `to`, both included, of every kind. */
  saidBetween(scope: Scope, from: number, to: number): Promise<readonly ComparedMessage[]>
  /** Adds messages in order; one whose id already exists stays as it is. @returns how many were added */
  add(messages: readonly MessageRecord[]): Promise<number>
  /** The newest imported messages of a scope that were said from `from` to `to`, both included; in their order. */
  newest(
    scope: Scope,
    of: { readonly from: number; readonly to: number; readonly limit: number },
  ): Promise<readonly MessageRecord[]>
  /** Whether any message of a group is stored. */
  holds(scope: Scope): Promise<boolean>
}
