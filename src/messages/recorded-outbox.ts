/**
 * The rules of the outbox over its rows: records what is intended, begun and concluded, and settles a reply with its
 * last part.
 */
import type { ChatId, MessageId, MessageRecord } from './message.ts'
import { settlementOf, takeoverOf, type Settlement } from './outbox-rules.ts'
import {
  replyMessageId,
  type HeldReply,
  type OutboxState,
  type OutboxStore,
  type PartOutcome,
  type PartState,
  type Reply,
} from './outbox-store.ts'

/** A recorded part. */
export interface RecordedPart {
  readonly part: number
  readonly state: PartState
  readonly text: string | undefined
}

/** New values of a part; the text of a part that will not be sent any more is dropped. */
export interface PartChange {
  readonly state: Exclude<PartState, 'begun'>
  readonly message_id?: MessageId | undefined
  /** A message that the channel created and then refused: the channel may list it, but it was never sent. */
  readonly refused_id?: MessageId | undefined
  readonly settled_at?: number
}

/** Replies in one chat, or to one message. */
export interface WhichReplies {
  readonly chat_id?: ChatId | undefined
  readonly answering?: MessageId | undefined
}

/** What is known about a reply besides the reply itself. */
export interface ReplyOrigin extends Pick<MessageRecord, 'person_id' | 'scope' | 'learning_opt_out'> {
  /** Milliseconds after which the messages that it answers disappear, the shortest of them. */
  readonly expires_after: number | undefined
}

/**
 * Single reads and writes of the outbox, without any rule. The calls are synchronous and see each other's writes.
 */
export interface OutboxRows {
  /** Calls `work`, which no other writer interrupts. Either all of its writes happen, or none. */
  transaction<T>(work: () => T): T
  /** Like `transaction`; resolves when its writes, and all earlier ones, are on disk. */
  durably<T>(work: () => T): Promise<T>
  insert(reply: Reply, parts: readonly string[]): void
  /** Removes a reply with its parts. */
  delete(outbox_id: string): void
  /** Oldest first. */
  replies(state: 'intended' | 'held', which?: WhichReplies): readonly Reply[]
  /** In order. */
  parts(outbox_id: string): readonly RecordedPart[]
  setState(outbox_id: string, state: OutboxState, settled_at: number | undefined): void
  /** Marks a part as begun; false if it is not waiting. */
  beginPart(outbox_id: string, part: number, begun_at: number): boolean
  setPart(outbox_id: string, part: number, change: PartChange): void
  /** Sets the id under which a reply is stored; false if it has one already. */
  setMessageId(outbox_id: string, message_id: MessageId | undefined): boolean
  /**
   * The current person of a reply, since people may have been merged after it was written, and the properties that it
   * inherits from the messages that it answers.
   */
  recipientOf(outbox_id: string): ReplyOrigin | undefined
  readonly messages: OutboxMessages
}

/** What the outbox writes of messages, in the same transaction as its rows. */
export interface OutboxMessages {
  /** Stores a reply as a message; one that is known already stays as it is. */
  insert(record: MessageRecord): void
  /** Settles the messages that a reply answers. */
  settle(message_ids: readonly MessageId[], state: Settlement['answered'], at: number): void
}

export class RecordedOutbox implements OutboxStore {
  readonly #rows: OutboxRows

  constructor(rows: OutboxRows) {
    this.#rows = rows
  }

