/** Reads the time zone that a person names: by its name, a city, its abbreviation, or an offset from UTC. */
import { once } from '../platform/once.ts'
import { labelled, lexiconLines } from './lexicons/lexicon.ts'

/** Without case, accents, points and punctuation; hyphens and underscores are spaces. */
const plain = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}/'+:]+/gu, ' ')
    .trim()

/**
 * `tel aviv` → `Asia/Jerusalem`: cities, abbreviations, and names in other languages that are not part of a zone's
 * name.
 */
const cities = once(
  () =>
    new Map(
      labelled(lexiconLines('time-zones')).flatMap(([zone, names]) =>
        names.split(', ').map(city => [plain(city), zone] as const),
      ),
    ),
)

/** Full names and their last parts, such as `asia/jerusalem` and `jerusalem`. */
const zones = once(
  () =>
    new Map(
      Intl.supportedValuesOf('timeZone')
        .flatMap(zone => [zone, zone.split('/').at(-1) ?? zone].map(name => [plain(name), zone] as const))
        .toReversed(),
    ),
)

/** Longer than the name of any zone. */
const MOST_CHARACTERS = 100
const OFFSET = /^(?:utc|gmt)?\s*([+-])(\d{1,2})(?::?([0-5]\d))?$/
const LARGEST_OFFSET_HOURS = 14
const AROUND = /^(?:(?:in|the|שעון|זמן)\s+|ב(?=[א-ת]{3}))|\s+(?:time zone|time|city)$/g

/** @returns the IANA name of the zone, or an offset such as `+05:30`; `undefined` if the text names none */
export const readTimeZone = (text: string): string | undefined => {
  const written = text.trim()
  if (written.length > MOST_CHARACTERS) return undefined
  const name = plain(written)
  if (/^(?:utc|gmt)$/.test(name)) return 'UTC'
  const offset = written
    .toLowerCase()
    .replace(/[−–]/g, '-')
    .replace(/[\s.!]+$/, '')
  const [, sign = '+', hours = '', minutes = '00'] = OFFSET.exec(offset) ?? []
  if (hours !== '' && Number(hours) <= LARGEST_OFFSET_HOURS) return `${sign}${hours.padStart(2, '0')}:${minutes}`
  // A country or an abbreviation may follow the city: `Berlin, Germany`, `Los Angeles (PST)`.
  const [before = ''] = written.split(/[,(]/)
  const names = [name, name.replace(AROUND, ''), plain(before).replace(AROUND, '')]
  return names.map(zoneNamed).find(zone => zone !== undefined) ?? ianaName(written)
}

const zoneNamed = (name: string): string | undefined => zones().get(name) ?? cities().get(name)

/** A name that the runtime knows but does not list: `Asia/Kolkata` beside `Asia/Calcutta`. */
const ianaName = (name: string): string | undefined => {
  if (!/^[a-z]+\/[\w+/-]+$/i.test(name)) return undefined
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return name
  } catch {
    return undefined
  }
}
