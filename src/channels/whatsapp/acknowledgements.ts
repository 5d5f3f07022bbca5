/** Remembers how far own messages got, and lets a sender wait for it: the news may come before the sender waits. */
import { LRUCache } from 'lru-cache'

const MOST_KEPT = 1000

export class Acknowledgements {
  readonly #levels = new LRUCache<string, number>({ max: MOST_KEPT })
  readonly #waiting = new Map<string, (level: number) => void>()

  /** The message got so far. */
  record(message_id: string, level: number): void {
    // "Not sent yet" is no news, and must not hide an acknowledgement that came first.
    if (level === 0) return
    this.#levels.set(message_id, level)
    this.#waiting.get(message_id)?.(level)
    this.#waiting.delete(message_id)
  }

  /** Resolves with the first level other than 0: 1 or more when a server has the message, −1 when it was refused. */
  whenDecided(message_id: string, signal: AbortSignal): Promise<number> {
    const known = this.#levels.get(message_id)
    if (known !== undefined) return Promise.resolve(known)
    return new Promise(resolve => {
      this.#waiting.set(message_id, resolve)
      signal.addEventListener('abort', () => this.#waiting.delete(message_id), { once: true })
    })
  }
}
