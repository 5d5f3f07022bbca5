/** When a cron expression is due by the clock on the wall, also on days on which that clock is changed. */
import cron from 'node-cron'
import { DAY_MS, SECOND_MS } from '../../platform/clock.ts'
import type { TimeZone } from '../../platform/time-zone.ts'

const HOURS_OF_DAY = 24
/** Days that are looked through; what was missed before counts as one more missed run. */
const MOST_DAYS = 62

/** A cron expression in a time zone. */
export class DueTimes {
  /** Whether it is due in every hour: then it needs no care when the clock is changed. */
  readonly everyHour: boolean
  readonly #zone: TimeZone
  /** Milliseconds after midnight. */
  readonly #times: readonly number[]
  readonly #days: { match(date: Date): boolean }

  constructor(expression: string, zone: TimeZone) {
    const { hour, minute, second } = cron.parse(expression)
    this.everyHour = hour.length === HOURS_OF_DAY
    this.#times = hour.flatMap(h => minute.flatMap(m => second.map(s => ((h * 60 + m) * 60 + s) * SECOND_MS)))
    // Days are asked of the library, as if the clock on the wall were that of UTC.
    this.#days = cron.createTask(expression, () => undefined, { timezone: 'UTC' })
    this.#zone = zone
  }

  /**
   * Whether the clock on the wall passed a due time after `after`, up to `until` (instants in milliseconds). A time in the
   * hour that is left out in spring has passed when the hour is over; one in the hour that comes twice in autumn passes
   * once.
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

  #isDueOn(day: number): boolean {
    return this.#days.match(new Date(day * DAY_MS + (this.#times[0] ?? 0)))
  }
}
