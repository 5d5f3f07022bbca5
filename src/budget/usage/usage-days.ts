/** Ranges of days in the operator's time zone. */
import type { TimeZone } from '../../platform/time-zone.ts'

/** From an instant on, in milliseconds since the Unix epoch. */
interface Since {
  readonly since: number
}

/** From an instant up to another one. */
interface Span extends Since {
  readonly until: number
}

/** Today and the days before it, `days` in all. */
export const lastDays = (zone: TimeZone, now: number, days: number): Since => ({
  since: zone.beginOf(zone.lastDays(now, days).first),
})

/**
 * The `days` days before today. They are complete, so that weekly reports leave nothing out and count nothing twice.
 */
export const daysBefore = (zone: TimeZone, now: number, days: number): Span => {
  const today = zone.dayOf(now)
  return { since: zone.beginOf(today - days), until: zone.beginOf(today) }
}
