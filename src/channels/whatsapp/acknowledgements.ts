/**
 * Records the delivery level of our own messages and lets a sender wait for it: the acknowledgement may come before the
 * sender waits.
 */
import { messageKeyOf } from '../../messages/message-key.ts'
import { lru } from '../../platform/lru.ts'

const MOST_KEPT = 1000

/**
 * Keyed by stanza id: WhatsApp may acknowledge a message under another address of its chat than the one to which it was
 * sent.
 */
export class Acknowledgements {
  readonly #levels = lru<string, number>(MOST_KEPT)
  readonly #waiting = new Map<string, (level: number) => void>()

  /** The message reached this level. */
  record(message_id: string, level: number): void {
    // "Not sent yet" is not news, and must not hide an acknowledgement that came first.
    if (level === 0) return
    const { stanza_id } = messageKeyOf(message_id)
    this.#levels.set(stanza_id, level)
    this.#waiting.get(stanza_id)?.(level)
    this.#waiting.delete(stanza_id)
  }

  /** Resolves with the first level other than 0: 1 or more when a server has the message, −1 if it was refused. */
  whenDecided(message_id: string, signal: AbortSignal): Promise<number> {
    const { stanza_id } = messageKeyOf(message_id)
    const known = this.#levels.get(stanza_id)
    if (known !== undefined) return Promise.resolve(known)
    return new Promise(resolve => {
      this.#waiting.set(stanza_id, resolve)
      signal.addEventListener('abort', () => this.#waiting.delete(stanza_id), { once: true })
    })
  }
}
