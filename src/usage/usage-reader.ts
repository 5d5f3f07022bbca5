/** The port that reads calls and tokens of models, for `denidin status`. */
import type { PlannedCall } from '../models/meter.ts'

/** What the calls of one kind, purpose and model came to. */
export interface UsageTotal {
  readonly kind: PlannedCall['kind']
  readonly purpose: PlannedCall['purpose']
  readonly provider: string
  readonly model: string
  /** All calls, the failed ones included. */
  readonly calls: number
  readonly failed: number
  readonly input_tokens: number
  readonly output_tokens: number
}

/** Reads what model calls came to. */
export interface UsageReader {
  /** Totals of the calls made at or after `since` (milliseconds since the Unix epoch), most tokens first. */
  totals(range: { readonly since: number }): Promise<readonly UsageTotal[]>
}
