/** Extracts what identifies a message on WhatsApp, its chat and its stanza id, from the addresses around them. */
import type { ChatId, MessageId } from './message.ts'

/** The parts of a message id. */
export interface MessageKey {
  /** Whether our own account wrote the message. */
  readonly own: boolean
  /** `undefined` for an id that does not name its chat. */
  readonly chat_id: ChatId | undefined
  /** The id that WhatsApp's servers use; only the members of a chat learn it. */
  readonly stanza_id: string
  /** Its author in a group, if the id contains one. */
  readonly author_id: string | undefined
}

/** `<true if own>_<chat>_<stanza id>[_<author>]`. A message that was never decrypted has a prefix. */
const WHATSAPP_ID = /^(unreadable:)?(true|false)_([^_@]+@[^_@]+)_(.+?)(?:_([^_@]+@[^_@]+))?$/s

/** An agent (`.0`) and a device (`:12`) in front of the `@`. */
const DEVICE = /(?:\.\d+)?(?::\d+)?@/

/** Other spellings of the server part of people's addresses. */
const SERVERS: Readonly<Record<string, string>> = {
  's.whatsapp.net': 'c.us',
  hosted: 'c.us',
  'hosted.lid': 'lid',
}

const DIRECT_CHAT = /@(?:c\.us|lid)$/

/** An address without its device, and with the usual name of its server. */
export const plainAddress = (address: string): string => {
  const [user = '', server = ''] = address.replace(DEVICE, '@').split('@')
  return `${user}@${SERVERS[server] ?? server}`
}

/** The parts of a message id. An id of another form is its own stanza id. */
export const messageKeyOf = (message_id: MessageId): MessageKey => {
  const match = WHATSAPP_ID.exec(message_id)
  if (match === null) return { own: false, chat_id: undefined, stanza_id: message_id, author_id: undefined }
  const [, unreadable = '', own, chat = '', stanza_id = '', author] = match
  return {
    own: own === 'true',
    chat_id: plainAddress(chat),
    stanza_id: `${unreadable}${stanza_id}`,
    author_id: author === undefined ? undefined : plainAddress(author),
  }
}

/** Whether an address is that of a person on WhatsApp, by phone number or LID, so that the chat with it is direct. */
export const isDirectChat = (chat_id: ChatId): boolean => DIRECT_CHAT.test(chat_id)

/** Whether two chats with one person are the same: WhatsApp identifies a chat by phone number or by LID. */
export const isOneChat = (one: ChatId, other: ChatId): boolean =>
  one === other || (isDirectChat(one) && isDirectChat(other) && one.endsWith('@lid') !== other.endsWith('@lid'))
