import { createHash } from 'node:crypto'
import type { MessageId } from '../messages/message.ts'
import type { Scope } from '../messages/scope.ts'

/** A message that facts were taken from, in the words that it had then. */
export interface LearntMessage {
  readonly message_id: MessageId
  readonly digest: string
}

/** How far the learning of each session has come. What is not in here has given no facts yet. */
export interface ProcessedMessages {
  of(session_id: string): Promise<ReadonlyMap<MessageId, LearntMessage>>
  add(
    session: { readonly session_id: string; readonly scope: Scope },
    messages: readonly LearntMessage[],
  ): Promise<void>
  /** The sessions that learnt messages belong to. */
  sessionsOf(message_ids: readonly MessageId[]): Promise<readonly string[]>
  /** Makes messages count as new. */
  remove(message_ids: readonly MessageId[]): Promise<void>
}

/** A paragraph about one session: for looking back, never recalled as something that was said. */
export interface Reflection {
  readonly session_id: string
  readonly scope: Scope
  readonly text: string
  /** How what people said in it felt, on the mean: −1 to 1. `undefined` for those of before this was kept. */
  readonly valence: number | undefined
  readonly created_at: number
}

/** Reflections of one scope, counted. */
export interface OldReflections {
  readonly scope: Scope
  readonly count: number
  /** When the first and the last of them were written, milliseconds since the Unix epoch. */
  readonly oldest: number
  readonly newest: number
}

/** Reflections, one a session. */
export interface Reflections {
  of(session_id: string): Promise<Reflection | undefined>
  /** Keeps a reflection in the place of the one before. */
  put(reflection: Reflection): Promise<void>
  remove(session_id: string): Promise<void>
  /** Those written before a moment, of one scope or of all, most first. */
  older(before: number, scope?: Scope): Promise<readonly OldReflections[]>
  /** Removes those of a scope that were written before a moment. @returns how many */
  removeOlder(scope: Scope, before: number): Promise<number>
}

const DIGEST_CHARACTERS = 22

/** What tells whether words have changed since. */
export const digestOf = (text: string): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, DIGEST_CHARACTERS)
