/** Reads the days and times between which a caller wants the messages of the archive. */
import { DAY_MS, isoDay } from '../../platform/clock.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { TimeZone } from '../../platform/time-zone.ts'

export interface WrittenTimes {
  readonly since?: string | undefined
  readonly until?: string | undefined
}

const WRITTEN =
  /^(?<day>\d{4}-\d\d-\d\d)(?:[T ](?<time>(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?)(?<offset>Z|[+-]\d\d:?\d\d)?)?$/u

/**
 * A day in days since 1970, or the instants that a time may mean: two in the hour that occurs twice, because a time
 * without a zone is one of the installation's. `undefined` for anything else.
 */
const read = (written: string, zone: TimeZone): { readonly day: number } | readonly number[] | undefined => {
  const { day = '', time, offset } = WRITTEN.exec(written.trim())?.groups ?? {}
  const begin = Date.parse(`${day}T00:00:00Z`)
  // `Date.parse` takes 30 February for a day of March.
  if (Number.isNaN(begin) || isoDay(begin) !== day) return undefined
  if (time === undefined) return { day: begin / DAY_MS }
  const at = Date.parse(`${day}T${time}${offset ?? 'Z'}`)
  if (Number.isNaN(at)) return undefined
  return offset === undefined ? zone.instantsOf(at) : [at]
}

/** @param day_after how many days after a day its bound is */
const instantOf = (
  name: keyof WrittenTimes,
  written: string | undefined,
  zone: TimeZone,
  day_after: number,
): number | undefined => {
  if (written === undefined) return undefined
  const found = read(written, zone)
  if (found === undefined) {
    throw new DenidinError('invalid_input', `${name} "${written}" is neither a day (YYYY-MM-DD) nor a time in ISO 8601`)
  }
  if ('day' in found) return zone.beginOf(found.day + day_after)
  return name === 'since' ? found[0] : found.at(-1)
}

/**
 * The first instant that is asked for, and the first one after that, in milliseconds since the Unix epoch.
 * @throws DenidinError `invalid_input` for a text that is no time, or times in the wrong order
 */
export const archiveTimes = (
  { since, until }: WrittenTimes,
  zone: TimeZone,
): { readonly since: number | undefined; readonly until: number | undefined } => {
  const times = { since: instantOf('since', since, zone, 0), until: instantOf('until', until, zone, 1) }
  if (times.since !== undefined && times.until !== undefined && times.since >= times.until) {
    throw new DenidinError(
      'invalid_input',
      `since ${String(since)} is not before until ${String(until)}; give the earlier one as since`,
    )
  }
  return times
}
