/** The port of profiles, and the lines of a profile as a request to the model carries them. */
import type { Scope } from '../messages/scope.ts'
import type { TokenCounter } from '../text/tokens.ts'
import type { MemoryRecord } from './memory.ts'

/** Most tokens of a profile: short enough to travel with every request. */
export const PROFILE_TOKENS = 150

/** What is known first of all about a person; which memories it is made of, never their words. */
export interface Profiles {
  /** The ids of the memories, most wanted first; empty when there is no profile. */
  of(scope: Scope): Promise<readonly string[]>
  /** Keeps a profile in the place of the one before; an empty one is none. `now`: milliseconds since the Unix epoch. */
  keep(scope: Scope, memory_ids: readonly string[], now: number): Promise<void>
}

/** One line of a profile, and the memory that it is. */
export interface ProfileLine {
  readonly memory_id: string
  readonly text: string
}

/** The profile's lines: as many of the memories, in their order, as fit into `PROFILE_TOKENS`. */
export const profileLines = (memories: readonly MemoryRecord[], tokens: TokenCounter): readonly ProfileLine[] => {
  let left = PROFILE_TOKENS
  const lines: ProfileLine[] = []
  for (const { memory_id, text } of memories) {
    const line = text.replace(/\s+/g, ' ').trim()
    left -= tokens.count(line)
    if (left < 0) break
    lines.push({ memory_id, text: line })
  }
  return lines
}
