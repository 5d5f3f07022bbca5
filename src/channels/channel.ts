/**
 * The port between DeniDin and a service that delivers messages and takes replies, such as WhatsApp or the terminal.
 */
import type { Health } from '../platform/health.ts'
import type { ChatId, IncomingMessage, Mention, MessageId } from '../messages/message.ts'
import type { Identity, Sender } from '../people/person.ts'

/** A reaction to a message. */
export interface Reaction {
  readonly message_id: MessageId
  readonly sender: Sender
  readonly emoji: string | undefined
  /** Milliseconds since the Unix epoch. */
  readonly at: number
}

/** A message that the account owner wrote by hand. */
export interface OwnerMessage {
  readonly message_id: MessageId
  readonly chat_id: ChatId
  readonly chat_kind: 'direct' | 'group'
  /** The other person of a direct chat; `undefined` in a group. */
  readonly other: Sender | undefined
  readonly text: string
  /** People whom the text mentions. */
  readonly mentions?: readonly Mention[]
  readonly sent_at: number
  /** When the message disappears from its chat, if it does. */
  readonly expires_at?: number | undefined
  /** Other addresses of the chat. */
  readonly aliases?: readonly ChatId[] | undefined
}

/** The new text of a message. */
export interface EditedMessage {
  readonly message_id: MessageId
  readonly chat_id?: ChatId
  readonly text: string
  /** People whom the text mentions. */
  readonly mentions?: readonly Mention[]
}

/** The messages of one chat that arrived while the channel was not connected. */
export interface BackfilledChat {
  readonly chat_id: ChatId
  /** In the order in which they were sent. May contain messages that are recorded already. */
  readonly said: readonly (
    | { readonly by: 'person'; readonly message: IncomingMessage }
    | { readonly by: 'account'; readonly message: OwnerMessage }
  )[]
  /** Up to this time the list contains every message of the chat, apart from those reported earlier. */
  readonly until: number
}

/**
 * Why a working channel does not accept a message: its servers refused it after they had accepted it, without or with an
 * error code; it made no message at all; or the addresses belong to someone else.
 */
export type Refusal = 'after_acceptance' | 'before_acceptance' | 'no_address' | `error_${number}`

/** The outcome of sending a message. */
export type Delivery =
  /** The channel's servers have it. */
  | { readonly outcome: 'sent'; readonly message_id: MessageId }
  /** It is unknown whether it was sent; it must not be resent. */
  | { readonly outcome: 'unconfirmed'; readonly reason: string; readonly message_id?: MessageId }
  /**
   * It certainly was not sent. `refused`: the channel works, but does not accept a message for this chat. `message_id`:
   * the channel may list the message that it refused.
   */
  | {
      readonly outcome: 'not_sent'
      readonly reason: string
      readonly refused?: Refusal
      readonly message_id?: MessageId
    }

export interface ChannelEvents {
  /**
   * A person wrote a message. Resolves once it is recorded; a rejection means that it is not. A message may be reported
   * twice: the listener drops the second one.
   */
  message(message: IncomingMessage): Promise<void>
  /**
   * Messages of a chat were missed. They get one answer together, or none if the owner answered. Resolves once they are
   * recorded; a rejection means that some are not.
   */
  backfilled(chat: BackfilledChat): Promise<void>
  /**
   * The mark of each chat: up to then every message is recorded; milliseconds since the Unix epoch. Unknown chats are
   * left out. Used by channels that can look for messages that they missed.
   */
  recordedUntil(chat_ids: readonly ChatId[]): Promise<ReadonlyMap<ChatId, number>>
  /** The author of a message edited it. Unknown messages are ignored. */
  edited(change: EditedMessage): Promise<void>
  /** The author of a message deleted it for everyone: all of its data must go. */
  deleted(message_id: MessageId): Promise<void>
  /** A person reacted to a message; without an emoji they removed the reaction. */
  reacted(reaction: Reaction): Promise<void>
  /** The account owner wrote in a chat from another device: a takeover. Our own replies are not reported. */
  ownerWrote(message: OwnerMessage): Promise<void>
  /** The channel can send: called each time it becomes able to. Must return immediately. */
  ready(): void
}

/** The account of a channel that can be linked with another one. */
export interface ChannelAccount {
  /** The account that other people write to, the last one while none is linked; `undefined` if it is unknown. */
  readonly linked: string | undefined
  /** Whether messages go out from this account, as far as is known. */
  sendsAs(account: string): boolean
}

/** A service that delivers messages and takes replies. */
export interface Channel {
  readonly name: string
  /**
   * How replies are timed. `human`: the reader has a phone, so replies are delayed as if typed and respect quiet hours.
   * `immediate`: the reader waits at a terminal.
   */
  readonly pace: 'human' | 'immediate'
  /** Absent if the channel always has the same one. */
  readonly account?: ChannelAccount
  /** Whether the chat belongs to this channel, by the form of its address. */
  serves(chat_id: ChatId): boolean
  /** Begins to listen. Returns when the channel is starting up, not when it is linked: see `health`. */
  start(events: ChannelEvents): Promise<void>
  /** Stops listening and closes all external resources. Messages being sent are finished first, within a deadline. */
  stop(): Promise<void>
  /**
   * Converts a Markdown reply to the channel's own markup and splits it into messages of a length that it accepts, in
   * order: at least one. `send` takes each unchanged.
   */
  render(reply: string): Promise<readonly string[]>
  /** Sends a text. Never rejects for a failure of the channel: the failure is an outcome. */
  send(chat_id: ChatId, text: string, options: { readonly reply_to?: MessageId }): Promise<Delivery>
  /**
   * The current identities of the other person of a direct chat; none if the channel does not know. A channel without
   * this method has addresses that never pass to another person.
   */
  identitiesOf?(chat_id: ChatId): Promise<readonly Identity[]>
  /**
   * Whether one of these addresses is in the address book of the account's phone. A channel without this method has no
   * address book.
   * @throws when the channel cannot tell now
   */
  isContact?(addresses: readonly ChatId[]): Promise<boolean>
  /** Closes the connection in a moment and opens it again; the login stays. @throws DenidinError `not_running` */
  restart?(): Promise<void>
  /**
   * Which of these disappearing messages someone kept in their chat. A channel without this method keeps none.
   * @throws when the channel cannot tell now
   */
  keptIn?(chat_id: ChatId, message_ids: readonly MessageId[]): Promise<ReadonlySet<MessageId>>
  /** Marks the messages of a chat as read. Best effort, never rejects. */
  seen(chat_id: ChatId): Promise<void>
  /** Shows that an answer is being written, until the result is disposed of. Best effort, never rejects. */
  typing(chat_id: ChatId): Promise<AsyncDisposable>
  health(): Promise<Health>
}
