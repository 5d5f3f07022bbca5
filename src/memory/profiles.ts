/** The port of profiles, and the profile lines that a request to the model contains. */
import type { Scope } from '../messages/scope.ts'

/** Most tokens of a profile: short enough to be sent with every request. */
export const PROFILE_TOKENS = 150

/** The most important memories about a person; stores their ids, never their text. */
export interface Profiles {
  /** The ids of the memories, most important first; empty if there is no profile. */
  of(scope: Scope): Promise<readonly string[]>
  /** Replaces the previous profile; an empty one deletes it. `now`: milliseconds since the Unix epoch. */
  keep(scope: Scope, memory_ids: readonly string[], now: number): Promise<void>
}
