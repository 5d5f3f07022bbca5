/** The port that reads what was spent in days, in sums that are kept up to date with every call. */
import type { DayRange } from './cost-reader.ts'
import type { Spent, SpendingSums } from './limits/limit-guard.ts'

/** What one person spent. */
export interface PersonSpent extends Spent {
  readonly person_id: string
}

/** Calls under way count with what they may take. */
export interface SpendingReader extends SpendingSums {
  /** Who spent most, first by cost, then by tokens. */
  top(range: DayRange, currency: string | undefined, persons: number): readonly PersonSpent[]
}
