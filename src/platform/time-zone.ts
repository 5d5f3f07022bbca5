/** Time zones: the calendar day and the hour of an instant where people are. */
import { lru } from './lru.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** Offsets are cached for quarters of an hour: a few zones have changed theirs at a minute past midnight. */
const OFFSET_STEP_MS = 15 * MINUTE_MS
/** Clocks are set back by at most this much; only that long before midnight can a day have begun already. */
const REPEATED_MS = 3 * HOUR_MS
/** How many offsets of one zone are cached: as many as a year has hours. */
const MOST_OFFSETS = 10_000
/** How many written days of one zone are cached. */
const MOST_DAYS = 2000

/** How the system names a zone that it does not know. */
const NO_ZONE = 'Etc/Unknown'

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const MONTHS = 'January February March April May June July August September October November December'.split(' ')

/** The date and time that a wall clock shows. */
export interface WallClock {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  readonly date: number
  /** Sunday is 0. */
  readonly weekday: number
  readonly hour: number
  readonly minute: number
  readonly second: number
}

export class TimeZone {
  /** IANA name, such as `Asia/Jerusalem`. */
  readonly name: string
  readonly #format: Intl.DateTimeFormat
  readonly #offsets = lru<number, number>(MOST_OFFSETS)
  readonly #iso_days = lru<number, string>(MOST_DAYS)

  /** @param name IANA name; default: the zone of the machine. @throws RangeError for an unknown name */
  constructor(name?: string) {
    this.#format = new Intl.DateTimeFormat('en', {
      timeZone: name,
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      hourCycle: 'h23',
    })
    // The zone of a machine with an empty or unknown TZ has no usable name; its clock shows UTC.
    const options: { readonly timeZone?: string | undefined } = this.#format.resolvedOptions()
    this.name = options.timeZone === undefined || options.timeZone === NO_ZONE ? 'UTC' : options.timeZone
  }

  /**
   * The calendar day of an instant, in days since 1 January 1970. Days follow each other without a gap: once a day has
   * begun (`beginOf`), an hour of the day before that comes a second time belongs to it.
   */
  dayOf(at: number): number {
    const wall = this.wallTime(at)
    const day = Math.floor(wall / DAY_MS)
    const isLate = (day + 1) * DAY_MS - wall <= REPEATED_MS
    return isLate && at >= this.beginOf(day + 1) ? day + 1 : day
  }

  /**
   * The last `days` calendar days including that of an instant, in days since 1 January 1970; both ends are included.
   */
  lastDays(at: number, days: number): { readonly first: number; readonly last: number } {
    const last = this.dayOf(at)
    return { first: last - days + 1, last }
  }

  /** The calendar day of an instant, as `YYYY-MM-DD`. */
  isoDay(at: number): string {
    const day = Math.floor(this.wallTime(at) / DAY_MS)
    const known = this.#iso_days.get(day)
    if (known !== undefined) return known
    const written = new Date(day * DAY_MS).toISOString().slice(0, 10)
    this.#iso_days.set(day, written)
    return written
  }

  /** The calendar day of an instant for a reader: `Saturday, 28 November 2026`. */
  longDay(at: number): string {
    const { weekday, date, month, year } = this.wallClock(at)
    return `${WEEKDAYS[weekday] ?? ''}, ${String(date)} ${MONTHS[month - 1] ?? ''} ${String(year)}`
  }

  /** An instant in a sentence for the operator: `28 November 2026 at 14:05`. */
  longTime(at: number): string {
    const { date, month, year, hour, minute } = this.wallClock(at)
    const time = [hour, minute].map(part => String(part).padStart(2, '0')).join(':')
    return `${String(date)} ${MONTHS[month - 1] ?? ''} ${String(year)} at ${time}`
  }

  /**
   * When a calendar day begins, in milliseconds since the Unix epoch. If the clocks are set back to midnight, it is the
   * first midnight; if they skip midnight, or the whole day, it is the time of the skip.
   * @param day days since 1 January 1970
   */
  beginOf(day: number): number {
    return this.instantsOf(day * DAY_MS)[0]
  }

  wallClock(at: number): WallClock {
    const local = new Date(this.wallTime(at))
    return {
      year: local.getUTCFullYear(),
      month: local.getUTCMonth() + 1,
      date: local.getUTCDate(),
      weekday: local.getUTCDay(),
      hour: local.getUTCHours(),
      minute: local.getUTCMinutes(),
      second: local.getUTCSeconds(),
    }
  }

  /** The time that a wall clock shows, in milliseconds as if it were UTC. */
  wallTime(at: number): number {
    return at + this.#offsetAt(at)
  }

  /**
   * The instants at which a wall clock shows `wall` (in milliseconds as if it were UTC), the earlier first: two if the
   * clocks are set back. A skipped time is read as if the clocks had not been set forward yet.
   */
  instantsOf(wall: number): readonly [number, ...(readonly number[])] {
    const before = wall - this.#offsetAt(wall - DAY_MS)
    const after = wall - this.#offsetAt(wall + DAY_MS)
    if (before === after) return [before]
    const shown = [before, after].filter(at => this.wallTime(at) === wall).toSorted((a, b) => a - b)
    const [first = before, ...others] = shown
    return [first, ...others]
  }

  #offsetAt(at: number): number {
    const step = Math.floor(at / OFFSET_STEP_MS)
    const known = this.#offsets.get(step)
    if (known !== undefined) return known
    const first = this.#readOffset(step * OFFSET_STEP_MS)
    if (first !== this.#readOffset((step + 1) * OFFSET_STEP_MS - 1)) return this.#readOffset(at)
    this.#offsets.set(step, first)
    return first
  }

  #readOffset(at: number): number {
    const parts = new Map(this.#format.formatToParts(at).map(({ type, value }) => [type, value]))
    const part = (name: Intl.DateTimeFormatPartTypes): number => Number(parts.get(name))
    const year = parts.get('era') === 'BC' ? 1 - part('year') : part('year')
    const shown = Date.UTC(year, part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
    return shown - Math.floor(at / 1000) * 1000
  }
}

export const UTC = new TimeZone('UTC')

const zones = lru<string, TimeZone>(100)

/** The zone with this name, created once. @throws RangeError for an unknown name */
export const timeZone = (name: string): TimeZone => {
  const known = zones.get(name)
  if (known !== undefined) return known
  const made = new TimeZone(name)
  zones.set(name, made)
  return made
}
