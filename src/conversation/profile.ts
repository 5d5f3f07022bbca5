/** Reads a person's profile: the memories that are known first of all about them. */
import type { MemoryStore } from '../memory/memory-store.ts'
import type { Profiles } from '../memory/profiles.ts'
import type { Scope } from '../messages/scope.ts'
import type { ProfileLine } from './packing/render-context.ts'

export interface ProfileDeps {
  readonly profiles: Profiles
  readonly memories: Pick<MemoryStore, 'get'>
}

/** The lines of a scope's profile, most wanted first. */
export type ProfileOf = (scope: Scope) => Promise<readonly ProfileLine[]>

/** Reads the memories each time again: what was forgotten, or holds no more, is not in it. */
export const createProfileOf =
  ({ profiles, memories }: ProfileDeps): ProfileOf =>
  async scope => {
    const ids = await profiles.of(scope)
    if (ids.length === 0) return []
    const found = new Map((await memories.get(scope, ids)).map(memory => [memory.memory_id, memory]))
    const current = ids.flatMap(id => found.get(id) ?? []).filter(memory => memory.valid_to === undefined)
    return current.map(({ memory_id, sources, text }) => ({
      memory_id,
      sources,
      text: text.replace(/\s+/g, ' ').trim(),
    }))
  }
