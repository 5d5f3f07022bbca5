import type { IncomingMessage } from '../../messages/message.ts'
import { backoffDelay, type Backoff } from '../../platform/backoff.ts'
import { SECOND_MS, type Clock } from '../../platform/clock.ts'
import { asDenidinError } from '../../platform/errors.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Logger } from '../../platform/logger.ts'
import type { Identities } from './identities.ts'
import { reasonToIgnore, toIncoming, type Self } from './incoming.ts'
import type { WhatsAppMessage } from './raw-message.ts'

export interface IntakeDeps {
  /** Records a message; a rejection means that it is not recorded. */
  readonly record: (message: IncomingMessage) => Promise<void>
  readonly identities: Identities
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
}

const ATTEMPTS = 5
const BACKOFF: Backoff = { first_ms: SECOND_MS, most_ms: 8 * SECOND_MS }

/** Brings what people wrote onto the road: chat by chat in the order of arrival, and again when recording fails. */
export class Intake {
  readonly #deps: IntakeDeps
  readonly #stopping = new AbortController()
  /** The last message of each chat that is under way. */
  readonly #queues = new Map<string, Promise<void>>()

  constructor(deps: IntakeDeps) {
    this.#deps = deps
  }

  /** Takes a message; what is nobody's words is left. `self` says to whom a mention speaks. */
  take(message: WhatsAppMessage, self: Self): void {
    if (this.#stopping.signal.aborted) return
    const ignored = reasonToIgnore(message)
    if (ignored !== undefined) {
      this.#deps.logger.debug('A message was ignored', { reason: ignored })
      return
    }
    const turn = (this.#queues.get(message.chat_id) ?? Promise.resolve()).then(() => this.#bring(message, self))
    this.#queues.set(message.chat_id, turn)
    void turn.then(() => {
      if (this.#queues.get(message.chat_id) === turn) this.#queues.delete(message.chat_id)
    })
  }

  /** Whether a message is being recorded. */
  get busy(): boolean {
    return this.#queues.size > 0
  }

  /** Takes no more; resolves when what was taken is recorded or given up. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.all(this.#queues.values())
  }

  async #bring(message: WhatsAppMessage, self: Self): Promise<void> {
    const { clock, identities, ids, logger, record } = this.#deps
    const incoming = toIncoming(message, self, await identities.of(message.author_id))
    for (let failures = 1; ; failures++) {
      try {
        await record(incoming)
        return
      } catch (error) {
        const reason = asDenidinError(error).message
        if (failures === ATTEMPTS || this.#stopping.signal.aborted) {
          // It stays unread in WhatsApp, where the next start finds it.
          logger.error('A message could not be recorded', { message_id: message.message_id, reason })
          return
        }
        logger.warn('A message could not be recorded and is tried again', { message_id: message.message_id, reason })
        await clock.sleep(backoffDelay(BACKOFF, failures, ids), this.#stopping.signal).catch(() => undefined)
      }
    }
  }
}
