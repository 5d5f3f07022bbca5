/**
 * Processes messages of a conversation more slowly while many of them wait for an answer, so that others are answered
 * as usual.
 */
import type { Scope } from '../../messages/scope.ts'
import type { Clock } from '../../platform/clock.ts'
import type { TurnMessage } from '../turn-message.ts'

/** Messages of one conversation that may wait before it is slowed down; a person rarely writes so many at once. */
const MOST_WAITING = 5
/** A message with this many tokens counts as one more message. */
const TOKENS_OF_ONE = 200
const PAUSE_MS = 100
const LONGEST_PAUSE_MS = 2000

export interface FloodBrakeDeps {
  /** Messages of a conversation that wait for an answer or are being answered. */
  readonly waiting: (scope: Scope) => readonly TurnMessage[]
  readonly clock: Clock
}

export class FloodBrake {
  readonly #deps: FloodBrakeDeps

  constructor(deps: FloodBrakeDeps) {
    this.#deps = deps
  }

  /**
   * Waits before the next message of a conversation is processed, if too many wait there. Ends early with the signal.
   */
  async afterMessage(message: TurnMessage, signal: AbortSignal): Promise<void> {
    const { waiting, clock } = this.#deps
    const load = waiting(message.scope).reduce((sum, each) => sum + weightOf(each), 0)
    if (load <= MOST_WAITING) return
    await clock.sleep(Math.min(LONGEST_PAUSE_MS, PAUSE_MS * weightOf(message)), signal).catch(() => undefined)
  }
}

const weightOf = ({ tokens }: TurnMessage): number => 1 + tokens / TOKENS_OF_ONE
