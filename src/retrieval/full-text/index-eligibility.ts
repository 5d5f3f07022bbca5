/** Decides which messages the full-text index holds. */
import { isConversation, type MessageId, type MessageRecord } from '../../messages/message.ts'
import type { MessageState } from './full-text-index.ts'

/** The form in which a message is indexed, if at all. */
export const stateOf = (message_id: MessageId, now: MessageRecord | undefined): MessageState => ({
  message_id,
  now: now !== undefined && isConversation(now) ? { scope: now.scope, message: now } : undefined,
})
