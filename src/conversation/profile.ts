import type { MemoryStore } from '../memory/memory-store.ts'
import { profileLines, type ProfileLine, type Profiles } from '../memory/profiles.ts'
import type { Scope } from '../messages/scope.ts'
import type { TokenCounter } from '../text/tokens.ts'

export interface ProfileDeps {
  readonly profiles: Profiles
  readonly memories: Pick<MemoryStore, 'get'>
  readonly tokens: TokenCounter
}

/** What is known first of all about whoever a scope belongs to, line by line. */
export type ProfileOf = (scope: Scope) => Promise<readonly ProfileLine[]>

/** Reads the memories anew each time: what was forgotten, or holds no more, is not in it. */
export const createProfileOf =
  ({ profiles, memories, tokens }: ProfileDeps): ProfileOf =>
  async scope => {
    const ids = await profiles.of(scope)
    if (ids.length === 0) return []
    const found = new Map((await memories.get(scope, ids)).map(memory => [memory.memory_id, memory]))
    const standing = ids.flatMap(id => found.get(id) ?? []).filter(memory => memory.valid_to === undefined)
    return profileLines(standing, tokens)
  }
