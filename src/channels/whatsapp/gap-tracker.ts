/** Remembers in which chats messages may be missing, so that the mark "recorded up to here" never passes a gap. */
export class GapTracker {
  /** Chats that may have a gap; `undefined`: any chat may. */
  #gaps: Set<string> | undefined

  /** No one is listening, or it is unknown since when: any chat may have a gap. */
  interrupted(): void {
    this.#gaps = undefined
  }

  /** Every chat was compared with the recorded messages; only these have a gap. */
  listed(chat_ids: readonly string[]): void {
    this.#gaps = new Set(chat_ids)
  }

  /** Everything in this chat is recorded now. */
  complete(chat_id: string): void {
    this.#gaps?.delete(chat_id)
  }

  /** A message of this chat could not be recorded. */
  gap(chat_id: string): void {
    this.#gaps?.add(chat_id)
  }

  /** Whether every message of this chat is recorded. */
  isComplete(chat_id: string): boolean {
    return this.#gaps?.has(chat_id) === false
  }
}
