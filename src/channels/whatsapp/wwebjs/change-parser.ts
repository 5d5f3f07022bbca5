/** Reads edits, deletions and reactions as whatsapp-web.js and WhatsApp's page write them. */
import { SECOND_MS } from '../../../platform/clock.ts'
import type { MessageChange, WhatsAppMessage } from '../whatsapp-message.ts'
import { addressOf, messageIdOf, parseMessage } from './message-parser.ts'
import { parseWords } from './attachment-parser.ts'
import { fieldsOf, textOf, type Fields } from './raw-fields.ts'

const isEdited = (fields: Fields): boolean =>
  fields['latestEditMsgKey'] != null || fields['latestEditSenderTimestampMs'] != null

/**
 * The edit of a message in its new form. A caption may be removed; an empty text means that the message is being
 * deleted, which is not an edit.
 */
const editOf = (message: WhatsAppMessage, edited: boolean): MessageChange | undefined => {
  const { chat_id, message_id, text, mentioned_ids } = message
  if (text.trim() === '' && (message.details?.attachment === undefined || !edited)) return undefined
  return { kind: 'edited', chat_id, message_id, text, ...(mentioned_ids.length === 0 ? {} : { mentioned_ids }) }
}

/**
 * An edit that the page reports, from the message in its new form.
 * @param written what the page reports as new: the text, or a preview picture, which is not an edit
 */
export const parseEdit = (raw: unknown, written: unknown): MessageChange | undefined => {
  const message = parseMessage(raw)
  if (message === undefined || (written ?? '') !== parseWords(raw)) return undefined
  return editOf(message, isEdited(fieldsOf(raw)))
}

/** A message deleted for everyone, from its remaining fields. */
export const parseDeletion = (raw: unknown): MessageChange | undefined => {
  const message = parseMessage(raw)
  if (message === undefined) return undefined
  // If the notice is a separate message, it names the deleted one.
  const message_id = messageIdOf(fieldsOf(raw)['protocolMessageKey']) ?? message.message_id
  return { kind: 'deleted', chat_id: message.chat_id, message_id }
}

/** The edit or deletion that a listed message shows. */
export const parseChange = (raw: unknown): MessageChange | undefined => {
  const fields = fieldsOf(raw)
  if (fields['type'] === 'revoked') return parseDeletion(raw)
  const message = isEdited(fields) ? parseMessage(raw) : undefined
  return message === undefined ? undefined : editOf(message, true)
}

/** A reaction as the library reports it. */
export const parseReaction = (reaction: unknown): MessageChange | undefined => {
  const { msgId, senderId, reaction: emoji, timestamp } = fieldsOf(reaction)
  const message_id = messageIdOf(msgId)
  const author_id = addressOf(senderId)
  if (message_id === undefined || author_id === undefined) return undefined
  return {
    kind: 'reacted',
    chat_id: message_id.split('_')[1] ?? author_id,
    message_id,
    author_id,
    emoji: textOf(emoji),
    at: Number(timestamp ?? 0) * SECOND_MS,
  }
}
