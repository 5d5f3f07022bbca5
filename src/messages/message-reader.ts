/** Reads messages scope by scope, for the indexes that are built from them. */
import type { MessageId, MessageRecord } from './message.ts'
import type { Scope } from './scope.ts'

/** Messages as an index reads them. */
export interface MessageReader {
  /** All messages in the order in which they were received, after `after`, at most `limit`. */
  inOrder(after: number, limit: number): Promise<readonly { readonly seq: number; readonly message: MessageRecord }[]>
  /** Scopes that hold messages, the one that received a message last first. */
  recentScopes(limit: number): Promise<readonly Scope[]>
  /** Whether a scope holds any message. */
  holds(scope: Scope): Promise<boolean>
  /** The messages of these ids that belong to `scope`, in no particular order. */
  get(scope: Scope, message_ids: readonly MessageId[]): Promise<readonly MessageRecord[]>
}
