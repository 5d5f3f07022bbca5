/** The time zone of a person: the one that they set, or that of the installation. */
import type { Clock } from '../platform/clock.ts'
import { timeZone, type TimeZone } from '../platform/time-zone.ts'
import type { PersonId } from './person.ts'
import type { Preferences } from './preferences.ts'

export type ZoneOf = (person_id: PersonId) => Promise<TimeZone>

export const zoneOf =
  (preferences: Pick<Preferences, 'of'>, clock: Pick<Clock, 'zone'>): ZoneOf =>
  async person_id => {
    const { time_zone } = await preferences.of(person_id)
    return time_zone === undefined ? clock.zone : timeZone(time_zone)
  }
