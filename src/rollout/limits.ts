/** The limits within which a stage goes on: shares with their counts, over a time and from a least number of answers. */

/** What is counted of one answer. */
export interface CountedAnswer {
  /** Milliseconds on the monotonic clock. */
  readonly at: number
  readonly failed: boolean
  /** `undefined`: the model was not asked. */
  readonly own_ms: number | undefined
  /** In units of the currency; `undefined`: not known. */
  readonly cost: number | undefined
}

export interface RolloutLimits {
  readonly window_ms: number
  readonly min_answers: number
  readonly max_error_percent: number
  readonly max_response_ms: number
  /** `undefined`: no limit. */
  readonly max_cost_per_answer: number | undefined
}

/** The share of answers whose own time must be within the limit. */
const RESPONSE_SHARE = 0.95

const MINUTE = 60_000

/**
 * Why the answers of the window leave the limits, with the counts; `undefined` if they do not, or are too few.
 * @param answers those of the window
 */
export const findBreach = (answers: readonly CountedAnswer[], limits: RolloutLimits): string | undefined => {
  const n = answers.length
  if (n < limits.min_answers) return undefined
  const within = `in the last ${String(Math.round(limits.window_ms / MINUTE))} minutes`
  const failed = answers.filter(each => each.failed).length
  if (failed / n > limits.max_error_percent / 100) {
    return `${String(failed)} of ${String(n)} answers (${percent(failed / n)}) failed ${within}; the limit is ${String(limits.max_error_percent)} %`
  }
  const slow = answers.filter(({ own_ms = 0 }) => own_ms > limits.max_response_ms).length
  if (slow > (1 - RESPONSE_SHARE) * n) {
    return `${String(slow)} of ${String(n)} answers (${percent(slow / n)}) needed more than ${String(limits.max_response_ms)} ms before the model was asked, ${within}; the limit is 5 %`
  }
  const { max_cost_per_answer: most } = limits
  if (most === undefined) return undefined
  const priced = answers.flatMap(each => each.cost ?? [])
  const total = priced.reduce((sum, cost) => sum + cost, 0)
  return priced.length >= limits.min_answers && total / priced.length > most
    ? `${String(priced.length)} answers cost ${amount(total)} (${amount(total / priced.length)} each) ${within}; the limit is ${amount(most)} each`
    : undefined
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
const amount = (units: number): string => String(Number(units.toPrecision(4)))
