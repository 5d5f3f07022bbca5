/** The message model: what a channel delivers, and the one record that is kept of each message. */
import type { Identity, PersonId, Sender } from '../people/person.ts'
import type { MessageDetails } from './message-details.ts'
import type { Scope } from './scope.ts'

/** Address of a chat: channel-specific, such as `15550001111@c.us`, `123@g.us`, `77@lid`, `console:15550001111`. */
export type ChatId = string
export type MessageId = string

/**
 * What a message is; decided once, when it is recorded (and again when it is edited).
 * - `chat`: part of a conversation, from a person, the bot or the account's owner.
 * - `command`: a slash command.
 * - `notice`: the bot's reply to a command, an apology or another sentence outside any conversation.
 * - `imported`: text of a person that did not come through a channel.
 * - `unreadable`: a message that arrived but could not be decrypted; its text is empty.
 */
export const MESSAGE_KINDS = ['chat', 'command', 'notice', 'imported', 'unreadable'] as const
export type MessageKind = (typeof MESSAGE_KINDS)[number]

/** Fields that a message has on its channel and keeps in the store. */
type SharedFields = Pick<
  MessageRecord,
  'message_id' | 'chat_id' | 'chat_kind' | 'text' | 'sent_at' | 'reply_to' | 'details' | 'expires_at'
>

/** What a message quotes, as its channel shows it: a copy that its sender's device made. */
export interface QuotedCopy {
  /** Who said it: the bot's account, or a person; `undefined` where the channel does not tell. */
  readonly by: 'bot' | Sender | undefined
  /** In words, bounded; may be empty. */
  readonly text: string
}

/** Someone whom a text mentions. */
export interface Mention {
  /** What the text holds behind its `@`: the digits of one of the person's addresses, where the channel tells none other. */
  readonly written: string
  readonly identities: readonly Identity[]
  /** The name that the channel shows, if any. */
  readonly name: string | undefined
}

/**
 * A message as it comes from a channel. Its `message_id` is stable: the same message delivered twice has the same id.
 * Its `text` are its writer's own words alone, and may be empty where `details` say what else came.
 */
export interface IncomingMessage extends SharedFields {
  readonly sender: Sender
  /** What it quotes; `reply_to` names it. */
  readonly quote?: QuotedCopy | undefined
  /** People whom the text mentions: it holds the digits of an address for each. */
  readonly mentions?: readonly Mention[]
  /** It came and could not be decrypted: its text is empty, and its writer is asked to send it again. */
  readonly unreadable?: boolean
  /** Whether an answer is expected: always in a direct chat; in a group when the bot is mentioned or replied to. */
  readonly addressed: boolean
  /** A burst may follow (a person typing on a phone); otherwise the message is a whole turn by itself. */
  readonly may_continue: boolean
  /** Nothing that was said before it in its chat is missing: what is older need not be looked for any more. */
  readonly gapless?: boolean
}

/** A message as it is kept. Every other shape of a stored message is a view of this one (`Pick<MessageRecord, …>`). */
export interface MessageRecord {
  readonly message_id: MessageId
  readonly chat_id: ChatId
  readonly chat_kind: 'direct' | 'group'
  /** The conversation that it belongs to. */
  readonly scope: Scope
  /** The person who spoke; for the bot's own words, the person they were said to. */
  readonly person_id: PersonId
  readonly role: 'user' | 'assistant'
  readonly kind: MessageKind
  readonly sender_name: string | undefined
  /** What was written, and below it what came with it, in words: see `textWithDetails`. */
  readonly text: string
  /** Tokens of `text`, counted once (o200k). */
  readonly tokens: number
  /** Milliseconds since the Unix epoch. */
  readonly sent_at: number
  readonly session_id: string | undefined
  /** Its person does not want it to be learned from or found; so is a reply to such a message. */
  readonly learning_opt_out: boolean
  /** The message that this one quotes, where its channel has quotes. It need not be kept here. */
  readonly reply_to?: MessageId | undefined
  /** Whether it was forwarded, and what came with it. */
  readonly details?: MessageDetails | undefined
  /**
   * When it is to be forgotten, in milliseconds since the Unix epoch: messages disappear in its chat. A reply disappears
   * as long after its sending as what it answers.
   */
  readonly expires_at?: number | undefined
}

/** What identifies a message to the erasure log, which keeps the id and keyed hashes of the text, its time and its sender. */
export type MessageFingerprint = Pick<MessageRecord, 'message_id' | 'person_id' | 'sent_at' | 'text' | 'details'> &
  Partial<Pick<MessageRecord, 'role' | 'sender_name'>>

/** Kinds of messages that are learned from, embedded and found. */
export const CONVERSATION_KINDS = ['chat', 'imported'] as const satisfies readonly MessageKind[]

/** Whether a message may be learned from, embedded and found: it is conversation, and its person allows it. */
export const isConversation = ({ kind, learning_opt_out }: Pick<MessageRecord, 'kind' | 'learning_opt_out'>): boolean =>
  !learning_opt_out && CONVERSATION_KINDS.some(each => each === kind)

/**
 * Most characters of a text that is read. A message of WhatsApp has at most 65,536 and a reply of ours 40,000; a longer
 * text, from a time without bounds, is read at its beginning, for handling all of it would stop the process.
 */
export const MOST_TEXT_CHARACTERS = 100_000
