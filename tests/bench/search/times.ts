/** Percentiles of times. */
export const percentile = (times: readonly number[], share: number): number => {
  const sorted = times.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
}

/** Median, 95 %, 99 % and the most, as one line. */
export const timesOf = (times: readonly number[]): string =>
  [0.5, 0.95, 0.99, 1].map(share => percentile(times, share).toFixed(1).padStart(8)).join(' ')
