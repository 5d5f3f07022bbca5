/** Decides which WhatsApp messages a person wrote, and maps those to messages of the pipeline. */
import type { IncomingMessage, Mention, QuotedCopy } from '../../messages/message.ts'
import type { Identity } from '../../people/person.ts'
import { withoutFormatCharacters } from '../../text/format-characters.ts'
import { toAccount } from './account.ts'
import {
  isGroup,
  isSelf,
  POLL_VOTE,
  UNREADABLE,
  WORDED_TYPES,
  type Self,
  type WhatsAppMessage,
} from './whatsapp-message.ts'

/** Kinds of messages that may contain a person's words; of every other kind only the attachment counts. */
const SPOKEN_TYPES = [...WORDED_TYPES, 'image', 'video', 'document']
/** Longer than any WhatsApp address. */
const MOST_ADDRESS_CHARACTERS = 100
const PEOPLE_AND_GROUPS = /^(?!0@)[^@]{1,64}@(c\.us|lid|g\.us)$/

/**
 * Whether an address is a chat with a person or a group, and not a list, a channel, a status or WhatsApp's own chat.
 */
export const isChat = (chat_id: string): boolean => PEOPLE_AND_GROUPS.test(chat_id)

/** Whether a message has content: a text, or an attachment that can be named. */
const saysAnything = ({ type, text, details }: WhatsAppMessage): boolean =>
  (SPOKEN_TYPES.includes(type) && text.trim() !== '') || details?.attachment !== undefined

/** Why a message is ignored; `undefined` if a person sent it to DeniDin. */
export const reasonToIgnore = (message: WhatsAppMessage): string | undefined => {
  if (message.from_me) return 'own message'
  if (!isChat(message.chat_id)) return 'not a chat'
  if (isGroup(message.author_id) || message.author_id.length > MOST_ADDRESS_CHARACTERS) return 'no author'
  if (message.type === UNREADABLE) return undefined
  return saysAnything(message) ? undefined : `no words (type ${message.type})`
}

/** Why an own message is ignored; `undefined` if the account owner may have written it. */
export const reasonToIgnoreOwn = (message: WhatsAppMessage): string | undefined => {
  if (!isChat(message.chat_id)) return 'not a chat'
  // An unknown kind may be a notice: it does not silence the bot.
  if (message.details?.attachment?.kind === 'unknown') return `type ${message.type}`
  return saysAnything(message) ? undefined : `no words (type ${message.type})`
}

/** The identity that an address itself contains. */
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
  mentions: readonly Mention[] = [],
  quotedPerson?: readonly Identity[],
): IncomingMessage => {
  const group = isGroup(message.chat_id)
  const quoted = quotesSelf(message, self)
  const account = toAccount(self)
  return {
    message_id: message.message_id,
    chat_id: message.chat_id,
    chat_kind: group ? 'group' : 'direct',
    sender: { identities, ...(message.author_name === undefined ? {} : { name: message.author_name }) },
    text: spokenText(message, self),
    ...(mentions.length === 0 ? {} : { mentions }),
    sent_at: message.sent_at,
    ...(account === undefined ? {} : { account }),
    addressed: message.type !== POLL_VOTE && (!group || mentionsSelf(message, self) || quoted),
    may_continue: true,
    ...(message.type === UNREADABLE ? { unreadable: true } : {}),
    reply_to: quotedIdOf(message, quoted),
    ...(message.details === undefined ? {} : { details: message.details }),
    ...(message.expires_at === undefined ? {} : { expires_at: message.expires_at }),
    ...(message.quoted_key === undefined ? {} : { quote: quoteOf(message, quoted, quotedPerson) }),
  }
}

/** Whether a message quotes one of our account's, as far as the author's address shows. */
export const quotesSelf = ({ quoted_author_id }: WhatsAppMessage, self: Self): boolean =>
  quoted_author_id !== undefined && isSelf(quoted_author_id, self)

type Written = Pick<WhatsAppMessage, 'chat_id' | 'text'> & { readonly mentioned_ids?: readonly string[] | undefined }

/** The text as the bot should read it: in a group without the mention that addresses it. */
export const spokenText = (message: Written, self: Self): string =>
  isGroup(message.chat_id) && mentionsSelf(message, self) ? withoutMentions(message.text, self) : message.text

/** The addresses of people that a message mentions, without the account itself. */
export const mentionedPeople = ({ mentioned_ids = [] }: Written, self: Self): readonly string[] =>
  [...new Set(mentioned_ids)].filter(address => !isSelf(address, self))

/**
 * Whether the account is mentioned. If the list of mentions is missing, looks for its LID, which no one types, or for
 * its number at the beginning.
 */
const mentionsSelf = ({ text, mentioned_ids = [] }: Written, self: Self): boolean => {
  if (mentioned_ids.some(address => isSelf(address, self))) return true
  const plain = withoutFormatCharacters(text)
  const [lid, phone] = [self.lid, self.phone].map(address => address?.replace(/@.*$/, ''))
  return (
    (lid !== undefined && new RegExp(`@${lid}(?!\\d)`).test(plain)) ||
    (phone !== undefined && new RegExp(`^\\s*@${phone}(?!\\d)`).test(plain))
  )
}

/** The `message_id` of the message that a message quotes; `undefined` if it quotes none. */
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

/**
 * The text without the mentions (`@digits`) of the account, which may name another address than the list of mentions. A
 * message that contains nothing else stays unchanged.
 */
const withoutMentions = (text: string, self: Self): string => {
  // Phones put directional marks around mentions.
  let rest = withoutFormatCharacters(text)
  for (const address of [self.phone, self.lid].filter(each => each !== undefined)) {
    rest = rest.replace(new RegExp(`(?<![ \\t])[ \\t]*@${identityOf(address).value}(?!\\d)`, 'g'), '')
  }
  rest = rest.replace(/^[\s,:;]+/, '').trimEnd()
  return rest === '' ? text : rest
}
