/** Pauses: conversations in which the bot listens and does not answer, and why. */
import type { Scope } from '../messages/scope.ts'

/**
 * Why a conversation is paused: the account owner wrote in it, or a command paused it. `listen`: the bot is there to
 * remember and never answers, not even commands of clients.
 */
export type PauseReason = 'owner' | 'command' | 'listen'

export interface Pause {
  readonly scope: Scope
  /** When it ends by itself, milliseconds since the Unix epoch; `undefined`: by command only. */
  readonly until: number | undefined
  readonly reason: PauseReason
}

/** Conversations in which the bot listens and does not answer. */
export interface Pauses {
  /** The pause of a conversation at an instant, if any. */
  at(scope: Scope, now: number): Promise<Pause | undefined>
  /** Begins a pause, or changes the current one; the owner's messages do not shorten a pause by command. */
  begin(pause: Pause, now: number): Promise<void>
  /** Ends the pause of a conversation; false if there was none. */
  end(scope: Scope): Promise<boolean>
  /** Every pause at an instant. */
  list(now: number): Promise<readonly Pause[]>
}

/**
 * When a pause ends, as seen at `now`. If a pause seems to begin in the future, the clock was set back since; it lasts
 * no longer than intended, counted from now.
 */
export const endOfPause = (
  { until, begun_at }: { readonly until: number | undefined; readonly begun_at: number | undefined },
  now: number,
): number | undefined =>
  until === undefined || begun_at === undefined || begun_at <= now ? until : now + until - begun_at
