import type { Purpose, TokenUsage } from './language-model.ts'

/** One call to a model, paid or not, successful or not. */
export interface MeteredCall extends TokenUsage {
  readonly kind: 'completion' | 'embedding' | 'rerank'
  readonly provider: string
  readonly model: string
  readonly purpose: Purpose
  readonly person_id?: string
  readonly chat_id?: string
  readonly outcome: 'ok' | 'failed'
  /** Milliseconds from request to answer. */
  readonly duration_ms: number
}

/** Takes down every call to a model. */
export interface Meter {
  record(call: MeteredCall): Promise<void>
}
