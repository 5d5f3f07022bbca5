/** The port that accounts for calls to models: tokens are reserved before a call and settled after it. */
import type { Purpose, TokenUsage } from './language-model.ts'

/** A call to a model that is about to be made. */
export interface PlannedCall {
  readonly kind: 'completion' | 'embedding' | 'rerank'
  readonly provider: string
  readonly model: string
  readonly purpose: Purpose
  readonly person_id?: string
  readonly chat_id?: string
  /** Estimated tokens that the call may use: its input and the longest answer. */
  readonly estimated_tokens: number
  /** How many of these are for the longest answer; unset for calls that return no text. */
  readonly estimated_answer_tokens?: number
}

/** A reservation of tokens for one call; valid until it is committed, released or cancelled. */
export type ReservationId = number

/** A call without a result. */
export interface FailedCall {
  readonly duration_ms: number
  readonly usage?: TokenUsage
}

/** Accounts for every call to a model, paid or not, successful or not. */
export interface Meter {
  /**
   * Reserves tokens before a call. From then on the call is on record, even if the process ends meanwhile.
   * @throws CallRefused when a limit does not allow the call: it must not be made
   */
  reserve(call: PlannedCall): Promise<ReservationId>
  /** The call succeeded: its real usage replaces the reservation. `duration_ms` runs from request to answer. */
  commit(reservation: ReservationId, usage: TokenUsage & { readonly duration_ms: number }): Promise<void>
  /** The call failed: the reservation is dropped. `usage`: what the call used nevertheless, if the provider said so. */
  release(reservation: ReservationId, call: FailedCall): Promise<void>
  /** The call was not made: its record is removed. */
  cancel(reservation: ReservationId): Promise<void>
}
