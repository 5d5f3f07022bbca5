/** Reads messages scope by scope, for the indexes that are built from them. */
import type { MessageId, MessageRecord } from './message.ts'
import type { Scope } from './scope.ts'

/** Reads messages for an index. */
export interface MessageReader {
  /** All messages after `after` in the order in which they were received, at most `limit`. */
  inOrder(after: number, limit: number): Promise<readonly { readonly seq: number; readonly message: MessageRecord }[]>
  /** Scopes with messages, the one with the most recent message first. */
  recentScopes(limit: number): Promise<readonly Scope[]>
  /** Whether a scope has any message. */
  holds(scope: Scope): Promise<boolean>
  /** The messages of these ids that belong to `scope`, in no particular order. */
  get(scope: Scope, message_ids: readonly MessageId[]): Promise<readonly MessageRecord[]>
}
