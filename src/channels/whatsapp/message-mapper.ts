/** Decides which WhatsApp messages are a person's words, and maps those to the messages of the pipeline. */
import type { IncomingMessage } from '../../messages/message.ts'
import type { Identity } from '../../people/person.ts'
import { withoutFormatCharacters } from '../../text/format-characters.ts'
import { UNREADABLE, type Self, type WhatsAppMessage } from './whatsapp-message.ts'

/** Kinds of messages that hold a person's words; every other kind is a notice of WhatsApp, or has no words. */
const SPOKEN_TYPES = ['chat', 'image', 'video', 'document', UNREADABLE]
const GROUP = '@g.us'
/** Longer than any address of WhatsApp. */
const MOST_ADDRESS_CHARACTERS = 100
const PEOPLE_AND_GROUPS = /^(?!0@)[^@]{1,64}@(c\.us|lid|g\.us)$/

/** Whether an address is a chat with a person or a group: not a list, a channel, a status or WhatsApp's own chat. */
export const isChat = (chat_id: string): boolean => PEOPLE_AND_GROUPS.test(chat_id)

export const isGroup = (chat_id: string): boolean => chat_id.endsWith(GROUP)

/** Why a message is ignored; `undefined` when a person wrote it to DeniDin. */
export const reasonToIgnore = (message: WhatsAppMessage): string | undefined => {
  if (message.from_me) return 'own message'
  if (!isChat(message.chat_id)) return 'not a chat'
  if (isGroup(message.author_id) || message.author_id.length > MOST_ADDRESS_CHARACTERS) return 'no author'
  if (!SPOKEN_TYPES.includes(message.type)) return `type ${message.type}`
  if (message.type === UNREADABLE) return undefined
  return message.text.trim() === '' ? `no words (type ${message.type})` : undefined
}

/** Why an own message is ignored; `undefined` when it may be the account owner's words. */
export const reasonToIgnoreOwn = (message: WhatsAppMessage): string | undefined => {
  if (!isChat(message.chat_id)) return 'not a chat'
  if (!SPOKEN_TYPES.includes(message.type)) return `type ${message.type}`
  return message.text.trim() === '' ? 'no words' : undefined
}

/** The identity that an address holds by itself. */
export const identityOf = (address: string): Identity => ({
  kind: address.endsWith('@lid') ? 'lid' : 'phone',
  value: address.replace(/@.*$/, ''),
})

/** Maps a message. In a group it is addressed to the bot when it mentions the bot or quotes one of its messages. */
export const toIncoming = (message: WhatsAppMessage, self: Self, identities: readonly Identity[]): IncomingMessage => {
  const group = isGroup(message.chat_id)
  const own = [self.phone, self.lid].filter(address => address !== undefined)
  const mentioned = own.filter(address => message.mentioned_ids.includes(address))
  const quoted = message.quoted_author_id !== undefined && own.includes(message.quoted_author_id)
  return {
    message_id: message.message_id,
    chat_id: message.chat_id,
    chat_kind: group ? 'group' : 'direct',
    sender: { identities, ...(message.author_name === undefined ? {} : { name: message.author_name }) },
    text: group ? withoutMentions(message.text, mentioned) : message.text,
    sent_at: message.sent_at,
    addressed: !group || mentioned.length > 0 || quoted,
    may_continue: true,
    ...(message.type === UNREADABLE ? { unreadable: true } : {}),
    reply_to: quotedIdOf(message, quoted),
  }
}

/** The `message_id` of the message that a message quotes; `undefined` when it quotes none. */
const quotedIdOf = ({ chat_id, quoted_key, quoted_author_id }: WhatsAppMessage, by_us: boolean): string | undefined => {
  if (quoted_key === undefined || quoted_author_id === undefined) return undefined
  return [String(by_us), chat_id, quoted_key, ...(isGroup(chat_id) ? [quoted_author_id] : [])].join('_')
}

/** The text without the mentions (`@digits`) of these addresses; a message that holds nothing else stays as it is. */
const withoutMentions = (text: string, addresses: readonly string[]): string => {
  // Phones put direction marks around mentions.
  let rest = withoutFormatCharacters(text)
  for (const address of addresses) {
    rest = rest.replace(new RegExp(`(?<![ \\t])[ \\t]*@${identityOf(address).value}(?!\\d)`, 'g'), '')
  }
  rest = rest.replace(/^[\s,:;]+/, '').trimEnd()
  return rest === '' ? text : rest
}
