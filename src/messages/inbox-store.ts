/** The inbox: every message is recorded here before any work on it, exactly once. */
import type { PersonId } from '../people/person.ts'
import type { ChatId, IncomingMessage, MessageId, MessageKind, MessageRecord } from './message.ts'
import { kindOfIncoming } from './message-kind.ts'
import type { QuotedWords } from './quote-reader.ts'
import type { Scope } from './scope.ts'

/**
 * State of a received message.
 * - `received`: waits for its turn.
 * - `answered`: a reply was sent.
 * - `unconfirmed`: a reply may have been sent; the channel did not confirm it.
 * - `failed`: its reply certainly was not sent and was given up.
 * - `heard`: recorded; no answer is expected.
 * - `ignored`: from a blocked person, or without text.
 * - `unanswerable`: its text was not stored and was lost in a restart.
 */
export const INBOX_STATES = [
  'received',
  'answered',
  'unconfirmed',
  'failed',
  'heard',
  'ignored',
  'unanswerable',
] as const
export type InboxState = (typeof INBOX_STATES)[number]

/** A message at the time of recording, before any work on it. */
export interface Receipt {
  readonly message: IncomingMessage
  readonly person_id: PersonId
  readonly scope: Scope
  readonly received_at: number
  /** `heard`: recorded, and no answer is expected. */
  readonly state: 'received' | 'ignored' | 'heard'
  /** `assistant`: written by the account owner in the bot's name; by default a person's message to the bot. */
  readonly role?: 'user' | 'assistant'
  /** Tokens of the text; `undefined`: the text is not stored, only the fact that the message came. */
  readonly tokens: number | undefined
  /** By default derived from its text: see `kindOfIncoming`. */
  readonly kind?: MessageKind
  /** Its person opted out of learning. */
  readonly learning_opt_out?: boolean
  /** The quoted text; stored unless the quoted message itself was ever recorded or sent. */
  readonly quoted?: QuotedWords | undefined
}

/** A message that waits for its turn. */
export interface OpenMessage extends Pick<
  MessageRecord,
  | 'message_id'
  | 'chat_id'
  | 'chat_kind'
  | 'person_id'
  | 'scope'
  | 'kind'
  | 'sender_name'
  | 'tokens'
  | 'sent_at'
  | 'reply_to'
  | 'details'
  | 'expires_at'
> {
  readonly addressed: boolean
  /** `undefined` if the text was not stored. */
  readonly text: string | undefined
}

/** A message written with our own account, as a channel reports it. */
export interface OwnMessage extends Pick<MessageRecord, 'message_id' | 'chat_id' | 'sent_at'> {
  /** Other addresses of the chat. */
  readonly aliases?: readonly ChatId[] | undefined
}

/**
 * Received messages and their states. Each call is one transaction. A process crash loses none that has resolved; a power
 * cut loses none that came before a call of `flushed`.
 */
export interface InboxStore {
  /** Records a message; `known` if its id was ever recorded before, in which case nothing changes. */
  receive(receipt: Receipt): Promise<'new' | 'known'>
  /** Resolves when everything so far is on disk. Call it before a message is confirmed to its sender. */
  flushed(): Promise<void>
  /** Which of these messages were ever recorded or sent before. Only reads. */
  known(message_ids: readonly MessageId[]): Promise<ReadonlySet<MessageId>>
  /** Messages that wait for their turn, oldest first, without those for which a reply is intended or held. */
  open(): Promise<readonly OpenMessage[]>
  /** Settles messages without an answer. */
  settle(
    message_ids: readonly MessageId[],
    state: 'answered' | 'heard' | 'ignored' | 'unanswerable',
    at: number,
  ): Promise<void>
  /** The account that received these messages, or the newest of those for which it is known. */
  accountOf(message_ids: readonly MessageId[]): Promise<string | undefined>
  /** Whether a person ever wrote in a chat. */
  hasWritten(chat_id: ChatId): Promise<boolean>
  /**
   * The time up to which every message of a chat is recorded, in milliseconds since the Unix epoch; chats for which
   * this is unknown are missing.
   */
  recordedUntil(chat_ids: readonly ChatId[]): Promise<ReadonlyMap<ChatId, number>>
  /** Sets the time up to which every message of a chat is recorded; it never moves back. */
  markRecordedUntil(chat_id: ChatId, until: number): Promise<void>
  /** Who wrote a message that came from our own account: see `originOf` in message-origin.ts. */
  originOf(message: OwnMessage): Promise<MessageOrigin>
}

/** `ours`: DeniDin sent it; `known`: recorded before; `new`: the owner wrote it. */
export type MessageOrigin = 'ours' | 'known' | 'new'

/** The record of a received message; `undefined` if its text is not stored. */
export const recordOf = ({
  message,
  person_id,
  scope,
  role = 'user',
  tokens,
  kind,
  learning_opt_out = false,
}: Receipt): MessageRecord | undefined => {
  if (tokens === undefined) return undefined
  const { sender, account, unreadable, addressed, may_continue, gapless, quote, ...shared } = message
  return {
    ...shared,
    scope,
    person_id,
    role,
    tokens,
    learning_opt_out,
    kind: kind ?? kindOfIncoming(message),
    sender_name: sender.name,
    session_id: undefined,
  }
}
