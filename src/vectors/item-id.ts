/** The ids under which vectors are stored: a memory goes by its own id, a message by its id behind a prefix. */
import type { MessageId } from '../messages/message.ts'

/** What the item ids of messages begin with. No memory id begins like this. */
export const MESSAGE_ITEM_PREFIX = 'message:'

export const itemOfMessage = (message_id: MessageId): string => MESSAGE_ITEM_PREFIX + message_id

/** The inverse of `itemOfMessage`. */
export const messageOfItem = (item_id: string): MessageId => item_id.slice(MESSAGE_ITEM_PREFIX.length)
