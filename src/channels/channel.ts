import type { Health } from '../platform/health.ts'
import type { ChatId, IncomingMessage, MessageId } from '../messages/message.ts'
import type { Sender } from '../people/person.ts'

/** A reaction to a message. */
export interface Reaction {
  readonly message_id: MessageId
  readonly sender: Sender
  readonly emoji: string | undefined
  /** Milliseconds since the Unix epoch. */
  readonly at: number
}

/** What the account's owner wrote with their own hands. */
export interface OwnerMessage {
  readonly message_id: MessageId
  readonly chat_id: ChatId
  readonly chat_kind: 'direct' | 'group'
  /** Who sits at the other end of a direct chat; in a group nobody in particular. */
  readonly other: Sender | undefined
  readonly text: string
  readonly sent_at: number
}

/** What was said in one chat while nobody listened. */
export interface BackfilledChat {
  readonly chat_id: ChatId
  /** In the order in which it was said. May hold what is known, and what was sent by us. */
  readonly said: readonly (
    | { readonly by: 'person'; readonly message: IncomingMessage }
    | { readonly by: 'account'; readonly message: OwnerMessage }
  )[]
  /** Everything that was said in the chat up to then stands in here, or was told before. */
  readonly until: number
}

/** What became of a message that was to be sent. */
export type Delivery =
  /** The channel's servers took it. */
  | { readonly outcome: 'sent'; readonly message_id: MessageId }
  /** It may or may not have gone out; it must not be sent again blindly. */
  | { readonly outcome: 'unconfirmed'; readonly reason: string; readonly message_id?: MessageId }
  /** It certainly did not go out. */
  | { readonly outcome: 'not_sent'; readonly reason: string }

export interface ChannelEvents {
  /**
   * A person wrote something. Resolves once the message is safely recorded; a rejection means that it is not.
   * Duplicates are welcome: whoever listens drops what is known.
   */
  message(message: IncomingMessage): Promise<void>
  /**
   * What was said in a chat meanwhile: one answer to all of it, none where the owner answered. Resolves once it is
   * recorded; a rejection means that some of it is not.
   */
  backfilled(chat: BackfilledChat): Promise<void>
  /**
   * Up to when everything that was said in chats is recorded, in milliseconds since the Unix epoch; chats that are not
   * known are missing. For a channel that can look for what it missed.
   */
  recordedUntil(chat_ids: readonly ChatId[]): Promise<ReadonlyMap<ChatId, number>>
  /** The author of a message changed its text. Unknown messages are ignored. */
  edited(change: { readonly message_id: MessageId; readonly text: string }): Promise<void>
  /** The author of a message took it back for everybody: nothing of it may stay. */
  deleted(message_id: MessageId): Promise<void>
  /** Somebody reacted to a message; without an emoji they took the reaction back. */
  reacted(reaction: Reaction): Promise<void>
  /** The account's owner wrote in a chat from another device: a person has taken over. What we sent is not theirs. */
  ownerWrote(message: OwnerMessage): Promise<void>
  /** The channel can send: called each time it becomes able to. Must return at once. */
  ready(): void
}

/** A place where messages come from and go to. */
export interface Channel {
  readonly name: string
  /**
   * How replies are timed. `human`: the reader has a phone, so replies pause as if typed and respect quiet hours.
   * `immediate`: the reader waits at a terminal.
   */
  readonly pace: 'human' | 'immediate'
  /** Whether this channel can reach the chat: chats are told apart by the form of their address. */
  serves(chat_id: ChatId): boolean
  /** Begins to listen. Returns when the channel is under way, not when it is linked: `health` tells how it stands. */
  start(events: ChannelEvents): Promise<void>
  /** Stops listening and lets go of everything outside; what is being sent is finished first, within a deadline. */
  stop(): Promise<void>
  /**
   * Turns a reply in Markdown into the channel's own markup and into messages of a length that it accepts, in their
   * order: at least one. `send` takes each as it is.
   */
  render(reply: string): readonly string[]
  /** Sends a text. Never rejects for a failure of the channel: the outcome says it. */
  send(chat_id: ChatId, text: string, options: { readonly reply_to?: MessageId }): Promise<Delivery>
  /** Shows the person that their message was read. Best effort, never rejects. */
  seen(chat_id: ChatId): Promise<void>
  /** Shows the person that an answer is being written, until disposed of. Best effort, never rejects. */
  typing(chat_id: ChatId): Promise<AsyncDisposable>
  health(): Promise<Health>
}
