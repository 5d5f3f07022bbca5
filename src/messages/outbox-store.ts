/** The outbox: replies and how far each of their parts has come. The intent is recorded before anything is sent. */
import type { ChatId, MessageId, MessageRecord } from './message.ts'

/**
 * State of a reply.
 * - `intended`: its parts are being sent.
 * - `held`: parts certainly did not go out and may be sent later.
 * - `sent`: all parts went out.
 * - `unconfirmed`: the channel did not confirm some part; it is never sent again.
 * - `failed`: parts certainly did not go out and were given up.
 */
export const OUTBOX_STATES = ['intended', 'sent', 'unconfirmed', 'held', 'failed'] as const
export type OutboxState = (typeof OUTBOX_STATES)[number]

/**
 * State of one part, which is one message on the channel: `waiting` (it certainly did not go out) → `begun` → `sent` or
 * `unconfirmed`; `failed` when it was given up, `lost` when its text was not kept and is gone with a restart.
 */
export type PartState = 'waiting' | 'begun' | 'sent' | 'unconfirmed' | 'failed' | 'lost'

/** A reply and what it answers. Its person is the one answered: in a group, the one who wrote last. */
export interface Reply extends Pick<
  MessageRecord,
  'chat_id' | 'chat_kind' | 'scope' | 'person_id' | 'text' | 'tokens' | 'session_id'
> {
  readonly outbox_id: string
  readonly answers: readonly MessageId[]
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

/** The outcome of sending a part; `held`: it certainly did not go out. */
export interface PartOutcome {
  readonly state: 'sent' | 'unconfirmed' | 'held'
  /** The channel's id of the message, where it is known; of a part that is held, the one that was refused. */
  readonly message_id: MessageId | undefined
  readonly at: number
}

/**
 * Id under which a reply's own message is kept: that of its first part on the channel, or one made from the outbox id
 * where there is none.
 */
export const replyMessageId = (reply: Pick<Reply, 'outbox_id'>, channel_id: MessageId | undefined): MessageId =>
  channel_id ?? `reply:${reply.outbox_id}`

/** Replies and their states. Each call is one transaction, on disk when it resolves. */
export interface OutboxStore {
  /** Records a reply and the texts of its parts, none of which has begun. */
  intend(reply: Reply, parts: readonly string[]): Promise<void>
  /** Records that a part is about to be sent. False when the reply was withdrawn: then it must not be sent. */
  begin(outbox_id: string, part: number, at: number): Promise<boolean>
  /**
   * Withdraws replies to a message that was changed, as far as nothing of them went out: what they answered waits again.
   * @param which `all`, or only those that belong to a conversation and not to a command
   * @returns ids of the messages that they answered
   */
  withdraw(message_id: MessageId, which: 'all' | 'conversation'): Promise<readonly MessageId[]>
  /**
   * Records the outcome of sending a part. With the first part that went out, or may have, the whole reply becomes a
   * message of its session; with the last one, the messages that it answers wait no longer.
   */
  conclude(reply: Reply, part: number, outcome: PartOutcome): Promise<void>
  /** Gives up the waiting parts because their texts are gone. */
  abandon(reply: Reply, at: number): Promise<void>
  /** Gives up the waiting parts: they did not go out and will not be sent. Nothing is answered again. */
  fail(reply: Reply, at: number): Promise<void>
  /**
   * After a process has ended: parts that had begun are unconfirmed for good; parts that had not are held. A reply whose
   * text is gone and of which nothing went out is removed: the messages that it was to answer wait again.
   * @returns how many replies have become unconfirmed
   */
  concludeInterrupted(at: number): Promise<number>
  /** Replies with parts that certainly did not go out, oldest first; of one chat, or of all. */
  held(chat_id?: ChatId): Promise<readonly HeldReply[]>
}
