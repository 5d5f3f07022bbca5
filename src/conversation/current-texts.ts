/** Reads messages that wait for an answer again: they may have been edited or deleted meanwhile. */
import type { MessageStore } from '../messages/message-store.ts'
import { idsOf, type TurnMessage } from './turn-message.ts'

/** The current versions of messages: edited texts, without deleted messages. */
export type CurrentTexts = (batch: readonly TurnMessage[]) => Promise<readonly TurnMessage[]>

/**
 * The current texts of messages of which some are stored and others are not: those of people who have no memory.
 */
export const currentTexts =
  (stored: CurrentTexts, others: CurrentTexts): CurrentTexts =>
  async batch => {
    const isStored = ({ stored: is_stored = true }: TurnMessage): boolean => is_stored
    if (batch.every(isStored)) return await stored(batch)
    const current = new Map(
      [...(await stored(batch.filter(isStored))), ...(await others(batch.filter(each => !isStored(each))))].map(
        message => [message.message_id, message],
      ),
    )
    return batch.flatMap(({ message_id }) => current.get(message_id) ?? [])
  }

/** If texts are stored, the store has the current ones. */
export const storedTexts =
  (history: Pick<MessageStore['history'], 'current'>): CurrentTexts =>
  async batch => {
    if (batch.length === 0) return batch
    const current = await history.current(idsOf(batch))
    return batch.flatMap(message => {
      const text = current.get(message.message_id)
      return text === undefined ? [] : [{ ...message, ...text }]
    })
  }
