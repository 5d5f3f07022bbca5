/** Works again on messages whose turn failed for a reason that passes, such as a full disk, without a restart. */
import type { MessageId } from '../messages/message.ts'
import { MINUTE_MS, type Clock } from '../platform/clock.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { Logger } from '../platform/logger.ts'
import { lru } from '../platform/lru.ts'
import type { TurnMessage } from './turn-message.ts'

/** Pause before the first attempt; each further one waits twice as long. */
const FIRST_PAUSE_MS = MINUTE_MS
/** Attempts for one message; after the last one it waits for the next start. */
const MOST_ATTEMPTS = 5
/** How many messages are remembered: with very many, the least recent wait for the next start. */
const MOST_MESSAGES = 1000

export interface FailedTurnsDeps {
  /** Queues those of these messages that still wait to be handled. */
  readonly handleAgain: (message_ids: readonly MessageId[]) => Promise<void>
  /** Writes to the database, to see whether it works. @throws if it does not */
  readonly probe: () => void
  readonly clock: Clock
  readonly logger: Logger
}

interface FailedMessage {
  readonly attempts: number
  /** On the monotonic clock; `undefined` while an attempt is under way, or succeeded. */
  readonly due_at: number | undefined
}

export class FailedTurns implements Disposable {
  readonly #deps: FailedTurnsDeps
  readonly #messages = lru<MessageId, FailedMessage>(MOST_MESSAGES)
  #timer: Disposable | undefined
  #closed = false

  constructor(deps: FailedTurnsDeps) {
    this.#deps = deps
  }

  /** Adds the messages of a turn that failed. Commands are left out: they may have had their effect. */
  add(batch: readonly TurnMessage[]): void {
    const now = this.#deps.clock.monotonic()
    for (const { message_id, kind } of batch) {
      const { attempts = 0 } = this.#messages.get(message_id) ?? {}
      if (kind === 'command' || attempts === MOST_ATTEMPTS) continue
      this.#messages.set(message_id, { attempts, due_at: now + FIRST_PAUSE_MS * 2 ** attempts })
    }
    this.#watch()
  }

  [Symbol.dispose](): void {
    this.#closed = true
    this.#timer?.[Symbol.dispose]()
  }

  #watch(): void {
    if (this.#closed || this.#timer !== undefined || this.#due(Infinity).length === 0) return
    this.#timer = this.#deps.clock.after(FIRST_PAUSE_MS, () => {
      this.#timer = undefined
      void this.#handleDue()
    })
  }

  /** Messages that are due by a time on the monotonic clock, oldest first. */
  #due(by: number): readonly MessageId[] {
    const waiting = [...this.#messages.entries()].filter(([, { due_at }]) => due_at !== undefined && due_at <= by)
    return waiting.map(([message_id]) => message_id).reverse()
  }

  async #handleDue(): Promise<void> {
    const { handleAgain, probe, clock, logger } = this.#deps
    const ids = this.#due(clock.monotonic())
    try {
      // While the database does not work, an attempt would only cost a call to the model.
      if (ids.length > 0) probe()
      for (const id of ids) {
        const { attempts = 0 } = this.#messages.get(id) ?? {}
        this.#messages.set(id, { attempts: attempts + 1, due_at: undefined })
      }
      if (ids.length > 0) await handleAgain(ids)
    } catch (error) {
      logger.warn('Messages of failed turns still wait', {
        messages: ids.length,
        reason: asDenidinError(error).message,
      })
    }
    this.#watch()
  }
}
