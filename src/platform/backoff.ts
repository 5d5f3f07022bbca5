/** Waiting times between attempts. */
import type { Ids } from './ids.ts'

/** Waiting times between attempts: doubling from `first_ms` up to `most_ms`, each drawn from its upper half. */
export interface Backoff {
  readonly first_ms: number
  readonly most_ms: number
}

/**
 * Whole milliseconds to wait after `failures` (1 or more) failures in a row.
 * Exponential back-off with equal jitter: half of the step for certain, the other half at random.
 * Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
export const backoffDelay = (backoff: Backoff, failures: number, ids: Ids): number => {
  const step = Math.min(backoff.most_ms, backoff.first_ms * 2 ** (failures - 1))
  return Math.round(step / 2 + (step / 2) * ids.fraction())
}
