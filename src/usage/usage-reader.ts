/** The port that reads the number of model calls and their tokens, for `denidin status`. */
import type { PlannedCall } from '../models/meter.ts'

/** The totals of calls of one kind, purpose and model. */
export interface UsageTotal {
  readonly kind: PlannedCall['kind']
  readonly purpose: PlannedCall['purpose']
  readonly provider: string
  readonly model: string
  /** Number of calls, including failed ones. */
  readonly calls: number
  readonly failed: number
  readonly input_tokens: number
  readonly output_tokens: number
}

/** Reads totals of model calls. */
export interface UsageReader {
  /** Totals of the calls made at or after `since` (milliseconds since the Unix epoch), most tokens first. */
  totals(range: { readonly since: number }): Promise<readonly UsageTotal[]>
}
