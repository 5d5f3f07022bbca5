/** What a program asks to be recalled for a single message that it sends; people's messages have no override. */
import type { MessageId } from '../messages/message.ts'

/** What is recalled for one message. */
export interface RecallOverride {
  /** Whether anything is recalled. */
  readonly retrieve: boolean
  /** Most memories; `undefined`: as many as the settings allow, which is never exceeded. */
  readonly most_memories: number | undefined
}

const NO_OVERRIDE: RecallOverride = { retrieve: true, most_memories: undefined }

/** Current overrides, in memory only: after a crash, a message is answered like any other. */
export class RecallOverrides {
  readonly #overrides = new Map<MessageId, RecallOverride>()

  /** The override for messages that are answered together: that of the newest one that has any. */
  of(message_ids: readonly MessageId[]): RecallOverride {
    const found = message_ids.findLast(id => this.#overrides.has(id))
    return (found === undefined ? undefined : this.#overrides.get(found)) ?? NO_OVERRIDE
  }

  /** Runs `act` with an override for a message. */
  async during<T>(message_id: MessageId, override: RecallOverride, act: () => Promise<T>): Promise<T> {
    this.#overrides.set(message_id, override)
    try {
      return await act()
    } finally {
      this.#overrides.delete(message_id)
    }
  }
}
