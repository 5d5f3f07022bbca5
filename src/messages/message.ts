/** The message model: the message that a channel delivers, and the one record that is stored of each message. */
import type { Identity, PersonId, Sender } from '../people/person.ts'
import type { MessageDetails } from './message-details.ts'
import type { Scope } from './scope.ts'

/** Address of a chat: channel-specific, such as `15550001111@c.us`, `123@g.us`, `77@lid`, `console:15550001111`. */
export type ChatId = string
export type MessageId = string

/**
 * What a message is; decided once, when it is recorded (and again when it is edited).
 * - `chat`: part of a conversation, from a person, the bot or the account owner.
 * - `command`: a slash command.
 * - `notice`: the bot's reply to a command, an apology or another sentence outside any conversation.
 * - `imported`: a person's text that did not come through a channel.
 * - `unreadable`: a message that arrived but could not be decrypted; its text is empty.
 */
export const MESSAGE_KINDS = ['chat', 'command', 'notice', 'imported', 'unreadable'] as const
export type MessageKind = (typeof MESSAGE_KINDS)[number]

/** Fields that a message has on its channel and keeps in the store. */
type SharedFields = Pick<
  MessageRecord,
  'message_id' | 'chat_id' | 'chat_kind' | 'text' | 'sent_at' | 'reply_to' | 'details' | 'expires_at'
>

/** The text that a message quotes, as its channel shows it: a copy that its sender's device made. */
export interface QuotedCopy {
  /** Who wrote it: the bot's account, or a person; `undefined` if the channel does not say. */
  readonly by: 'bot' | Sender | undefined
  /** The quoted text, bounded; may be empty. */
  readonly text: string
}

/** Someone whom a text mentions. */
export interface Mention {
  /** The text after the `@`: the digits of one of the person's addresses, if the channel gives no other. */
  readonly written: string
  readonly identities: readonly Identity[]
  /** The name that the channel shows, if any. */
  readonly name: string | undefined
}

/**
 * A message from a channel. Its `message_id` is stable: the same message delivered twice has the same id. Its `text`
 * contains only its writer's own words, and may be empty if `details` describe an attachment.
 */
export interface IncomingMessage extends SharedFields {
  readonly sender: Sender
  /** The account that received it, if its channel can be linked with another one. */
  readonly account?: string
  /** The quote; `reply_to` is its id. */
  readonly quote?: QuotedCopy | undefined
  /** People whom the text mentions: it contains the digits of an address for each. */
  readonly mentions?: readonly Mention[]
  /** It could not be decrypted: its text is empty, and its writer is asked to send it again. */
  readonly unreadable?: boolean
  /** Whether an answer is expected: always in a direct chat; in a group if the bot is mentioned or replied to. */
  readonly addressed: boolean
  /** More messages may follow at once (a person typing on a phone); otherwise the message is a whole turn by itself. */
  readonly may_continue: boolean
  /** No earlier message of its chat is missing: there is no need to look for older ones. */
  readonly gapless?: boolean
}

/** A stored message. Every other shape of a stored message is a view of this one (`Pick<MessageRecord, …>`). */
export interface MessageRecord {
  readonly message_id: MessageId
  readonly chat_id: ChatId
  readonly chat_kind: 'direct' | 'group'
  /** The conversation that it belongs to. */
  readonly scope: Scope
  /** The person who wrote it; for a message of the bot, the person it was written to. */
  readonly person_id: PersonId
  readonly role: 'user' | 'assistant'
  readonly kind: MessageKind
  readonly sender_name: string | undefined
  /** The text, followed by the description of the attachment: see `textWithDetails`. */
  readonly text: string
  /** Tokens of `text`, counted once (o200k). */
  readonly tokens: number
  /** Milliseconds since the Unix epoch. */
  readonly sent_at: number
  readonly session_id: string | undefined
  /** Its person does not want it to be learned from or found; a reply to such a message has the mark as well. */
  readonly learning_opt_out: boolean
  /** The message that this one quotes, if its channel has quotes. It need not be stored here. */
  readonly reply_to?: MessageId | undefined
  /** Whether it was forwarded, and its attachment. */
  readonly details?: MessageDetails | undefined
  /**
   * When it is to be forgotten, in milliseconds since the Unix epoch, because messages disappear in its chat. A reply
   * disappears as long after sending as the message that it answers.
   */
  readonly expires_at?: number | undefined
}

/**
 * The fields that identify a message to the erasure log, which stores the id and keyed hashes of the text, its time and
 * its sender.
 */
export type MessageFingerprint = Pick<MessageRecord, 'message_id' | 'person_id' | 'sent_at' | 'text' | 'details'> &
  Partial<Pick<MessageRecord, 'role' | 'sender_name'>>

/** Kinds of messages that are learned from, embedded and found. */
export const CONVERSATION_KINDS = ['chat', 'imported'] as const satisfies readonly MessageKind[]

/**
 * Whether a message may be learned from, embedded and found: it is part of a conversation, and its person allows it.
 */
export const isConversation = ({ kind, learning_opt_out }: Pick<MessageRecord, 'kind' | 'learning_opt_out'>): boolean =>
  !learning_opt_out && CONVERSATION_KINDS.some(each => each === kind)

/**
 * Most characters of a text that are read. A WhatsApp message has at most 65,536 and a reply of ours 40,000. Of a
 * longer text, stored before there were limits, only the beginning is read, because handling all of it would stall the
 * process.
 */
export const MOST_TEXT_CHARACTERS = 100_000
