/** The limits within which a stage goes on: shares with their counts, over a time and from a least number of answers. */
import { areTooManySlow, RESPONSE_SHARE } from '../platform/response-share.ts'
import type { AnswerCounts } from './answer-log.ts'

export interface RolloutLimits {
  readonly window_ms: number
  readonly min_answers: number
  readonly max_error_percent: number
  readonly max_response_ms: number
  /** `undefined`: no limit. */
  readonly max_cost_per_answer: number | undefined
}

const MINUTE = 60_000

/** Why the answers of the window leave the limits, with the counts; `undefined` if they do not, or are too few. */
export const findBreach = (
  { answers, failed, slow, priced, cost }: AnswerCounts,
  limits: RolloutLimits,
): string | undefined => {
  if (answers < limits.min_answers) return undefined
  const within = `in the last ${String(Math.round(limits.window_ms / MINUTE))} minutes`
  if (failed / answers > limits.max_error_percent / 100) {
    return `${String(failed)} of ${String(answers)} answers (${percent(failed / answers)}) failed ${within}; the limit is ${String(limits.max_error_percent)} %`
  }
  if (areTooManySlow(slow, answers)) {
    return `${String(slow)} of ${String(answers)} answers (${percent(slow / answers)}) needed more than ${String(limits.max_response_ms)} ms before the model was asked, ${within}; the limit is ${String(Math.round((1 - RESPONSE_SHARE) * 100))} %`
  }
  const { max_cost_per_answer: most } = limits
  if (most === undefined) return undefined
  return priced >= limits.min_answers && cost / priced > most
    ? `${String(priced)} answers cost ${amount(cost)} (${amount(cost / priced)} each) ${within}; the limit is ${amount(most)} each`
    : undefined
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
const amount = (units: number): string => String(Number(units.toPrecision(4)))
