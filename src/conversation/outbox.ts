/**
 * The end of the pipeline: a reply is laid out in parts, recorded, and sent. Nothing is ever resent on a guess, and in
 * one chat replies are sent one after the other.
 */
import type { Channel, Delivery } from '../channels/channel.ts'
import type { ChatId, MessageId } from '../messages/message.ts'
import type { MessageStore } from '../messages/message-store.ts'
import { replyMessageId, type Reply } from '../messages/outbox-store.ts'
import type { Scope } from '../messages/scope.ts'
import type { Clock } from '../platform/clock.ts'
import { asDenidinError, DenidinError } from '../platform/errors.ts'
import type { Health, HealthCheck } from '../platform/health.ts'
import { KeyedQueue } from '../platform/keyed-queue.ts'
import type { Logger } from '../platform/logger.ts'
import type { Metrics } from '../platform/metrics.ts'
import { DeliveryHealth } from './delivery-health.ts'
import { HeldReplySender, type HoldingRules, type ResendReason } from './outbox/held-reply-sender.ts'
import { PartRecorder } from './outbox/part-recorder.ts'
import { PartSender, type Part, type Sending, type SendResult } from './outbox/part-sender.ts'
import type { ReplyAddresses } from './outbox/reply-addresses.ts'
import { RETRY_MS } from './outbox/retry-pauses.ts'
import type { Pacer } from './pacing/pacer.ts'
import type { SetAside } from '../platform/set-aside.ts'

/** Sends replies, each as one message or several. */
export interface Outbox extends HealthCheck {
  /**
   * Sends a reply. The intent for every part is on disk before it is sent; the outcome is recorded after.
   * @param since when the work on it began, on the monotonic clock: typing is counted from there. Without it, no time
   *   is taken for typing.
   * @param wanted aborted when the reply is not wanted any more; once it is recorded, `OutboxStore.withdraw` withdraws
   *   it
   * @returns the id under which the reply is stored; `undefined` if none of it was sent: it is deferred, or was
   *   withdrawn
   * @throws DenidinError `forbidden` for a chat in which no one ever wrote to us; the reason of `wanted`
   */
  deliver(reply: Reply, since?: number, wanted?: AbortSignal): Promise<MessageId | undefined>
  /** Apologises for a failure of ours, even if that failure prevents recording the intent. */
  apologise(reply: Reply): Promise<void>
  /**
   * Sends a message of our own that answers nothing, such as an alert, even if the intent cannot be recorded.
   * @returns whether it was sent, may have been sent, or is held until it can be
   */
  notify(reply: Reply): Promise<boolean>
  /**
   * Call at the start: parts that were being sent when the process ended are unconfirmed for good; parts that were not
   * are sent later.
   */
  recover(): Promise<void>
  /** Chats that a channel serves and that have deferred or unrecorded replies, oldest first. */
  held(): Promise<readonly { readonly chat_id: ChatId; readonly scope: Scope }[]>
  /**
   * Tries to send the deferred replies of a chat. After a reconnect, replies that fail again are given up; at the end
   * of a pause or of quiet hours, only replies that these held back are tried.
   * @returns replies of which a part may have been sent
   */
  sendHeld(chat_id: ChatId, reason: ResendReason): Promise<readonly Reply[]>
  /** Whether any reply could be sent or recorded, if it were not for quiet hours, a pause, a full disk, or another account. */
  readonly waits: boolean
  /** From now on, `listener` is called whenever a reply waits for the disk. */
  onWaiting(listener: () => void): void
}

export interface OutboxDeps {
  readonly messages: Pick<MessageStore, 'inbox' | 'outbox' | 'known'>
  readonly channelOf: (chat_id: ChatId) => Channel | undefined
  readonly addresses: ReplyAddresses
  readonly pacer: Pacer
  readonly holding: HoldingRules
  readonly setAside: SetAside
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
  /** Aborted when DeniDin stops: parts that have not been sent by then are deferred. */
  readonly stopping: AbortSignal
}

/** The outbox over the message store and the channels. */
export class ChannelOutbox implements Outbox {
  readonly name = 'delivery'
  readonly #deps: OutboxDeps
  readonly #logger: Logger
  readonly #chats = new KeyedQueue<ChatId>()
  readonly #health: DeliveryHealth
  readonly #recorder: PartRecorder
  readonly #sender: PartSender
  readonly #held: HeldReplySender
  readonly #listeners: (() => void)[] = []

