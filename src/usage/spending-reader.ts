/** The port that reads daily spending, in sums that every call updates. */
import type { DayRange } from './cost-reader.ts'
import type { Spent, SpendingSums } from './limits/limit-guard.ts'

/** What one person spent. */
export interface PersonSpent extends Spent {
  readonly person_id: string
}

/** Calls under way count with their reserved amounts. */
export interface SpendingReader extends SpendingSums {
  /** The people who spent most, ordered by cost, then by tokens. */
  top(range: DayRange, currency: string | undefined, persons: number): readonly PersonSpent[]
}