  async intend(reply: Reply, parts: readonly string[]): Promise<void> {
    this.#rows.transaction(() => {
      this.#rows.insert(reply, parts)
    })
  }

  async begin(outbox_id: string, part: number, at: number): Promise<boolean> {
    return await this.#rows.durably(() => {
      const begun = this.#rows.beginPart(outbox_id, part, at)
      if (begun) this.#rows.setState(outbox_id, 'intended', undefined)
      return begun
    })
  }

  async withdraw(message_id: MessageId, which: 'all' | 'conversation'): Promise<readonly MessageId[]> {
    return this.#rows.transaction(() => {
      const unsent = (['intended', 'held'] as const)
        .flatMap(state => this.#rows.replies(state, { answering: message_id }))
        .filter(({ keep }) => which === 'all' || keep)
        .filter(({ outbox_id }) => this.#rows.parts(outbox_id).every(({ state }) => state === 'waiting'))
      for (const { outbox_id } of unsent) this.#rows.delete(outbox_id)
      return unsent.flatMap(({ answers }) => answers)
    })
  }

  async conclude(reply: Reply, part: number, outcome: PartOutcome): Promise<void> {
    this.#rows.transaction(() => {
      this.#concludePart(reply, part, outcome)
    })
  }

  async abandon(reply: Reply, at: number): Promise<void> {
    this.#rows.transaction(() => {
      this.#giveUp(reply, 'lost', at)
    })
  }

  async fail(reply: Reply, at: number): Promise<void> {
    this.#rows.transaction(() => {
      this.#giveUp(reply, 'failed', at)
    })
  }

  async concludeInterrupted(at: number): Promise<number> {
    return this.#rows.transaction(() => {
      let interrupted = 0
      for (const reply of [...this.#rows.replies('intended'), ...this.#rows.replies('held')]) {
        const begun = this.#partsIn(reply, 'begun')
        for (const { part } of begun) {
          this.#concludePart(reply, part, { state: 'unconfirmed', message_id: undefined, at })
        }
        if (begun.length > 0) interrupted++
        this.#takeOver(reply, at)
      }
      return interrupted
    })
  }

  async held(chat_id?: ChatId): Promise<readonly HeldReply[]> {
    return this.#rows.replies('held', { chat_id }).map(reply => ({
      reply,
      waiting: this.#partsIn(reply, 'waiting').map(({ part, text }) => ({ part, text })),
    }))
  }

  #partsIn({ outbox_id }: Reply, state: PartState): readonly RecordedPart[] {
    return this.#rows.parts(outbox_id).filter(each => each.state === state)
  }

  #concludePart(reply: Reply, part: number, { state, message_id, at }: PartOutcome): void {
    const { outbox_id } = reply
    if (state === 'held') {
      this.#rows.setPart(outbox_id, part, { state: 'waiting', refused_id: message_id, settled_at: at })
      this.#rows.setState(outbox_id, 'held', at)
      return
    }
    this.#rows.setPart(outbox_id, part, { state, message_id, settled_at: at })
    this.#keepMessage(reply, message_id, at)
    this.#settleWhenDone(reply, at)
  }

  /** Stores the reply as a message, once: when its first part was sent, or may have been. */
  #keepMessage(reply: Reply, channel_id: MessageId | undefined, sent_at: number): void {
    const { outbox_id, chat_id, chat_kind, text, tokens, session_id, keep } = reply
    const message_id = keep ? replyMessageId(reply, channel_id) : channel_id
    const first = this.#rows.setMessageId(outbox_id, message_id)
    if (!first || !keep || message_id === undefined) return
    const recipient = this.#rows.recipientOf(outbox_id)
    const { person_id, scope } = recipient ?? reply
    this.#rows.messages.insert({
      message_id,
      chat_id,
      chat_kind,
      scope,
      person_id,
      text,
      tokens,
      session_id,
      sent_at,
      role: 'assistant',
      kind: session_id === undefined ? 'notice' : 'chat',
      sender_name: undefined,
      // A reply may repeat the message that it answers.
      learning_opt_out: recipient?.learning_opt_out ?? false,
      ...(recipient?.expires_after === undefined ? {} : { expires_at: sent_at + recipient.expires_after }),
    })
  }

  #settleWhenDone({ outbox_id, answers }: Reply, at: number): void {
    const settlement = settlementOf(this.#rows.parts(outbox_id).map(each => each.state))
    if (settlement === undefined) return
    this.#rows.setState(outbox_id, settlement.reply, at)
    this.#rows.messages.settle(answers, settlement.answered, at)
  }

  #giveUp(reply: Reply, state: 'lost' | 'failed', at: number): void {
    for (const { part } of this.#partsIn(reply, 'waiting')) {
      this.#rows.setPart(reply.outbox_id, part, { state, settled_at: at })
    }
    this.#settleWhenDone(reply, at)
  }

  #takeOver(reply: Reply, at: number): void {
    switch (takeoverOf(this.#rows.parts(reply.outbox_id))) {
      case 'hold':
        this.#rows.setState(reply.outbox_id, 'held', at)
        break
      case 'answer_again':
        this.#rows.delete(reply.outbox_id)
        break
      case 'give_up':
        this.#giveUp(reply, 'lost', at)
        break
      case 'nothing':
    }
  }
}
