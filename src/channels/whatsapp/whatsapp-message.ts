/** A WhatsApp message and what can happen to it, in the shape that every engine translates to. */

import type { MessageDetails } from '../../messages/message-details.ts'

/** The account's own addresses, as far as WhatsApp tells them. */
export interface Self {
  readonly phone: string | undefined
  readonly lid: string | undefined
}

/** Whether an address is one of the account's own. */
export const isSelf = (address: string, { phone, lid }: Self): boolean => address === phone || address === lid

/** Whether an address is that of a group. */
export const isGroup = (address: string): boolean => address.endsWith('@g.us')

/** A message of a chat, sent by anyone. Addresses look like `15550001111@c.us`, `777@lid` or `1203@g.us`. */
export interface WhatsAppMessage {
  /**
   * `<true if own>_<chat>_<id>[_<author>]`, as WhatsApp writes it at this moment. The addresses in it may change; `<id>` is
   * the same in every engine and after every restart.
   */
  readonly message_id: string
  /**
   * WhatsApp's own name for the kind: `chat`, `image`, `call_log`, … Two have a meaning of their own: `ciphertext` is
   * not decrypted yet, `unreadable` never will be.
   */
  readonly type: string
  readonly from_me: boolean
  /** The chat that the message belongs to; replies go there. */
  readonly chat_id: string
  /** Who wrote it: `…@c.us` or `…@lid`. */
  readonly author_id: string
  readonly author_name: string | undefined
  /** The text, or the caption of a medium; may be empty. */
  readonly text: string
  /** Milliseconds since the Unix epoch. */
  readonly sent_at: number
  readonly mentioned_ids: readonly string[]
  /** The author of the message that this one quotes; WhatsApp may name the message without its author. */
  readonly quoted_author_id: string | undefined
  /** The `<id>` of the message that this one quotes, without chat and author. */
  readonly quoted_key: string | undefined
  /** What it quotes, in words: the copy that its sender's device made. */
  readonly quoted_text?: string | undefined
  /** The chat of the quoted message, where it is another one: a reply in private, or to a status. */
  readonly quoted_chat_id?: string | undefined
  /** Whether it was forwarded, and what came with it. */
  readonly details?: MessageDetails | undefined
  /** When it disappears, in milliseconds since the Unix epoch; `undefined` when it does not, or was kept in its chat. */
  readonly expires_at?: number | undefined
  /** How far an own message got: −1 refused, 0 not sent yet, 1 on a server, 2 on a device, 3 read. */
  readonly ack: number
}

/** What happened to a message after it was sent. */
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

/** Kinds of which the body is words, written by a person or chosen on a button or a list. */
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

/** Our own name for a vote in a poll, which WhatsApp reports by itself. It asks for no answer. */
export const POLL_VOTE = 'denidin_poll_vote'
/** The kind of a message that is not decrypted yet. */
export const CIPHERTEXT = 'ciphertext'
/** Our own names for kinds of which WhatsApp shows a placeholder on every device but the phone, by WhatsApp's subtypes. */
export const PLACEHOLDERS: ReadonlyMap<unknown, 'view_once' | 'phone_only'> = new Map([
  ['view_once_unavailable_fanout', 'view_once'],
  ['hosted_unavailable_fanout', 'phone_only'],
  ['bot_unavailable_fanout', 'phone_only'],
])
/** Our own name for the kind of a message that will never be decrypted. */
export const UNREADABLE = 'unreadable'

/**
 * Turns a message that is still encrypted into one that counts as unreadable. It gets an id of its own, so that the
 * decrypted message can still come under the real one.
 */
export const asUnreadable = (message: WhatsAppMessage): WhatsAppMessage =>
  message.type === CIPHERTEXT
    ? { ...message, message_id: `unreadable:${message.message_id}`, type: UNREADABLE, text: '' }
    : message
