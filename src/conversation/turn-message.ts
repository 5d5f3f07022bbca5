/** Messages of a turn, and what they become in a session's window. */
import type { MessageId } from '../messages/message.ts'
import type { OpenMessage, Reply } from '../messages/message-store.ts'
import type { WindowMessage } from '../sessions/session.ts'

/** A message whose text is at hand. */
export interface TurnMessage extends OpenMessage {
  readonly text: string
  /** Correlation id under which it was received; `undefined` for one that is taken up after a start. */
  readonly trace?: string
}

/** A message in a session's window. */
export const toWindow = (message: TurnMessage): WindowMessage => ({
  message_id: message.message_id,
  role: 'user',
  content: message.text,
  sender_name: message.sender_name,
  person_id: message.person_id,
  timestamp: message.sent_at,
  tokens: message.tokens,
})

/** A reply in a session's window, under the id under which it is kept. */
export const replyInWindow = (reply: Reply, message_id: MessageId, timestamp: number): WindowMessage => ({
  message_id,
  role: 'assistant',
  content: reply.text,
  sender_name: undefined,
  person_id: reply.person_id,
  timestamp,
  tokens: reply.tokens,
})

export const idsOf = (batch: readonly TurnMessage[]): readonly MessageId[] => batch.map(message => message.message_id)

/** One person may write in several chats; each is answered where it was written. */
export const groupByChat = (batch: readonly TurnMessage[]): readonly TurnMessage[][] =>
  Object.values(Object.groupBy(batch, message => message.chat_id)).filter(chat => chat !== undefined)
