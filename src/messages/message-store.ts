import type { PersonId } from '../people/person.ts'
import type { ChatId, IncomingMessage, MessageId, MessageKind, MessageRecord } from './message.ts'
import type { Scope } from './scope.ts'

/**
 * State of a received message: `received` (waits for its turn) → `answered`, `unconfirmed` (an answer went out, or
 * not: nobody knows), `failed` (its answer certainly did not go out and was given up), `heard` (kept, no answer expected), `ignored` (blocked person, or no words in it), `unanswerable`
 * (its text was not kept and is gone with a restart).
 */
export type InboxState = 'received' | 'answered' | 'unconfirmed' | 'failed' | 'heard' | 'ignored' | 'unanswerable'

/**
 * State of a reply: `intended` (its parts are on their way) → `sent` (all of them), `unconfirmed` (nobody knows of some
 * part), `failed` (parts certainly did not go out and were given up), or `held` (such parts may be sent later).
 */
export type OutboxState = 'intended' | 'sent' | 'unconfirmed' | 'held' | 'failed'

/**
 * State of one part, which is one message on the channel: `waiting` (it certainly did not go out) → `begun` → `sent` or
 * `unconfirmed`; `failed` when it was given up, `lost` when its text was not kept and is gone with a restart.
 */
export type PartState = 'waiting' | 'begun' | 'sent' | 'unconfirmed' | 'failed' | 'lost'

/** What is recorded of a message before any work on it. */
export interface Receipt {
  readonly message: IncomingMessage
  readonly person_id: PersonId
  readonly scope: Scope
  readonly received_at: number
  /** `heard`: kept, and no answer is expected. */
  readonly state: 'received' | 'ignored' | 'heard'
  /** `assistant`: said in the bot's name, by the account's owner; by default what a person said to it. */
  readonly role?: 'user' | 'assistant'
  /** Tokens of the text; `undefined` keeps no text at all, only the fact that the message came. */
  readonly tokens: number | undefined
  /** By default what its text makes it: see `kindOfIncoming`. */
  readonly kind?: MessageKind
  /** Its person does not want it to be learned from. */
  readonly learning_opt_out?: boolean
}

/** A message that waits for its turn. */
export interface OpenMessage extends Pick<
  MessageRecord,
  'message_id' | 'chat_id' | 'chat_kind' | 'person_id' | 'scope' | 'kind' | 'sender_name' | 'tokens' | 'sent_at'
> {
  readonly addressed: boolean
  /** `undefined` when the text was not kept. */
  readonly text: string | undefined
}

/** A reply, and what it answers. */
export interface Reply extends Pick<
  MessageRecord,
  // The person is the one answered: in a group, the one who spoke last.
  'chat_id' | 'chat_kind' | 'scope' | 'person_id' | 'text' | 'tokens'
> {
  readonly outbox_id: string
  readonly answers: readonly MessageId[]
  /** The session whose conversation the reply belongs to; `undefined` for notices and commands. */
  readonly session_id: string | undefined
  /** Whether the text may be kept. */
  readonly keep: boolean
  readonly created_at: number
}

/** A part of a reply that certainly did not go out. */
export interface WaitingPart {
  /** Place in the reply, from 0. */
  readonly part: number
  /** `undefined` when the text was not kept. */
  readonly text: string | undefined
}

/** A reply of which the last parts, or all, certainly did not go out. */
export interface HeldReply {
  readonly reply: Reply
  /** In their order. */
  readonly waiting: readonly WaitingPart[]
}

/**
 * Id under which a reply's own message is kept: that of its first part on the channel, or one made from the outbox id
 * where there is none.
 */
export const replyMessageId = (reply: Reply, channel_id: MessageId | undefined): MessageId =>
  channel_id ?? `reply:${reply.outbox_id}`

/** What became of a part of a reply; `held`: it certainly did not go out. */
export interface PartOutcome {
  readonly state: 'sent' | 'unconfirmed' | 'held'
  /** The channel's id of the message, where it is known. */
  readonly message_id: MessageId | undefined
  readonly at: number
}

