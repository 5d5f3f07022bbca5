/** When a cron expression is due by wall clock time, even on days on which the clock is changed. */
import cron from 'node-cron'
import { DAY_MS, SECOND_MS } from '../../platform/clock.ts'
import type { TimeZone } from '../../platform/time-zone.ts'

const HOURS_OF_DAY = 24
/** Most days that are searched; runs missed before that count as one more missed run. */
const MOST_DAYS = 62
/** Four years: an expression may mean 29 February. */
const MOST_DAYS_AHEAD = 1461

/** A cron expression in a time zone. */
export class DueTimes {
  /** Whether it is due in every hour: then a changed clock needs no special care. */
  readonly everyHour: boolean
  readonly #zone: TimeZone
  /** Milliseconds after midnight. */
  readonly #times: readonly number[]
  readonly #days: { match(date: Date): boolean }

  constructor(expression: string, zone: TimeZone) {
    const { hour, minute, second } = cron.parse(expression)
    this.everyHour = hour.length === HOURS_OF_DAY
    // A range such as 22-6 is not in the order of the day.
    this.#times = hour
      .flatMap(h => minute.flatMap(m => second.map(s => ((h * 60 + m) * 60 + s) * SECOND_MS)))
      .sort((a, b) => a - b)
    // The library decides the days, as if the wall clock were in UTC.
    this.#days = cron.createTask(expression, () => undefined, { timezone: 'UTC' })
    this.#zone = zone
  }

  /**
   * Whether the wall clock passed a due time after `after`, up to `until` (instants in milliseconds). A time in the
   * hour that is skipped in spring has passed when that hour is over; a time in the hour that is repeated in autumn
   * passes once.
   */
  isDue(after: number, until: number): boolean {
    const [from, to] = [this.#zone.wallTime(after), this.#zone.wallTime(until)]
    const lastDay = Math.floor(to / DAY_MS)
    for (let day = Math.max(Math.floor(from / DAY_MS), lastDay - MOST_DAYS); day <= lastDay; day++) {
      const due = this.#times.find(time => day * DAY_MS + time > from && day * DAY_MS + time <= to)
      if (due !== undefined && this.#isDueOn(day)) return true
    }
    return false
  }

  /** The first due instant after `after` (both in milliseconds); `undefined` if none comes within four years. */
  next(after: number): number | undefined {
    const from = this.#zone.wallTime(after)
    const today = Math.floor(from / DAY_MS)
    for (let day = today; day <= today + MOST_DAYS_AHEAD; day++) {
      const due = this.#times.find(time => day * DAY_MS + time > from)
      if (due !== undefined && this.#isDueOn(day)) return this.#zone.instantsOf(day * DAY_MS + due)[0]
    }
    return undefined
  }

  #isDueOn(day: number): boolean {
    return this.#days.match(new Date(day * DAY_MS + (this.#times[0] ?? 0)))
  }
}
