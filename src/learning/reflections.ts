/** Reflections: one paragraph about each session, for looking back. A reflection is never recalled as a statement. */
import type { Scope } from '../messages/scope.ts'

/** A paragraph about one session. */
export interface Reflection {
  readonly session_id: string
  readonly scope: Scope
  readonly text: string
  /** Mean valence of people's messages, −1 to 1; `undefined` in reflections from before it was recorded. */
  readonly valence: number | undefined
  readonly created_at: number
}

/** The old reflections of one scope, counted. */
export interface OldReflections {
  readonly scope: Scope
  readonly count: number
  /** When the first and the last of them were written, milliseconds since the Unix epoch. */
  readonly oldest: number
  readonly newest: number
}

/** Reflections, one per session. */
export interface Reflections {
  /** The reflection of a session. */
  of(session_id: string): Promise<Reflection | undefined>
  /** Stores a reflection; replaces the earlier one of its session. */
  put(reflection: Reflection): Promise<void>
  remove(session_id: string): Promise<void>
  /** Counts the reflections written before a time, of one scope or of all; the scope with the most comes first. */
  older(before: number, scope?: Scope): Promise<readonly OldReflections[]>
  /** Removes the reflections of a scope that were written before a time. @returns how many */
  removeOlder(scope: Scope, before: number): Promise<number>
}
