/**
 * Sends the parts of one reply in order. The intent for each part is on disk before it is sent, and its outcome is
 * recorded after. Only a part that certainly was not sent is tried again.
 */
import type { Channel, Delivery } from '../../channels/channel.ts'
import type { ChatId } from '../../messages/message.ts'
import type { Reply } from '../../messages/outbox-store.ts'
import type { Clock } from '../../platform/clock.ts'
import { asDenidinError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import type { Metrics } from '../../platform/metrics.ts'
import { isOfItem } from '../../platform/set-aside.ts'
import { whileWaiting } from '../../platform/trace.ts'
import type { DeliveryHealth } from '../delivery-health.ts'
import type { Pacer } from '../pacing/pacer.ts'
import type { PartRecorder } from './part-recorder.ts'

const NO_CHANNEL: Delivery = { outcome: 'not_sent', reason: 'no channel serves this chat' }

const NO_ADDRESS: Delivery = {
  outcome: 'not_sent',
  reason: 'the addresses of this person belong to someone else now',
  refused: 'no_address',
}

const OTHER_ACCOUNT: Delivery = { outcome: 'not_sent', reason: 'another WhatsApp account is linked' }

/** Whether another account than the one that received the question would send a reply. */
export const isOfOtherAccount = ({ account }: Reply, channel: Channel | undefined): boolean =>
  account !== undefined && channel?.account?.sendsAs(account) === false

/** One message of a reply; a long reply has several. */
export interface Part {
  /** Position in the reply, from 0. */
  readonly part: number
  readonly text: string
}

/** A reply that is being sent, with the remaining parts. */
export interface Sending {
  readonly reply: Reply
  readonly parts: readonly Part[]
  readonly channel: Channel | undefined
  /** Possible addresses: the next one is tried if the channel refuses the previous one. */
  readonly addresses: readonly ChatId[]
  /** When the work on the reply began, on the monotonic clock; `undefined` if no time is taken for typing. */
  readonly since: number | undefined
  /** Pauses before further attempts to send a part that certainly was not sent. */
  readonly retry_ms: readonly number[]
  /** Aborted when the reply is not wanted any more: then nothing is sent, unless a part of it was sent already. */
  readonly wanted?: AbortSignal | undefined
}

/** The result of sending a reply. */
export interface SendResult {
  /** The outcome of the first part that was tried. */
  readonly first: Delivery | undefined
  /** Parts that certainly were not sent and may be sent later: the one that failed and those after it. */
  readonly unsent: readonly Part[]
  /** Whether they were not sent because the disk refused to record it: the channel could have taken them. */
  readonly unrecorded: boolean
}

/** `unrecorded`: the part was not sent because the disk refused to record that it is about to be. */
type PartDelivery = Delivery & { readonly unrecorded?: true }

export interface PartSenderDeps {
  readonly recorder: PartRecorder
  readonly pacer: Pacer
  readonly health: DeliveryHealth
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'add'>
  /** Aborted when DeniDin stops: parts that have not been sent by then are deferred. */
  readonly stopping: AbortSignal
}

export class PartSender {
  readonly #deps: PartSenderDeps

  constructor(deps: PartSenderDeps) {
    this.#deps = deps
  }

  /** Sends part by part and stops at the first part that certainly was not sent. */
  async send(sending: Sending): Promise<SendResult> {
    const { health, logger, clock } = this.#deps
    const { reply, parts } = sending
    let since = sending.since
    let first: Delivery | undefined
    let doubtful = false
    for (const [index, part] of parts.entries()) {
      await this.#pace(sending, part, since)
      const delivery = await this.#attempt(sending, part)
      if (delivery === 'withdrawn') {
        logger.info('A reply was withdrawn before it was sent', { outbox_id: reply.outbox_id })
        return { first, unsent: [], unrecorded: false }
      }
      first ??= delivery
      if (delivery.outcome !== 'sent') {
        const { outcome, reason } = delivery
        if (delivery.outcome === 'not_sent' && delivery.refused !== undefined) health.refused(reply.chat_id, reason)
        const what = outcome === 'not_sent' ? 'held' : outcome
        logger.warn(`Reply ${what}`, { outbox_id: reply.outbox_id, part: part.part, reason })
        doubtful = true
      }
      if (delivery.outcome === 'not_sent') {
        return { first, unsent: parts.slice(index), unrecorded: delivery.unrecorded === true }
      }
      if (since !== undefined) since = clock.monotonic()
    }
    if (doubtful) {
      health.unconfirmed(reply.chat_id)
    } else {
      health.sent(reply.chat_id)
      logger.info('Reply sent', { outbox_id: reply.outbox_id, tokens: reply.tokens, parts: parts.length })
    }
    return { first, unsent: [], unrecorded: false }
  }

  /** Sends one part once and records nothing. */
  async transmit(
    { reply, channel }: Pick<Sending, 'reply' | 'channel'>,
    part: Part,
    chat_id = reply.chat_id,
  ): Promise<Delivery> {
    if (channel === undefined) return NO_CHANNEL
    if (isOfOtherAccount(reply, channel)) return OTHER_ACCOUNT
    const reply_to = reply.chat_kind === 'group' && part.part === 0 ? reply.answers.at(-1) : undefined
    try {
      return await whileWaiting(this.#deps.clock, () =>
        channel.send(chat_id, part.text, reply_to === undefined ? {} : { reply_to }),
      )
    } catch (error) {
      // A channel must not reject. If it does, the message may or may not have gone out.
      return { outcome: 'unconfirmed', reason: String(error) }
    }
  }

  /** Waits as long as a person would take to type the part. For a terminal there is no wait. */
  async #pace({ reply, channel }: Sending, { text }: Part, since: number | undefined): Promise<void> {
    if (channel?.pace !== 'human') return
    const { pacer, clock } = this.#deps
    await whileWaiting(clock, () => pacer.waitForPace({ chat_id: reply.chat_id, characters: text.length, since }))
  }

  async #attempt(sending: Sending, part: Part): Promise<PartDelivery | 'withdrawn'> {
    const { clock, stopping } = this.#deps
    for (let failures = 0; ; failures++) {
      const delivery = await this.#attemptEachAddress(sending, part)
      if (delivery !== 'withdrawn' && delivery.outcome === 'not_sent' && delivery.refused !== undefined) {
        this.#deps.metrics.add('refusals_total', { reason: delivery.refused })
      }
      const wait = sending.retry_ms[failures]
      if (delivery === 'withdrawn' || delivery.outcome !== 'not_sent' || delivery === OTHER_ACCOUNT) return delivery
      if (wait === undefined || stopping.aborted) return delivery
      await whileWaiting(clock, () => clock.sleep(wait, stopping)).catch(() => undefined)
    }
  }

  /** Tries the addresses in order until one is not refused. */
  async #attemptEachAddress(sending: Sending, part: Part): Promise<PartDelivery | 'withdrawn'> {
    let delivery: PartDelivery | 'withdrawn' = NO_ADDRESS
    for (const chat_id of sending.addresses) {
      delivery = await this.#attemptOnce(sending, part, chat_id)
      if (delivery === 'withdrawn' || delivery.outcome !== 'not_sent' || delivery.refused === undefined) break
    }
    return delivery
  }

  async #attemptOnce(sending: Sending, part: Part, chat_id: ChatId): Promise<PartDelivery | 'withdrawn'> {
    const { recorder, clock } = this.#deps
    const { reply, channel } = sending
    await this.#withdrawUnwanted(sending)
    try {
      if (channel !== undefined && !(await recorder.begin(reply, part.part))) return 'withdrawn'
    } catch (error) {
      if (isOfItem(error)) throw error
      const reason = `it cannot be recorded: ${asDenidinError(error).message}`
      return { outcome: 'not_sent', reason, unrecorded: true }
    }
    const delivery = await this.transmit(sending, part, chat_id)
    const state = delivery.outcome === 'not_sent' ? 'held' : delivery.outcome
    await recorder.conclude(reply, part.part, { state, message_id: delivery.message_id, at: clock.now() })
    if (state === 'held') await this.#withdrawUnwanted(sending)
    return delivery
  }

  /**
   * Withdraws a reply after a change during an attempt. The change itself could not do so, because the part might have
   * been sent.
   */
  async #withdrawUnwanted({ reply, wanted }: Sending): Promise<void> {
    if (wanted?.aborted === true) await this.#deps.recorder.withdraw(reply)
  }
}
