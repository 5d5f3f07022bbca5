/**
 * Processes messages of a conversation, or of a person in all of their chats, more slowly while many of them wait for
 * an answer, so that others are answered as usual.
 */
import type { Clock } from '../../platform/clock.ts'
import type { TurnMessage } from '../turn-message.ts'

/** Messages that may wait before it is slowed down; a person rarely writes so many at once. */
const MOST_WAITING = 5
/** A message with this many tokens counts as one more message. */
const TOKENS_OF_ONE = 200
const PAUSE_MS = 100
const LONGEST_PAUSE_MS = 2000

export interface FloodBrakeDeps {
  /** Messages that wait for an answer or are being answered. */
  readonly waiting: () => readonly TurnMessage[]
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
    const all = waiting()
    const own = all.filter(each => each.person_id === message.person_id)
    const load = Math.max(loadOf(own), loadOf(all.filter(each => each.scope === message.scope)))
    if (load <= MOST_WAITING) return
    // Each chat is handed over by itself: with a pause in each of twelve groups, twelve messages would still come at once.
    const chats = Math.max(1, new Set(own.map(each => each.scope)).size)
    const pause = Math.min(LONGEST_PAUSE_MS, PAUSE_MS * weightOf(message) * chats)
    await clock.sleep(pause, signal).catch(() => undefined)
  }
}

const loadOf = (messages: readonly TurnMessage[]): number => messages.reduce((sum, each) => sum + weightOf(each), 0)

const weightOf = ({ tokens }: TurnMessage): number => 1 + tokens / TOKENS_OF_ONE
