import { addressOf, messageIdOf, parseMessage } from './message-parser.ts'

/** What happened to a message after it was sent. */
export type MessageChange =
  | { readonly kind: 'edited'; readonly chat_id: string; readonly message_id: string; readonly text: string }
  | { readonly kind: 'deleted'; readonly chat_id: string; readonly message_id: string }
  | {
      readonly kind: 'reacted'
      readonly chat_id: string
      readonly message_id: string
      /** Who reacted: `…@c.us` or `…@lid`. */
      readonly author_id: string
      /** `undefined`: the reaction was taken back. */
      readonly emoji: string | undefined
      /** Milliseconds since the Unix epoch. */
      readonly at: number
    }

const SECOND_MS = 1000

type Fields = Readonly<Record<string, unknown>>

/** An edit, from the message in its new form. */
export const parseEdit = (raw: unknown, text: unknown): MessageChange | undefined => {
  const message = parseMessage(raw)
  if (message === undefined || typeof text !== 'string' || text.trim() === '') return undefined
  return { kind: 'edited', chat_id: message.chat_id, message_id: message.message_id, text }
}

/** A message taken back for everybody, from what is left of it. */
export const parseDeletion = (raw: unknown): MessageChange | undefined => {
  const message = parseMessage(raw)
  if (message === undefined) return undefined
  // Where the notice is a message of its own, it names the one that is gone.
  const message_id = messageIdOf((raw as Fields)['protocolMessageKey']) ?? message.message_id
  return { kind: 'deleted', chat_id: message.chat_id, message_id }
}

/** What has happened to a message by the time that it is read. */
export const parseChange = (raw: unknown): MessageChange | undefined => {
  const fields = raw as Fields
  if (fields['type'] === 'revoked') return parseDeletion(raw)
  if (fields['latestEditMsgKey'] == null && fields['latestEditSenderTimestampMs'] == null) return undefined
  return parseEdit(raw, parseMessage(raw)?.text)
}

/** A reaction as the library hands it out. */
export const parseReaction = (reaction: unknown): MessageChange | undefined => {
  const { msgId, senderId, reaction: emoji, timestamp } = reaction as Fields
  const message_id = messageIdOf(msgId)
  const author_id = addressOf(senderId)
  if (message_id === undefined || author_id === undefined) return undefined
  return {
    kind: 'reacted',
    chat_id: message_id.split('_')[1] ?? author_id,
    message_id,
    author_id,
    emoji: typeof emoji === 'string' && emoji !== '' ? emoji : undefined,
    at: Number(timestamp ?? 0) * SECOND_MS,
  }
}
