/** What the limits and the report of a rollout count of a turn. */
import type { Scope } from '../messages/scope.ts'

export interface AnsweredTurn {
  readonly scope: Scope
  /** Whether the person got no answer of a model, or nothing at all. A refusal by a spending limit is no failure. */
  readonly failed: boolean
  /** Whether something was recalled; `none`: the message needed no recall. */
  readonly recall: 'used' | 'empty' | 'none'
  /** Milliseconds that DeniDin itself needed before it asked the model; `undefined`: it did not get that far. */
  readonly own_ms: number | undefined
  /** Milliseconds since the turn began. */
  readonly took_ms: number
}

/** Is notified of every turn that was to be answered. */
export interface TurnObserver {
  /** Must not reject. */
  answered(turn: AnsweredTurn): Promise<void>
}

export const noTurnObserver: TurnObserver = { answered: async () => undefined }
