/**
 * Knows in which chats nothing is missing: since the page became ready, each was either found complete or has been
 * caught up with, and everything in it was recorded. Only there may a message count as the end of what was heard.
 */
export class GapTracker {
  /** Chats in which something may be missing; `undefined`: it may in any. */
  #broken: Set<string> | undefined

  /** Nobody listens, or nobody knows since when. */
  interrupted(): void {
    this.#broken = undefined
  }

  /** Every chat was looked at; in these something is missing. */
  listed(broken: readonly string[]): void {
    this.#broken = new Set(broken)
  }

  /** Everything that was said in this chat is recorded by now. */
  complete(chat_id: string): void {
    this.#broken?.delete(chat_id)
  }

  /** Something in this chat could not be recorded. */
  gap(chat_id: string): void {
    this.#broken?.add(chat_id)
  }

  isComplete(chat_id: string): boolean {
    return this.#broken?.has(chat_id) === false
  }
}
