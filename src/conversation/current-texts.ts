/** Reads again what messages that wait for an answer say by now: they may be edited or deleted meanwhile. */
import type { MessageStore } from '../messages/message-store.ts'
import { idsOf, type TurnMessage } from './turn-message.ts'

/** The messages as their writers want them by now: edited texts, without what they took back. */
export type CurrentTexts = (batch: readonly TurnMessage[]) => Promise<readonly TurnMessage[]>

/** Where texts are kept, the store has them as they are now. */
export const keptTexts =
  (history: Pick<MessageStore['history'], 'current'>): CurrentTexts =>
  async batch => {
    if (batch.length === 0) return batch
    const current = await history.current(idsOf(batch))
    return batch.flatMap(message => {
      const text = current.get(message.message_id)
      return text === undefined ? [] : [{ ...message, ...text }]
    })
  }
