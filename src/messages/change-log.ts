/**
 * The one log of changes to messages. All data derived from messages (the full-text index, the vectors, what was
 * learned) follows it, each with its own cursor, so that a crash at any point loses no change.
 */
import type { PersonId } from '../people/person.ts'
import type { MessageId, MessageRecord } from './message.ts'
import type { Scope } from './scope.ts'

/**
 * Followers of the log.
 * - `full_text` follows every change: messages that are added, move to another person or scope, change, or are removed.
 * - `archive` does too, from its first use on: before that, no change is kept for it.
 * - `vectors`, `learning` and `budget_usage` follow only changes of content: texts that were changed or removed.
 */
export const CHANGE_CURSORS = ['full_text', 'vectors', 'learning', 'budget_usage', 'archive'] as const
export type ChangeCursor = (typeof CHANGE_CURSORS)[number]

/** A message that was added, moved, changed or removed. */
export interface MessageChange {
  /** Grows with each change. */
  readonly change: number
  readonly message_id: MessageId
  /** The message as it is now, or `undefined` if it was removed. */
  readonly now: MessageRecord | undefined
}

/** The messages that a search reads: those of some scopes, and those that a person wrote anywhere. */
export interface SearchedMessages {
  readonly scopes: readonly Scope[]
  readonly person_id: PersonId | undefined
}

/** A message whose content was changed, or that was removed. */
export interface ContentChange {
  readonly change: number
  readonly message_id: MessageId
  /** The session that it belonged to when it changed. */
  readonly session_id: string | undefined
  /** Its position in the order of received messages. */
  readonly seq: number
}

/** A session that has to be learned from again. */
export interface ChangedSession {
  /** Its last change. */
  readonly change: number
  readonly session_id: string
}

/** Changes of messages, in the order in which they happened; only the last change of each message is kept. */
export interface ChangeLog {
  /** The oldest changes after `after`, at most `limit`. */
  changes(after: number, limit: number): Promise<readonly MessageChange[]>
  /**
   * The messages that changed after `after` and are among those of a search, or were removed: those may have been
   * anywhere. Reads every change after `after`.
   */
  changedAfter(after: number, searched: SearchedMessages): Promise<readonly MessageId[]>
  /** The oldest changes of content after `after` that a cursor has not passed, at most `limit`. */
  contentChanges(
    cursor: ChangeCursor,
    page: { readonly after: number; readonly limit: number },
  ): Promise<readonly ContentChange[]>
  /** Sessions that changed since the `learning` cursor, by their last change, oldest first. */
  changedSessions(): Promise<readonly ChangedSession[]>
  /** Adds sessions that have to be learned from again although none of their messages changed. */
  requestRelearning(session_ids: readonly string[]): Promise<void>
  /** Number of the latest change that was ever recorded. */
  latest(): Promise<number>
  /** From now on, changes are kept for this follower of every change. Does nothing if they already are. */
  register(cursor: ChangeCursor): Promise<void>
  /** The change up to which a follower has processed the log; `undefined`: no change is kept for it. */
  reached(cursor: ChangeCursor): Promise<number | undefined>
  /** A follower has processed everything up to `change`. Changes that every follower has passed are removed. */
  advance(cursor: ChangeCursor, change: number): Promise<void>
}
