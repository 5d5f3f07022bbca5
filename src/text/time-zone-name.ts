/** Reads the time zone that a person names: by its name, by a city, or by the distance from UTC. */
import { labelled, lexiconLines } from './lexicons/lexicon.ts'

/** `tel aviv` → `Asia/Jerusalem`: cities, and names in other languages, that are no part of a zone's name. */
const CITIES = new Map(
  labelled(lexiconLines('time-zones')).flatMap(([zone, cities]) =>
    cities.split(', ').map(city => [city, zone] as const),
  ),
)

const plain = (name: string): string => name.toLowerCase().replaceAll('_', ' ').trim()

/** Full names and their last parts, such as `asia/jerusalem` and `jerusalem`. */
const ZONES = new Map(
  Intl.supportedValuesOf('timeZone')
    .flatMap(zone => [zone, zone.split('/').at(-1) ?? zone].map(name => [plain(name), zone] as const))
    .toReversed(),
)

const OFFSET = /^(?:utc|gmt)?\s*([+-])(\d{1,2})(?::?([0-5]\d))?$/i
const LARGEST_OFFSET_HOURS = 14

/** @returns the IANA name of the zone, or an offset such as `+05:30`; `undefined` if the text names none */
export const readTimeZone = (text: string): string | undefined => {
  const name = plain(text).replace(/\s+(?:time|time zone)$/, '')
  if (/^(?:utc|gmt)$/.test(name)) return 'UTC'
  const [, sign = '+', hours = '', minutes = '00'] = OFFSET.exec(name) ?? []
  if (hours !== '' && Number(hours) <= LARGEST_OFFSET_HOURS) return `${sign}${hours.padStart(2, '0')}:${minutes}`
  return ZONES.get(name) ?? CITIES.get(name)
}
