/** Reads messages that wait for an answer again: they may have been edited or deleted meanwhile. */
import type { MessageStore } from '../messages/message-store.ts'
import { idsOf, type TurnMessage } from './turn-message.ts'

/** The current versions of messages: edited texts, without deleted messages. */
export type CurrentTexts = (batch: readonly TurnMessage[]) => Promise<readonly TurnMessage[]>

/** If texts are stored, the store has the current ones. */
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
