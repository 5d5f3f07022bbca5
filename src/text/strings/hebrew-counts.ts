/** Counts and durations in Hebrew, with the forms for one, two and many. */

export const MINUTE_SECONDS = 60
const HOUR_SECONDS = 60 * MINUTE_SECONDS
const DAY_SECONDS = 24 * HOUR_SECONDS

/** Hebrew has a form for one and, for some units of time, one for two. */
export const many = (
  count: number,
  one: string,
  several: string,
  two = `${count.toLocaleString('he')} ${several}`,
): string => (count === 1 ? one : count === 2 ? two : `${count.toLocaleString('he')} ${several}`)

export const duration = (seconds: number): string => {
  if (seconds < MINUTE_SECONDS) return 'פחות מדקה'
  if (seconds < HOUR_SECONDS) return many(Math.floor(seconds / MINUTE_SECONDS), 'דקה', 'דקות', 'שתי דקות')
  if (seconds < DAY_SECONDS) return many(Math.floor(seconds / HOUR_SECONDS), 'שעה', 'שעות', 'שעתיים')
  return many(Math.floor(seconds / DAY_SECONDS), 'יום', 'ימים', 'יומיים')
}

/** A waiting time, in seconds up to two minutes. */
export const waiting = (seconds: number): string =>
  seconds < 2 * MINUTE_SECONDS
    ? many(seconds, 'שנייה', 'שניות', 'שתי שניות')
    : many(Math.ceil(seconds / MINUTE_SECONDS), 'דקה', 'דקות', 'שתי דקות')
