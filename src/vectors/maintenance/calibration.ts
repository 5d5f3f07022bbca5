/** Suggests a similarity threshold from pairs of related and unrelated texts. */

/** With fewer pairs of either kind than this, nothing is suggested. */
export const LEAST_PAIRS = 30

/** How similar pairs of one kind are. */
export interface Distribution {
  readonly pairs: number
  readonly p05: number
  readonly p50: number
  readonly p95: number
}

export interface Calibration {
  /** The embedding model that was examined, and the current threshold. */
  readonly model: string
  readonly min_similarity: number
  /** `undefined` if there are too few pairs. */
  readonly suggested: number | undefined
  /** Shares of pairs at or above the suggestion, in percent. */
  readonly related_above: number | undefined
  readonly unrelated_above: number | undefined
  /** The same at the current threshold. */
  readonly related_above_now: number | undefined
  readonly unrelated_above_now: number | undefined
  readonly related: Distribution
  readonly unrelated: Distribution
  /** Texts that were embedded for the calibration. */
  readonly embedded: number
}

const STEP = 0.01

/**
 * The threshold that separates the two kinds best: where the share of related pairs above it exceeds that of unrelated
 * ones the most. Among equally good ones, the middle one. Source: Youden, "Index for rating diagnostic tests", 1950.
 */
export const suggestThreshold = (related: readonly number[], unrelated: readonly number[]): number | undefined => {
  if (related.length < LEAST_PAIRS || unrelated.length < LEAST_PAIRS) return undefined
  let best = -1
  let at: number[] = []
  for (let step = 0; step <= 1 / STEP; step++) {
    const threshold = step * STEP
    const gain = shareAbove(related, threshold) - shareAbove(unrelated, threshold)
    if (gain > best + Number.EPSILON) {
      best = gain
      at = []
    }
    if (gain >= best - Number.EPSILON) at.push(threshold)
  }
  const middle = at[Math.floor((at.length - 1) / 2)] ?? 0
  return Math.round(middle / STEP) * STEP
}

/** Share of values that are not below `threshold`, 0 to 1. */
export const shareAbove = (values: readonly number[], threshold: number): number =>
  values.length === 0 ? 0 : values.filter(value => value >= threshold).length / values.length

/** By the nearest-rank method. */
export const distributionOf = (values: readonly number[]): Distribution => {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): number =>
    round(sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? 0)
  return { pairs: values.length, p05: at(0.05), p50: at(0.5), p95: at(0.95) }
}

/** Three digits are more than any threshold needs. */
export const round = (value: number): number => Math.round(value * 1000) / 1000
