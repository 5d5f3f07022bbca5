/** What programs wish to be recalled for single messages that they send; a person's messages come with no wish. */
import type { MessageId } from '../messages/message.ts'

/** What is to be recalled for one message. */
export interface RecallWish {
  /** Whether anything is. */
  readonly retrieve: boolean
  /** Most memories; `undefined`: as many as the settings allow, which is never exceeded. */
  readonly most_memories: number | undefined
}

const NO_WISH: RecallWish = { retrieve: true, most_memories: undefined }

/** The wishes that hold at this moment. They are not kept: after a crash, a message is answered as any other. */
export class RecallWishes {
  readonly #wishes = new Map<MessageId, RecallWish>()

  /** The wish for messages that are answered together: that of the newest one that has any. */
  of(message_ids: readonly MessageId[]): RecallWish {
    const wished = message_ids.findLast(id => this.#wishes.has(id))
    return (wished === undefined ? undefined : this.#wishes.get(wished)) ?? NO_WISH
  }

  /** Runs `act`, while which a wish holds for a message. */
  async during<T>(message_id: MessageId, wish: RecallWish, act: () => Promise<T>): Promise<T> {
    this.#wishes.set(message_id, wish)
    try {
      return await act()
    } finally {
      this.#wishes.delete(message_id)
    }
  }
}
