import type { MessageId, MessageRecord } from './message.ts'
import type { Scope } from './scope.ts'

/** That a message came, was changed, or went; in what form it stands now, or `undefined` when it is gone. */
export interface MessageChange {
  /** Grows with each change. */
  readonly change: number
  readonly message_id: MessageId
  readonly now: MessageRecord | undefined
}

/** Messages as those see them who follow them: an index that is derived from them. */
export interface ChangeFeed {
  /** The oldest changes after `after`, at most `limit`. Of one message only the last change is told. */
  changes(after: number, limit: number): Promise<readonly MessageChange[]>
  /** Number of the latest change there ever was. */
  latestChange(): Promise<number>
  /** Forgets changes up to this one: nobody will ask for them again. */
  forgetChanges(upTo: number): Promise<void>
  /** All messages in the order in which they were received, after `after`, at most `limit`. */
  inOrder(after: number, limit: number): Promise<readonly { readonly seq: number; readonly message: MessageRecord }[]>
  /** Scopes that hold messages, the one in which something was last received first. */
  recentScopes(limit: number): Promise<readonly Scope[]>
  /** Whether a scope holds any message. */
  holds(scope: Scope): Promise<boolean>
  /** The messages of these ids that belong to `scope`, in no particular order. */
  get(scope: Scope, message_ids: readonly MessageId[]): Promise<readonly MessageRecord[]>
}