/** Every message, verbatim, with the states of inbox and outbox. Each call is one transaction, on disk when it resolves. */
export interface MessageStore {
  /** Records a message before any work; `known` when its id was recorded before, and nothing changes. */
  receive(receipt: Receipt): Promise<'new' | 'known'>
  /** Which of these messages were recorded before. Costs one read, and nothing is written. */
  known(message_ids: readonly MessageId[]): Promise<ReadonlySet<MessageId>>
  /** Messages that wait for their turn, oldest first; not those for which a reply is intended or held. */
  open(): Promise<readonly OpenMessage[]>
  /** Makes messages part of a session. Safe to repeat. */
  assign(session_id: string, message_ids: readonly MessageId[]): Promise<void>
  /** Ends the wait of messages without an answer. */
  settle(
    message_ids: readonly MessageId[],
    state: 'answered' | 'heard' | 'ignored' | 'unanswerable',
    at: number,
  ): Promise<void>
  /** The texts of those messages as they stand now; what was deleted is missing. */
  current(
    message_ids: readonly MessageId[],
  ): Promise<ReadonlyMap<MessageId, Pick<MessageRecord, 'text' | 'tokens' | 'kind'>>>
  /** Changes a message's text. @returns where it is, or `undefined` for a message that is not kept or reads so already */
  edit(message_id: MessageId, text: string, tokens: number): Promise<ChangedMessage | undefined>
  /**
   * Deletes a message's words for good; its id stays known, so that it cannot come back.
   * @returns where it was, or `undefined` for a message that is not kept
   */
  remove(message_id: MessageId, at: number): Promise<ChangedMessage | undefined>
  /**
   * Keeps what a person thinks of a reply of the bot, whichever of its parts they rate: 1, −1, or `undefined` to take it
   * back. False for other messages.
   */
  rate(rating: Rating): Promise<boolean>
  /**
   * Up to when everything that was said in a chat is recorded, in milliseconds since the Unix epoch; chats of which
   * that is not known are missing.
   */
  recordedUntil(chat_ids: readonly ChatId[]): Promise<ReadonlyMap<ChatId, number>>
  /** Says up to when everything in a chat is recorded; never earlier than was said before. */
  markHeard(chat_id: ChatId, until: number): Promise<void>
  /**
   * What is known of a message that was written with our own account: `ours` (a part of a reply), `known` (recorded
   * before), or `new`. A part of which no id is known takes that of a message written as it was sent.
   */
  originOf(message: { message_id: MessageId; chat_id: ChatId; sent_at: number }): Promise<'ours' | 'known' | 'new'>
  /**
   * Removes the records of messages and replies that were dealt with before `before`; what was said stays. What could
   * be delivered once more stays known. Gives how many there were.
   */
  prune(before: number): Promise<number>
  /** Whether anybody ever wrote in a chat. */
  hasWritten(chat_id: ChatId): Promise<boolean>
  /** Records a reply and the texts of its parts, none of which has begun. */
  intend(reply: Reply, parts: readonly string[]): Promise<void>
  /** Records that a part is about to be sent. */
  begin(outbox_id: string, part: number, at: number): Promise<void>
  /**
   * Records what became of a part. With the first that went out, or may have, the whole reply becomes a message of its
   * session; with the last, what it answers waits no longer.
   */
  conclude(reply: Reply, part: number, outcome: PartOutcome): Promise<void>
  /** Gives up the parts that wait: their texts are gone. */
  abandon(reply: Reply, at: number): Promise<void>
  /** Gives up the parts that wait: they certainly did not go out and will not. Nothing is answered anew. */
  fail(reply: Reply, at: number): Promise<void>
  /**
   * After the end of a process: parts that had begun are unconfirmed for good; parts that had not are held. A reply
   * whose text is gone and of which nothing went out is forgotten: what it was to answer waits again. Gives the number
   * of replies that have become unconfirmed.
   */
  concludeInterrupted(at: number): Promise<number>
  /** Replies with parts that certainly did not go out, oldest first; of one chat, or of all. */
  held(chat_id?: ChatId): Promise<readonly HeldReply[]>
  /** A session's messages, in the order in which they were received. */
  ofSession(session_id: string): Promise<readonly MessageRecord[]>
  countOfSession(session_id: string): Promise<number>
  counts(): Promise<MessageCounts>
}

/** Where a message stands that was changed. */
export interface ChangedMessage {
  readonly scope: Scope
  readonly session_id: string | undefined
}

/** A thumb up or down on a reply. */
export interface Rating {
  readonly message_id: MessageId
  readonly person_id: PersonId
  readonly value: 1 | -1 | undefined
  readonly at: number
}

/** How many messages and replies are in which state. */
export interface MessageCounts {
  readonly messages: number
  /** Thumbs up and down on replies. */
  readonly ratings: { readonly up: number; readonly down: number }
  readonly inbox: Readonly<Record<InboxState, number>>
  readonly outbox: Readonly<Record<OutboxState, number>>
}
