/** The time zone of a person: the one that they set, or that of the installation. */
import type { Clock } from '../platform/clock.ts'
import { timeZone, type TimeZone } from '../platform/time-zone.ts'
import type { PersonId } from './person.ts'
import type { Preferences } from './preferences.ts'

export type ZoneOf = (person_id: PersonId) => Promise<TimeZone>

/** The zone in which the person of a message reads and says days. */
export type ZoneOfMessage = (message: { readonly person_id: PersonId }) => TimeZone

/** Reads the zones of all people of a conversation once. */
export const zonesOfMessages = async (
  messages: readonly { readonly person_id: PersonId }[],
  zoneOf: ZoneOf,
  other: TimeZone,
): Promise<ZoneOfMessage> => {
  const zones = new Map<PersonId, TimeZone>()
  for (const person_id of new Set(messages.map(each => each.person_id))) zones.set(person_id, await zoneOf(person_id))
  return ({ person_id }) => zones.get(person_id) ?? other
}

export const zoneOf =
  (preferences: Pick<Preferences, 'of'>, clock: Pick<Clock, 'zone'>): ZoneOf =>
  async person_id => {
    const { time_zone } = await preferences.of(person_id)
    return time_zone === undefined ? clock.zone : timeZone(time_zone)
  }
