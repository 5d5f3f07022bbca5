import type { PersonId } from '../people/person.ts'
import type { ChatId, IncomingMessage, MessageId, StoredMessage } from './message.ts'
import type { Scope } from './scope.ts'

/**
 * State of a received message: `received` (waits for its turn) → `answered`, `unconfirmed` (an answer went out, or
 * not: nobody knows), `heard` (kept, no answer expected), `ignored` (blocked person, or no words in it), `unanswerable`
 * (its text was not kept and is gone with a restart).
 */
export type InboxState = 'received' | 'answered' | 'unconfirmed' | 'heard' | 'ignored' | 'unanswerable'

/** State of a reply: `intended` → `sent`, `unconfirmed`, or `held` (it certainly did not go out; may be sent later). */
export type OutboxState = 'intended' | 'sent' | 'unconfirmed' | 'held'

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
}

/** A message that waits for its turn. */
export interface OpenMessage {
  readonly message_id: MessageId
  readonly chat_id: ChatId
  readonly chat_kind: 'direct' | 'group'
  readonly person_id: PersonId
  readonly scope: Scope
  readonly addressed: boolean
  /** `undefined` when the text was not kept. */
  readonly text: string | undefined
  readonly sender_name: string | undefined
  readonly tokens: number
  readonly sent_at: number
}

/** A reply, and what it answers. */
export interface Reply {
  readonly outbox_id: string
  readonly chat_id: ChatId
  readonly chat_kind: 'direct' | 'group'
  readonly scope: Scope
  /** The person answered: in a group, the one who spoke last. */
  readonly person_id: PersonId
  readonly answers: readonly MessageId[]
  readonly text: string
  readonly tokens: number
  /** The session whose conversation the reply belongs to; `undefined` for notices and commands. */
  readonly session_id: string | undefined
  /** Whether the text may be kept. */
  readonly keep: boolean
  readonly created_at: number
}

/** Id under which a reply's own message is kept: the channel's, or one made from the outbox id where there is none. */
export const replyMessageId = (reply: Reply, channel_id: MessageId | undefined): MessageId =>
  channel_id ?? `reply:${reply.outbox_id}`

/** What became of a reply. */
export interface ReplyOutcome {
  readonly state: 'sent' | 'unconfirmed' | 'held'
  /** The channel's id of the reply, where it is known. */
  readonly message_id: MessageId | undefined
  readonly at: number
}

/** Every message, verbatim, with the states of inbox and outbox. Each call is one transaction, on disk when it resolves. */
export interface MessageStore {
  /** Records a message before any work; `known` when its id was recorded before, and nothing changes. */
  receive(receipt: Receipt): Promise<'new' | 'known'>
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
  ): Promise<ReadonlyMap<MessageId, { readonly text: string; readonly tokens: number }>>
  /** Changes a message's text; tells where it stands, or `undefined` for a message that is not kept or reads so already. */
  edit(message_id: MessageId, text: string, tokens: number): Promise<ChangedMessage | undefined>
  /**
   * Deletes a message's words for good; its id stays known, so that it cannot come back. Its session is marked as
   * changed until `relearnt`. Tells where it stood, or `undefined` for a message that is not kept.
   */
  remove(message_id: MessageId, at: number): Promise<ChangedMessage | undefined>
  /** Sessions that lost a message since they were last summarised. */
  changedSessions(): Promise<readonly string[]>
  relearnt(session_id: string): Promise<void>
  /** Keeps what a person thinks of a reply of the bot: 1, −1, or `undefined` to take it back. False for other messages. */
  rate(rating: Rating): Promise<boolean>
  /** Records that a reply is about to be sent. */
  intend(reply: Reply): Promise<void>
  /** Records what became of a reply, with the reply's own message, and ends the wait of what it answers. */
  conclude(reply: Reply, outcome: ReplyOutcome): Promise<void>
  /** Replies that were intended when the process ended, and nobody knows more: now unconfirmed, for good. */
  concludeInterrupted(at: number): Promise<number>
  /** Replies that certainly did not go out, oldest first. */
  held(): Promise<readonly Reply[]>
  /** A session's messages, in the order in which they were received. */
  ofSession(session_id: string): Promise<readonly StoredMessage[]>
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
