/**
 * The outbox: replies and the delivery state of each of their parts. The intent is recorded before anything is sent.
 */
import type { ChatId, MessageId, MessageRecord } from './message.ts'

/**
 * State of a reply.
 * - `intended`: its parts are being sent.
 * - `held`: some parts certainly were not sent and may be sent later.
 * - `sent`: all parts were sent.
 * - `unconfirmed`: the channel did not confirm some part; it is never sent again.
 * - `failed`: some parts certainly were not sent and were given up.
 */
export const OUTBOX_STATES = ['intended', 'sent', 'unconfirmed', 'held', 'failed'] as const
export type OutboxState = (typeof OUTBOX_STATES)[number]

/**
 * State of one part, which is one message on the channel: `waiting` (it certainly was not sent) → `begun` → `sent` or
 * `unconfirmed`; `failed` if it was given up, `lost` if its text was not stored and a restart lost it.
 */
export type PartState = 'waiting' | 'begun' | 'sent' | 'unconfirmed' | 'failed' | 'lost'

/**
 * A reply and the messages that it answers. Its person is the one who is answered: in a group, the one who wrote last.
 */
export interface Reply extends Pick<
  MessageRecord,
  'chat_id' | 'chat_kind' | 'scope' | 'person_id' | 'text' | 'tokens' | 'session_id'
> {
  readonly outbox_id: string
  readonly answers: readonly MessageId[]
  /** The account that sends it: no other one does. `undefined` if any may. */
  readonly account?: string | undefined
  /** Whether the text may be stored. */
  readonly keep: boolean
  readonly created_at: number
}

/** A part of a reply that certainly was not sent. */
export interface WaitingPart {
  /** Position in the reply, from 0. */
  readonly part: number
  /** `undefined` if the text was not stored. */
  readonly text: string | undefined
}

/** A reply whose last parts, or all parts, certainly were not sent. */
export interface HeldReply {
  readonly reply: Reply
  /** In order. */
  readonly waiting: readonly WaitingPart[]
}

/** The outcome of sending a part; `held`: it certainly was not sent. */
export interface PartOutcome {
  readonly state: 'sent' | 'unconfirmed' | 'held'
  /** The channel's id of the message, if it is known; for a held part, the id of the refused message. */
  readonly message_id: MessageId | undefined
  readonly at: number
}

/**
 * Id under which a reply is stored as a message: that of its first part on the channel, or one made from the outbox id
 * if there is none.
 */
export const replyMessageId = (reply: Pick<Reply, 'outbox_id'>, channel_id: MessageId | undefined): MessageId =>
  channel_id ?? `reply:${reply.outbox_id}`

/**
 * Replies and their states. Each call is one transaction. A process crash loses none that has resolved; `begin` resolves
 * when it, and everything before it, is on disk, so that no part is sent twice even after a power cut.
 */
export interface OutboxStore {
  /** Records a reply and the texts of its parts, none of which has begun. */
  intend(reply: Reply, parts: readonly string[]): Promise<void>
  /** Records that a part is about to be sent. False if the reply was withdrawn: then it must not be sent. */
  begin(outbox_id: string, part: number, at: number): Promise<boolean>
  /**
   * Withdraws replies to a message that was changed, unless any of them was sent already: the messages that they
   * answered wait again.
   * @param which `all`, or only those that belong to a conversation and not to a command
   * @returns ids of the messages that they answered
   */
  withdraw(message_id: MessageId, which: 'all' | 'conversation'): Promise<readonly MessageId[]>
  /**
   * Records the outcome of sending a part. With the first part that was sent, or may have been, the whole reply becomes
   * a message of its session; with the last one, the messages that it answers stop waiting.
   */
  conclude(reply: Reply, part: number, outcome: PartOutcome): Promise<void>
  /** Gives up the waiting parts because their texts are gone. */
  abandon(reply: Reply, at: number): Promise<void>
  /** Gives up the waiting parts: they were not sent and will not be. Nothing is answered again. */
  fail(reply: Reply, at: number): Promise<void>
  /**
   * Call after a process has ended: parts that had begun are unconfirmed for good; parts that had not are held. A reply
   * whose text is gone and none of which was sent is removed: the messages that it was to answer wait again.
   * @returns how many replies have become unconfirmed
   */
  concludeInterrupted(at: number): Promise<number>
  /** Replies with parts that certainly were not sent, oldest first; of one chat, or of all. */
  held(chat_id?: ChatId): Promise<readonly HeldReply[]>
}
