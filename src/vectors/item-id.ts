/** The ids under which vectors are stored: a memory has its own id, a message its id after a prefix. */
import type { MessageId } from '../messages/message.ts'

/** Prefix of the item ids of messages. No memory id begins with it. */
export const MESSAGE_ITEM_PREFIX = 'message:'

export const itemOfMessage = (message_id: MessageId): string => MESSAGE_ITEM_PREFIX + message_id

/** The inverse of `itemOfMessage`. */
export const messageOfItem = (item_id: string): MessageId => item_id.slice(MESSAGE_ITEM_PREFIX.length)
