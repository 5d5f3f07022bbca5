/**
 * Records on disk what happens to replies and their parts. What the disk refuses (it is full, say) is kept in memory, and
 * recorded before anything else happens in its chat.
 */
import type { ChatId } from '../../messages/message.ts'
import type { MessageStore } from '../../messages/message-store.ts'
import type { PartOutcome, Reply } from '../../messages/outbox-store.ts'
import type { Scope } from '../../messages/scope.ts'
import type { Clock } from '../../platform/clock.ts'
import { asDenidinError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import { isOfItem, type SetAside } from '../../platform/set-aside.ts'
import { whileWaiting } from '../../platform/trace.ts'
import { RETRY_MS } from './retry-pauses.ts'

export interface PartRecorderDeps {
  readonly messages: Pick<MessageStore, 'outbox'>
  readonly setAside: SetAside
  readonly clock: Clock
  readonly logger: Logger
  /** Aborted when DeniDin stops: then there is no time to wait for the disk. */
  readonly stopping: AbortSignal
}

/** A record that is still to be written. */
interface PendingRecord {
  readonly reply: Reply
  /** What it is about: a part of the reply, or the whole reply. */
  readonly of: number | 'reply'
  readonly write: () => Promise<unknown>
}

/** The calls for one chat must follow one another. */
export class PartRecorder {
  readonly #deps: PartRecorderDeps
  /** By chat, oldest first. */
  readonly #pending = new Map<ChatId, readonly PendingRecord[]>()

  constructor(deps: PartRecorderDeps) {
    this.#deps = deps
  }

  /** Chats with records that the disk has refused so far. */
  get chats(): readonly { readonly chat_id: ChatId; readonly scope: Scope }[] {
    return [...this.#pending.values()].flatMap(([first]) => (first === undefined ? [] : [first.reply]))
  }

  /**
   * Records a reply and the texts of its parts, after a few pauses if the disk refuses it.
   * @throws the reason of `wanted`; any error of the store, if the disk still refuses it
   */
  async intend(reply: Reply, parts: readonly string[], wanted: AbortSignal | undefined): Promise<void> {
    await this.#patiently(async () => {
      // No other work may come in between: a change from now on finds the record, and an earlier one has aborted the
      // signal.
      wanted?.throwIfAborted()
      await this.#deps.messages.outbox.intend(reply, parts)
    })
  }

  /**
   * Records that a part is about to be sent.
   * @returns false if the reply was withdrawn: then it must not be sent
   * @throws any error of the store: then it must not be sent either; if the disk refuses it, it is held as soon as that
   *   can be recorded
   */
  async begin(reply: Reply, part: number): Promise<boolean> {
    const { messages, clock } = this.#deps
    try {
      await this.settle(reply.chat_id)
      return await messages.outbox.begin(reply.outbox_id, part, clock.now())
    } catch (error) {
      if (isOfItem(error)) throw error
      // The record that it has begun may be in the file even if the disk failed to flush it.
      this.#add(reply, part, { state: 'held', message_id: undefined, at: clock.now() })
      await this.settle(reply.chat_id).catch(() => undefined)
      throw error
    }
  }

  /** Records an outcome: now, after a few pauses, or later. */
  async conclude(reply: Reply, part: number, outcome: PartOutcome): Promise<void> {
    this.#add(reply, part, outcome)
    await this.#settleOrKeep(reply)
  }

  /** Withdraws a reply, unless a part of it was sent: now, after a few pauses, or later. */
  async withdraw(reply: Reply): Promise<void> {
    const { outbox } = this.#deps.messages
    this.#replace({
      reply,
      of: 'reply',
      write: async () => {
        for (const message_id of reply.answers) await outbox.withdraw(message_id, 'all')
      },
    })
    await this.#settleOrKeep(reply)
  }

  /** Keeps a record about a reply that itself could not be recorded; `write` is called when the disk may take it. */
  later(reply: Reply, write: () => Promise<void>): void {
    this.#replace({ reply, of: 'reply', write })
  }

  /** Writes the pending records of a chat. @throws if the disk still refuses them */
  async settle(chat_id: ChatId): Promise<void> {
    for (;;) {
      const [next, ...others] = this.#of(chat_id)
      if (next === undefined) return
      await this.#deps.setAside.attempt('recording replies', next.reply.outbox_id, next.write)
      if (others.length > 0) this.#pending.set(chat_id, others)
      else this.#pending.delete(chat_id)
    }
  }

  /** Writes the pending records of a reply's chat now, after a few pauses, or later. */
  async #settleOrKeep({ chat_id, outbox_id }: Reply): Promise<void> {
    try {
      await this.#patiently(() => this.settle(chat_id))
    } catch (error) {
      const reason = asDenidinError(error).message
      this.#deps.logger.error('The state of a reply cannot be recorded yet', { outbox_id, reason })
    }
  }

  /** Writes, again after a few pauses if the disk fails. @throws the last failure, or the first that is not the disk's */
  async #patiently(write: () => Promise<void>): Promise<void> {
    const { clock, stopping } = this.#deps
    for (let failures = 0; ; failures++) {
      try {
        await write()
        return
      } catch (error) {
        const wait = RETRY_MS[failures]
        if (isOfItem(error) || wait === undefined || stopping.aborted) throw error
        await whileWaiting(clock, () => clock.sleep(wait, stopping)).catch(() => undefined)
      }
    }
  }

  #add(reply: Reply, part: number, outcome: PartOutcome): void {
    this.#replace({ reply, of: part, write: () => this.#deps.messages.outbox.conclude(reply, part, outcome) })
  }

  #of(chat_id: ChatId): readonly PendingRecord[] {
    return this.#pending.get(chat_id) ?? []
  }

  /** A later record replaces an earlier one of the same part or reply. */
  #replace(record: PendingRecord): void {
    const { chat_id, outbox_id } = record.reply
    const others = this.#of(chat_id).filter(each => each.reply.outbox_id !== outbox_id || each.of !== record.of)
    this.#pending.set(chat_id, [...others, record])
  }
}
