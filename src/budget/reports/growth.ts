/** Projects when a growing quantity reaches its limit, from one measurement per day. */

/** The measurement of one day. */
export interface DailyMeasure {
  /** Days since 1 January 1970 in the operator's time zone. */
  readonly day: number
  readonly value: number
}

/** The growth of a quantity. */
export interface Growth {
  readonly now: number
  /** Growth per day; `undefined` while there are too few measurements. */
  readonly a_day: number | undefined
  /** Whole days until the limit is reached: 0 if it is; `undefined` if it never is, or cannot be projected. */
  readonly days_left: number | undefined
}

/** Fewer days say nothing about growth. */
const LEAST_DAYS = 3
/** Nothing is projected further ahead than this. */
const MOST_DAYS_LEFT = 3650

/**
 * The growth of the newest measure towards a limit.
 *
 * The growth per day is the median of the slopes between all pairs of days (Theil and Sen), so that a day on which much
 * was added or removed at once has little influence.
 * @param measures by day, oldest first
 */
export const growthOf = (measures: readonly DailyMeasure[], limit: number): Growth => {
  const newest = measures.at(-1)
  if (newest === undefined) return { now: 0, a_day: undefined, days_left: undefined }
  const now = newest.value
  if (now >= limit) return { now, a_day: slopeOf(measures), days_left: 0 }
  const a_day = slopeOf(measures)
  const days = a_day === undefined || a_day <= 0 ? Number.POSITIVE_INFINITY : Math.floor((limit - now) / a_day)
  return { now, a_day, days_left: days > MOST_DAYS_LEFT ? undefined : days }
}

const slopeOf = (measures: readonly DailyMeasure[]): number | undefined => {
  if (measures.length < LEAST_DAYS) return undefined
  const slopes = measures.flatMap((one, at) =>
    measures
      .slice(at + 1)
      .flatMap(other => (other.day === one.day ? [] : [(other.value - one.value) / (other.day - one.day)])),
  )
  const sorted = slopes.sort((one, other) => one - other)
  const middle = sorted.length / 2
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  return low === undefined || high === undefined ? undefined : (low + high) / 2
}
