/** Percentiles of times as one line. */
export const timesOf = (times: readonly number[]): string => {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
  return [at(0.5), at(0.95), at(0.99), sorted.at(-1) ?? 0].map(each => each.toFixed(1).padStart(8)).join(' ')
}
