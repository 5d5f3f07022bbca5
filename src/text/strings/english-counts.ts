/** Counts and durations in English. */

export const MINUTE_SECONDS = 60
const HOUR_SECONDS = 60 * MINUTE_SECONDS
const DAY_SECONDS = 24 * HOUR_SECONDS

/** @param several the plural; by default `one` with an s */
export const many = (count: number, one: string, several = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : several}`

export const duration = (seconds: number): string => {
  if (seconds < MINUTE_SECONDS) return 'less than a minute'
  if (seconds < HOUR_SECONDS) return many(Math.floor(seconds / MINUTE_SECONDS), 'minute')
  if (seconds < DAY_SECONDS) return many(Math.floor(seconds / HOUR_SECONDS), 'hour')
  return many(Math.floor(seconds / DAY_SECONDS), 'day')
}

/** A waiting time, in seconds up to two minutes. */
export const waiting = (seconds: number): string =>
  seconds < 2 * MINUTE_SECONDS ? many(seconds, 'second') : many(Math.ceil(seconds / MINUTE_SECONDS), 'minute')
