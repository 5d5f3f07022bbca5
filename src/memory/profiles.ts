/** The port of profiles, and the lines of a profile as a request to the model carries them. */
import type { Scope } from '../messages/scope.ts'

/** Most tokens of a profile: short enough to travel with every request. */
export const PROFILE_TOKENS = 150

/** What is known first of all about a person; which memories it is made of, never their words. */
export interface Profiles {
  /** The ids of the memories, most wanted first; empty when there is no profile. */
  of(scope: Scope): Promise<readonly string[]>
  /** Keeps a profile in the place of the one before; an empty one is none. `now`: milliseconds since the Unix epoch. */
  keep(scope: Scope, memory_ids: readonly string[], now: number): Promise<void>
}
