/** Reads a person's profile: the memories that are known first of all about them. */
import type { MemoryStore } from '../memory/memory-store.ts'
import type { Profiles } from '../memory/profiles.ts'
import type { Scope } from '../messages/scope.ts'
import type { Clock } from '../platform/clock.ts'
import { hasRelativeDates, isOver } from '../text/dates/write-out-dates.ts'
import type { ProfileLine } from './packing/render-context.ts'

export interface ProfileDeps {
  readonly profiles: Profiles
  readonly memories: Pick<MemoryStore, 'get'>
  readonly clock: Pick<Clock, 'now' | 'zone'>
}

/** The lines of a scope's profile, most wanted first. */
export type ProfileOf = (scope: Scope) => Promise<readonly ProfileLine[]>

/** Reads the memories each time again: what was forgotten, or holds no more, is not in it. */
export const createProfileOf =
  ({ profiles, memories, clock }: ProfileDeps): ProfileOf =>
  async scope => {
    const ids = await profiles.of(scope)
    if (ids.length === 0) return []
    const found = new Map((await memories.get(scope, ids)).map(memory => [memory.memory_id, memory]))
    const today = clock.zone.dayOf(clock.now())
    const current = ids
      .flatMap(id => found.get(id) ?? [])
      .filter(memory => memory.valid_to === undefined || memory.valid_to > clock.now())
      .map(memory => ({ memory, said: clock.zone.dayOf(memory.said_to) }))
      // What was to come when it was said is no news any more.
      .filter(({ memory, said }) => !isOver(memory.text, said, today))
    return current.map(({ memory: { memory_id, sources, text, said_to }, said }) => ({
      memory_id,
      sources,
      // Learned before relative days were written out, or a habit that reads like a day.
      text: hasRelativeDates(text, said) ? `${oneLine(text)} (said on ${clock.zone.longDay(said_to)})` : oneLine(text),
    }))
  }

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()
