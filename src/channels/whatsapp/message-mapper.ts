/** Decides which WhatsApp messages are a person's words, and maps those to the messages of the pipeline. */
import type { IncomingMessage, QuotedCopy } from '../../messages/message.ts'
import type { Identity } from '../../people/person.ts'
import { withoutFormatCharacters } from '../../text/format-characters.ts'
import { UNREADABLE, WORDED_TYPES, type Self, type WhatsAppMessage } from './whatsapp-message.ts'

/** Kinds of messages that may hold a person's words; of every other kind only what came with it counts. */
const SPOKEN_TYPES = [...WORDED_TYPES, 'image', 'video', 'document']
const GROUP = '@g.us'
const PEOPLE_AND_GROUPS = /^(?!0@)[^@]+@(c\.us|lid|g\.us)$/

/** Whether an address is a chat with a person or a group: not a list, a channel, a status or WhatsApp's own chat. */
export const isChat = (chat_id: string): boolean => PEOPLE_AND_GROUPS.test(chat_id)

export const isGroup = (chat_id: string): boolean => chat_id.endsWith(GROUP)

/** Whether a message says anything: it has words, or something came with it that can be named. */
const saysAnything = ({ type, text, details }: WhatsAppMessage): boolean =>
  (SPOKEN_TYPES.includes(type) && text.trim() !== '') || details?.attachment !== undefined

/** Why a message is ignored; `undefined` when a person sent it to DeniDin. */
export const reasonToIgnore = (message: WhatsAppMessage): string | undefined => {
  if (message.from_me) return 'own message'
  if (!isChat(message.chat_id)) return 'not a chat'
  if (isGroup(message.author_id)) return 'no author'
  if (message.type === UNREADABLE) return undefined
  return saysAnything(message) ? undefined : `no words (type ${message.type})`
}

/** Why an own message is ignored; `undefined` when it may be the account owner's words. */
export const reasonToIgnoreOwn = (message: WhatsAppMessage): string | undefined => {
  if (!isChat(message.chat_id)) return 'not a chat'
  return saysAnything(message) ? undefined : `no words (type ${message.type})`
}

/** The identity that an address holds by itself. */
export const identityOf = (address: string): Identity => ({
  kind: address.endsWith('@lid') ? 'lid' : 'phone',
  value: address.replace(/@.*$/, ''),
})

/**
 * Maps a message. In a group it is addressed to the bot when it mentions the bot or quotes one of its messages.
 * @param quotedPerson identities of the person whose message it quotes
 */
export const toIncoming = (
  message: WhatsAppMessage,
  self: Self,
  identities: readonly Identity[],
  quotedPerson?: readonly Identity[],
): IncomingMessage => {
  const group = isGroup(message.chat_id)
  const own = [self.phone, self.lid].filter(address => address !== undefined)
  const mentioned = own.filter(address => message.mentioned_ids.includes(address))
  const quoted = quotesSelf(message, self)
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
    ...(message.details === undefined ? {} : { details: message.details }),
    ...(message.quoted_key === undefined ? {} : { quote: quoteOf(message, quoted, quotedPerson) }),
  }
}

/** Whether a message quotes one of our account's, as far as the address of its author tells. */
export const quotesSelf = ({ quoted_author_id }: WhatsAppMessage, self: Self): boolean =>
  quoted_author_id !== undefined && [self.phone, self.lid].includes(quoted_author_id)

/** The `message_id` of the message that a message quotes; `undefined` when it quotes none. */
const quotedIdOf = (message: WhatsAppMessage, by_us: boolean): string | undefined => {
  const { quoted_key, quoted_author_id, chat_id, quoted_chat_id = chat_id } = message
  if (quoted_key === undefined) return undefined
  const author = isGroup(quoted_chat_id) && quoted_author_id !== undefined ? [quoted_author_id] : []
  return [String(by_us), quoted_chat_id, quoted_key, ...author].join('_')
}

const quoteOf = (
  { quoted_text = '' }: WhatsAppMessage,
  by_us: boolean,
  identities: readonly Identity[] | undefined,
): QuotedCopy => ({
  by: by_us ? 'bot' : identities === undefined ? undefined : { identities },
  text: quoted_text,
})

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
