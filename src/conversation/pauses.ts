/** Pauses: conversations in which the bot listens and does not answer, and why. */
import type { Scope } from '../messages/scope.ts'

/** Why a conversation is paused: the account's owner wrote in it, or a command said so. */
export type PauseReason = 'owner' | 'command'

export interface Pause {
  readonly scope: Scope
  /** When it ends by itself, milliseconds since the Unix epoch; `undefined`: by command only. */
  readonly until: number | undefined
  readonly reason: PauseReason
}

/** Conversations in which the bot listens and does not answer. */
export interface Pauses {
  /** The pause that holds in a conversation at an instant, if any. */
  at(scope: Scope, now: number): Promise<Pause | undefined>
  /** Begins a pause, or changes the one that holds; a pause by command is not shortened by the owner's words. */
  begin(pause: Pause, now: number): Promise<void>
  /** Ends the pause of a conversation; false when there was none. */
  end(scope: Scope): Promise<boolean>
  /** Every pause that holds at an instant. */
  list(now: number): Promise<readonly Pause[]>
}

/**
 * When a pause ends, seen from `now`: a pause that seems to begin in the future was begun before the clock was set back,
 * and lasts no longer than it was meant to, counted from now.
 */
export const endOfPause = (
  { until, begun_at }: { readonly until: number | undefined; readonly begun_at: number | undefined },
  now: number,
): number | undefined =>
  until === undefined || begun_at === undefined || begun_at <= now ? until : now + until - begun_at
