/** The messages of a turn in the form in which the pipeline passes them on, and how they are grouped by chat. */
import { isOneChat } from '../messages/message-key.ts'
import type { MessageId, QuotedCopy } from '../messages/message.ts'
import type { OpenMessage } from '../messages/inbox-store.ts'

/** A message whose text is available. */
export interface TurnMessage extends OpenMessage {
  readonly text: string
  /** Whether the text is stored; `undefined`: it is. */
  readonly stored?: boolean
  /** The quote as its channel showed it; `undefined` for a message that is resumed after a start. */
  readonly quote?: QuotedCopy | undefined
  /** Correlation id under which it was received; `undefined` for a message that is resumed after a start. */
  readonly trace?: string
}

export const idsOf = (batch: readonly TurnMessage[]): readonly MessageId[] => batch.map(message => message.message_id)

/**
 * One person may write in several chats; each is answered where it was written. Phone number and LID are one chat: it
 * is answered under the most recent address.
 */
export const groupByChat = (batch: readonly TurnMessage[]): readonly (readonly TurnMessage[])[] => {
  const chats: TurnMessage[][] = []
  for (const message of batch) {
    const chat = chats.find(([first]) => first !== undefined && isOneChat(first.chat_id, message.chat_id))
    if (chat === undefined) chats.push([message])
    else chat.push(message)
  }
  return chats
}
