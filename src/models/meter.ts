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
  /** Tokens that the call may take: input and the longest answer, estimated. */
  readonly estimated_tokens: number
  /** Of these, the longest answer; none for calls that give no text. */
  readonly estimated_answer_tokens?: number
}

/** Tokens that are set aside for one call; valid until it is committed or released. */
export type ReservationId = number

/** A call that gave nothing. */
export interface FailedCall {
  readonly duration_ms: number
  readonly usage?: TokenUsage
}

/** Accounts for every call to a model, paid or not, successful or not. */
export interface Meter {
  /**
   * Sets tokens aside before a call. From here on the call is on record, even when the process ends meanwhile.
   * @throws CallRefused when a limit does not allow the call: it must not be made
   */
  reserve(call: PlannedCall): Promise<ReservationId>
  /** The call succeeded: its real usage replaces the reservation. `duration_ms`: from request to answer. */
  commit(reservation: ReservationId, usage: TokenUsage & { readonly duration_ms: number }): Promise<void>
  /** The call failed: nothing stays set aside. `usage`: what it took all the same, where the provider said so. */
  release(reservation: ReservationId, call: FailedCall): Promise<void>
}
