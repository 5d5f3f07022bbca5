import type { PersonId, Sender } from '../people/person.ts'

/** Address of a chat: channel-specific, such as `15550001111@c.us`, `123@g.us`, `77@lid`, `console:15550001111`. */
export type ChatId = string
export type MessageId = string

/** A message as it comes from a channel. */
export interface IncomingMessage {
  /** Unique and stable: the same message delivered twice has the same id. */
  readonly message_id: MessageId
  readonly chat_id: ChatId
  readonly chat_kind: 'direct' | 'group'
  readonly sender: Sender
  readonly text: string
  /** It came and could not be decrypted: its text is empty, and its writer is asked to send it again. */
  readonly unreadable?: boolean
  /** When it was sent, in milliseconds since the Unix epoch. */
  readonly sent_at: number
  /** Whether an answer is expected: always in a direct chat; in a group when the bot is mentioned or replied to. */
  readonly addressed: boolean
  /** A burst may follow (a person typing on a phone); otherwise the message is a whole turn by itself. */
  readonly may_continue: boolean
  /** Nothing that was said before it in its chat is missing: what is older need not be looked for any more. */
  readonly gapless?: boolean
}

/** A message that is kept. */
export interface StoredMessage {
  readonly message_id: MessageId
  readonly chat_id: ChatId
  readonly chat_kind: 'direct' | 'group'
  /** The person who spoke; for the bot's own words, the person they were said to. */
  readonly person_id: PersonId
  readonly role: 'user' | 'assistant'
  readonly sender_name: string | undefined
  readonly text: string
  /** Tokens of `text`, counted once (o200k). */
  readonly tokens: number
  readonly sent_at: number
  readonly session_id: string | undefined
  /** Nobody may learn from it: its person wants that. */
  readonly unlearned?: boolean
}
