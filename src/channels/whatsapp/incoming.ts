import type { IncomingMessage } from '../../messages/message.ts'
import type { Identity } from '../../people/person.ts'
import type { WhatsAppMessage } from './raw-message.ts'

/** The account's own addresses. */
export interface Self {
  readonly phone: string | undefined
  readonly lid: string | undefined
}

/** Kinds of messages that hold a person's words; every other kind is WhatsApp talking about itself, or has no words. */
const SPOKEN_TYPES = ['chat', 'image', 'video', 'document', 'unreadable']
/** A message that could not be decrypted, as we call it. */
const UNREADABLE = 'unreadable'
const CIPHERTEXT = 'ciphertext'
const GROUP = '@g.us'
const PEOPLE_AND_GROUPS = /^(?!0@)[^@]+@(c\.us|lid|g\.us)$/

/** A message that is still not decrypted as one that never will be: under an id of its own, so that it may yet come. */
export const asUnreadable = (message: WhatsAppMessage): WhatsAppMessage =>
  message.type === CIPHERTEXT
    ? { ...message, message_id: `unreadable:${message.message_id}`, type: UNREADABLE, text: '' }
    : message

/** Whether an address is a chat with a person or a group; lists, channels, statuses and WhatsApp's own chat are not. */
export const isChat = (chat_id: string): boolean => PEOPLE_AND_GROUPS.test(chat_id)

export const isGroup = (chat_id: string): boolean => chat_id.endsWith(GROUP)

/** Why a message is nobody's words to DeniDin; `undefined` when it is. */
export const reasonToIgnore = (message: WhatsAppMessage): string | undefined => {
  if (message.from_me) return 'own message'
  if (!isChat(message.chat_id)) return 'not a chat'
  if (isGroup(message.author_id)) return 'no author'
  if (!SPOKEN_TYPES.includes(message.type)) return `type ${message.type}`
  if (message.type === UNREADABLE) return undefined
  return message.text.trim() === '' ? `no words (type ${message.type})` : undefined
}

/** Why an own message is nothing that the owner said to somebody; `undefined` when it is. */
export const reasonNotOwners = (message: WhatsAppMessage): string | undefined => {
  if (!isChat(message.chat_id)) return 'not a chat'
  if (!SPOKEN_TYPES.includes(message.type)) return `type ${message.type}`
  return message.text.trim() === '' ? 'no words' : undefined
}

/** The name that an address says by itself. */
export const identityOf = (address: string): Identity => ({
  kind: address.endsWith('@lid') ? 'lid' : 'phone',
  value: address.replace(/@.*$/, ''),
})

/** A message as DeniDin's road takes it. In a group it is addressed when it mentions the bot or answers it. */
export const toIncoming = (message: WhatsAppMessage, self: Self, identities: readonly Identity[]): IncomingMessage => {
  const group = isGroup(message.chat_id)
  const own = [self.phone, self.lid].filter(address => address !== undefined)
  const mentioned = own.filter(address => message.mentioned_ids.includes(address))
  const answered = message.quoted_author_id !== undefined && own.includes(message.quoted_author_id)
  return {
    message_id: message.message_id,
    chat_id: message.chat_id,
    chat_kind: group ? 'group' : 'direct',
    sender: { identities, ...(message.author_name === undefined ? {} : { name: message.author_name }) },
    text: group ? withoutMentions(message.text, mentioned) : message.text,
    sent_at: message.sent_at,
    addressed: !group || mentioned.length > 0 || answered,
    may_continue: true,
    ...(message.type === UNREADABLE ? { unreadable: true } : {}),
    reply_to: quotedIdOf(message, answered),
  }
}

/** The whole id of the message that a message quotes, as WhatsApp builds it; `undefined` when it quotes none. */
const quotedIdOf = ({ chat_id, quoted_id, quoted_author_id }: WhatsAppMessage, by_us: boolean): string | undefined => {
  if (quoted_id === undefined || quoted_author_id === undefined) return undefined
  return [String(by_us), chat_id, quoted_id, ...(isGroup(chat_id) ? [quoted_author_id] : [])].join('_')
}

/** The text without `@digits` of the given addresses; a message that is nothing else stays as it is. */
const withoutMentions = (text: string, addresses: readonly string[]): string => {
  let rest = text
  for (const address of addresses) {
    rest = rest.replace(new RegExp(`(?<![ \\t])[ \\t]*@${identityOf(address).value}(?!\\d)`, 'g'), '')
  }
  rest = rest.replace(/^[\s,:;]+/, '').trimEnd()
  return rest === '' ? text : rest
}
