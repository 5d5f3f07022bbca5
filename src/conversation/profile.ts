/** Reads a person's profile: the most important memories about them. */
import type { MemoryStore } from '../memory/memory-store.ts'
import type { Profiles } from '../memory/profiles.ts'
import { personOfScope, type Scope } from '../messages/scope.ts'
import type { ZoneOf } from '../people/personal-zones.ts'
import type { Clock } from '../platform/clock.ts'
import { hasRelativeDates, isOver } from '../text/dates/write-out-dates.ts'
import type { ProfileLine } from './packing/render-context.ts'

export interface ProfileDeps {
  readonly profiles: Profiles
  readonly memories: Pick<MemoryStore, 'get'>
  readonly zoneOf: ZoneOf
  readonly clock: Pick<Clock, 'now' | 'zone'>
}

/** The lines of a scope's profile, most important first. */
export type ProfileOf = (scope: Scope) => Promise<readonly ProfileLine[]>

/** Reads the memories each time, so that forgotten or outdated ones are not in it. */
export const createProfileOf =
  ({ profiles, memories, zoneOf, clock }: ProfileDeps): ProfileOf =>
  async scope => {
    const ids = await profiles.of(scope)
    if (ids.length === 0) return []
    const found = new Map((await memories.get(scope, ids)).map(memory => [memory.memory_id, memory]))
    const person_id = personOfScope(scope)
    const zone = person_id === undefined ? clock.zone : await zoneOf(person_id)
    const today = zone.dayOf(clock.now())
    const current = ids
      .flatMap(id => found.get(id) ?? [])
      .filter(memory => memory.valid_to === undefined || memory.valid_to > clock.now())
      .map(memory => ({ memory, said: zone.dayOf(memory.said_to) }))
      // Announcements whose day has passed are left out.
      .filter(({ memory, said }) => !isOver(memory.text, said, today))
    return current.map(({ memory: { memory_id, sources, text, said_to }, said }) => ({
      memory_id,
      sources,
      // The fact was learned before relative days were replaced by dates, or is a habit that reads like a day.
      text: hasRelativeDates(text, said) ? `${oneLine(text)} (said on ${zone.longDay(said_to)})` : oneLine(text),
    }))
  }

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()
