/** A WhatsApp message and its changes, in the form that every engine translates to. */

import type { MessageDetails } from '../../messages/message-details.ts'

/** The account's own addresses, as far as WhatsApp reveals them. */
export interface Self {
  readonly phone: string | undefined
  readonly lid: string | undefined
}

/** Whether an address is one of the account's own. */
export const isSelf = (address: string, { phone, lid }: Self): boolean => address === phone || address === lid

/** Whether an address belongs to a group. */
export const isGroup = (address: string): boolean => address.endsWith('@g.us')

/** A message of a chat, from anyone. Addresses look like `15550001111@c.us`, `777@lid` or `1203@g.us`. */
export interface WhatsAppMessage {
  /**
   * `<true if own>_<chat>_<id>[_<author>]`, as WhatsApp currently writes it. The addresses in it may change; `<id>` is
   * the same in every engine and after every restart.
   */
  readonly message_id: string
  /**
   * WhatsApp's own name for the kind: `chat`, `image`, `call_log`, … Two are special: `ciphertext` is not decrypted
   * yet, `unreadable` never will be.
   */
  readonly type: string
  readonly from_me: boolean
  /** The chat that the message belongs to; replies go there. */
  readonly chat_id: string
  /** Who wrote it: `…@c.us` or `…@lid`. */
  readonly author_id: string
  readonly author_name: string | undefined
  /** The text, or the caption of an attached medium; may be empty. */
  readonly text: string
  /** Milliseconds since the Unix epoch. */
  readonly sent_at: number
  readonly mentioned_ids: readonly string[]
  /** The author of the message that this one quotes; WhatsApp may name the message without its author. */
  readonly quoted_author_id: string | undefined
  /** The `<id>` of the message that this one quotes, without chat and author. */
  readonly quoted_key: string | undefined
  /** The quoted text: the copy that its sender's device made. */
  readonly quoted_text?: string | undefined
  /** The chat of the quoted message, if it is another one: a private reply, or a reply to a status. */
  readonly quoted_chat_id?: string | undefined
  /** Whether it was forwarded, and its attachment. */
  readonly details?: MessageDetails | undefined
  /** When it disappears, in milliseconds since the Unix epoch; `undefined` if it does not, or was kept in its chat. */
  readonly expires_at?: number | undefined
  /** The level that an own message reached: −1 refused, 0 not sent yet, 1 on a server, 2 on a device, 3 read. */
  readonly ack: number
}

/** A change of a message after it was sent. */
export type MessageChange =
  | {
      readonly kind: 'edited'
      readonly chat_id: string
      readonly message_id: string
      readonly text: string
      readonly mentioned_ids?: readonly string[]
    }
  | { readonly kind: 'deleted'; readonly chat_id: string; readonly message_id: string }
  | {
      readonly kind: 'reacted'
      readonly chat_id: string
      readonly message_id: string
      /** Who reacted: `…@c.us` or `…@lid`. */
      readonly author_id: string
      /** `undefined`: the reaction was removed. */
      readonly emoji: string | undefined
      /** Milliseconds since the Unix epoch. */
      readonly at: number
    }

/** Kinds whose body is text, written by a person or chosen on a button or a list. */
export const WORDED_TYPES: readonly string[] = [
  'chat',
  'oversized',
  'list',
  'list_response',
  'buttons_response',
  'template_button_reply',
  'interactive',
  'interactive_response',
  'native_flow',
  'hsm',
  'template',
]

/** Our own name for a vote in a poll, which WhatsApp reports separately. It needs no answer. */
export const POLL_VOTE = 'denidin_poll_vote'
/** The kind of a message that is not decrypted yet. */
export const CIPHERTEXT = 'ciphertext'
/**
 * Our own names for kinds that WhatsApp shows as a placeholder on every device except the phone, by WhatsApp's
 * subtypes.
 */
export const PLACEHOLDERS: ReadonlyMap<unknown, 'view_once' | 'phone_only'> = new Map([
  ['view_once_unavailable_fanout', 'view_once'],
  ['hosted_unavailable_fanout', 'phone_only'],
  ['bot_unavailable_fanout', 'phone_only'],
])
/** Our own name for the kind of a message that will never be decrypted. */
export const UNREADABLE = 'unreadable'

/**
 * Turns a message that is still encrypted into one that counts as unreadable. It gets its own id, so that the decrypted
 * message can still come under the real one.
 */
export const asUnreadable = (message: WhatsAppMessage): WhatsAppMessage =>
  message.type === CIPHERTEXT
    ? { ...message, message_id: `unreadable:${message.message_id}`, type: UNREADABLE, text: '' }
    : message