  constructor(deps: OutboxDeps) {
    this.#deps = deps
    this.#logger = deps.logger.for('outbox')
    this.#health = new DeliveryHealth(deps.metrics, this.#logger)
    this.#recorder = new PartRecorder({ ...deps, logger: this.#logger })
    const shared = { ...deps, recorder: this.#recorder, health: this.#health, logger: this.#logger }
    this.#sender = new PartSender(shared)
    this.#held = new HeldReplySender({ ...shared, sender: this.#sender })
  }

  get waits(): boolean {
    return this.#held.waits || this.#recorder.chats.length > 0
  }

  onWaiting(listener: () => void): void {
    this.#listeners.push(listener)
  }

  async health(): Promise<Health> {
    // Without the database, its own component says so.
    const waiting = await this.#held.countOfOtherAccounts().catch(() => 0)
    return this.#health.health(waiting)
  }

  deliver(reply: Reply, since?: number, wanted?: AbortSignal): Promise<MessageId | undefined> {
    return this.#chats.run(reply.chat_id, async () => this.#deliver(await this.#withAccount(reply), since, wanted))
  }

  async apologise(reply: Reply): Promise<void> {
    await this.notify(reply)
  }

  notify(reply: Reply): Promise<boolean> {
    return this.#chats.run(reply.chat_id, async () =>
      this.#sendRegardless(await this.#withAccount(reply).catch(() => reply)),
    )
  }

  async recover(): Promise<void> {
    const { messages, clock } = this.#deps
    const interrupted = await messages.outbox.concludeInterrupted(clock.now())
    if (interrupted > 0) this.#logger.warn('Replies interrupted while being sent are unconfirmed', { interrupted })
  }

  async held(): Promise<readonly { readonly chat_id: ChatId; readonly scope: Scope }[]> {
    const replies = (await this.#deps.messages.outbox.held()).map(({ reply }) => reply)
    const all = [...replies, ...this.#recorder.chats]
    const chats = new Map(all.map(({ chat_id, scope }) => [chat_id, { chat_id, scope }]))
    return [...chats.values()].filter(({ chat_id }) => this.#deps.channelOf(chat_id) !== undefined)
  }

  sendHeld(chat_id: ChatId, reason: ResendReason): Promise<readonly Reply[]> {
    return this.#chats.run(chat_id, () => this.#held.sendIn(chat_id, reason))
  }

  async #deliver(
    reply: Reply,
    since: number | undefined,
    wanted: AbortSignal | undefined,
  ): Promise<MessageId | undefined> {
    const { messages } = this.#deps
    if (!(await messages.inbox.hasWritten(reply.chat_id))) {
      throw new DenidinError('forbidden', 'no one in this chat has ever written to us: DeniDin does not write first')
    }
    const { channel, parts } = await this.#layOut(reply)
    const addresses = await this.#deps.addresses.ofFresh(reply)
    await this.#recorder.intend(reply, textsOf(parts), wanted)
    const { first } = await this.#send({ reply, parts, channel, addresses, since, retry_ms: RETRY_MS, wanted })
    return first === undefined || first.outcome === 'not_sent' ? undefined : replyMessageId(reply, first.message_id)
  }

  async #sendRegardless(reply: Reply): Promise<boolean> {
    const { channel, parts } = await this.#layOut(reply)
    try {
      await this.#deps.messages.outbox.intend(reply, textsOf(parts))
    } catch (error) {
      const reason = asDenidinError(error).message
      this.#logger.error('Nothing can be recorded; a notice is sent without a record', { reason })
      const deliveries: Delivery[] = []
      for (const part of parts) deliveries.push(await this.#sender.transmit({ reply, channel }, part))
      await this.#recordSent(reply, deliveries)
      return deliveries.some(({ outcome }) => outcome !== 'not_sent')
    }
    const addresses = await this.#deps.addresses.ofFresh(reply).catch(() => [reply.chat_id])
    await this.#send({ reply, parts, channel, addresses, since: undefined, retry_ms: RETRY_MS })
    return true
  }

  /**
   * The channel will list these messages, and they must not be mistaken for the owner's: they are recorded as ours, now
   * or as soon as the disk takes it.
   */
  async #recordSent(reply: Reply, deliveries: readonly Delivery[]): Promise<void> {
    const { messages, clock } = this.#deps
    const at = clock.now()
    const record = async (): Promise<void> => {
      for (const { message_id } of deliveries) {
        if (message_id !== undefined) await messages.known.recordSent(message_id, at)
      }
    }
    try {
      await record()
    } catch {
      this.#recorder.later(reply, record)
      this.#tellWaiting()
    }
  }

  async #send(sending: Sending): Promise<SendResult> {
    const result = await this.#sender.send(sending)
    this.#held.keepUnsent(sending, result)
    this.#tellWaiting()
    return result
  }

  #tellWaiting(): void {
    if (this.waits) for (const listener of this.#listeners) listener()
  }

  /** Adds the account that sends the reply: the one that received what it answers, or else the current one. */
  async #withAccount(reply: Reply): Promise<Reply> {
    const { messages, channelOf } = this.#deps
    const account = (await messages.inbox.accountOf(reply.answers)) ?? channelOf(reply.chat_id)?.account?.linked
    return account === undefined ? reply : { ...reply, account }
  }

  async #layOut(reply: Reply): Promise<Pick<Sending, 'channel' | 'parts'>> {
    const channel = this.#deps.channelOf(reply.chat_id)
    const texts = (await channel?.render(reply.text)) ?? [reply.text]
    return { channel, parts: texts.map((text, part) => ({ part, text })) }
  }
}

const textsOf = (parts: readonly Part[]): readonly string[] => parts.map(part => part.text)
