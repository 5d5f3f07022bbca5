import type { Clock } from '../platform/clock.ts'
import { SECOND_MS } from '../platform/clock.ts'
import { asDenidinError, DenidinError } from '../platform/errors.ts'
import type { HealthCheck } from '../platform/health.ts'
import { KeyedQueue } from '../platform/keyed-queue.ts'
import type { Logger } from '../platform/logger.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { Channel, Delivery } from '../channels/channel.ts'
import type { ChatId, MessageId } from '../messages/message.ts'
import type { Scope } from '../messages/scope.ts'
import { replyMessageId, type HeldReply, type MessageStore, type Reply } from '../messages/message-store.ts'
import { DeliveryRecord } from './delivery-health.ts'
import type { Pacer } from './pacing/pacer.ts'

/** Waits between attempts to send what certainly did not go out; afterwards it is held. */
const RETRY_MS = [1, 2, 4, 8].map(seconds => seconds * SECOND_MS)

const NO_CHANNEL: Delivery = { outcome: 'not_sent', reason: 'no channel serves this chat' }

export interface OutboxDeps {
  readonly messages: MessageStore
  readonly channelOf: (chat_id: ChatId) => Channel | undefined
  readonly pacer: Pacer
  /** Whether what is held for this chat has to wait, because it is the middle of the night or the bot is to be quiet. */
  readonly delay: (reply: Reply) => Promise<boolean>
  /** A reply that is held for longer than this is of no use any more. */
  readonly useless_after_ms: number
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
  /** Aborted when DeniDin stops: what has not gone out by then is held. */
  readonly stopping: AbortSignal
}

/**
 * Sends replies, each as one message or several. Of every part the intent is on disk before, the outcome after, and
 * nothing is ever sent twice on a guess. In one chat, one reply goes out after the other.
 */
export interface Outbox extends HealthCheck {
  /**
   * Id under which the reply is kept now; `undefined` when nothing of it went out and it is held.
   * @param since when the work on it began: typing is counted from there.
   * @throws DenidinError `forbidden` for a chat in which nobody ever wrote to us.
   */
  deliver(reply: Reply, since?: number): Promise<MessageId | undefined>
  /** Tells of a failure of ours, and does so too when that failure keeps even the intent from being recorded. */
  apologise(reply: Reply): Promise<void>
  /** At the start: what was being sent when the process ended is unconfirmed for good; what was not goes out later. */
  recover(): Promise<void>
  /** Chats that a channel serves and in which something certainly did not go out, oldest first. */
  held(): Promise<readonly { readonly chat_id: ChatId; readonly scope: Scope }[]>
  /**
   * Tries to send what is held in a chat. Gives the replies of which something may have gone out.
   * - `reconnected`: a channel can send again. What then certainly does not go out is given up; what has to wait for
   *   another reason has its turn when that is over.
   * - `resumed`: such a reason may be over. What does not go out waits for a channel.
   */
  sendHeld(chat_id: ChatId, occasion: Occasion): Promise<readonly Reply[]>
  /** Whether something could be sent, but for the hour or a pause. */
  readonly waits: boolean
}

/** Why what is held may go out now. */
export type Occasion = 'reconnected' | 'resumed'

interface Part {
  readonly part: number
  readonly text: string
}

/** A reply on its way, with the parts that are still to be sent. */
interface Sending {
  readonly reply: Reply
  readonly parts: readonly Part[]
  readonly channel: Channel | undefined
  readonly since: number | undefined
  /** Waits before further attempts at what certainly did not go out. */
  readonly retry_ms: readonly number[]
}

export const createOutbox = (deps: OutboxDeps): Outbox => {
  const { messages, clock, stopping } = deps
  const logger = deps.logger.for('outbox')
  const lanes = new KeyedQueue<ChatId>()
  /** Texts of held replies that may not be written down (memory is off), for as long as this process lives. */
  const unwritten = new Map<string, readonly Part[]>()

  /** Held replies that a channel could have taken, had it not been for the hour or a pause. */
  const waiting = new Set<string>()
  const record = new DeliveryRecord(deps.metrics, logger)

  const transmit = async ({ reply, channel }: Pick<Sending, 'reply' | 'channel'>, part: Part): Promise<Delivery> => {
    if (channel === undefined) return NO_CHANNEL
    const reply_to = reply.chat_kind === 'group' && part.part === 0 ? reply.answers.at(-1) : undefined
    try {
      return await channel.send(reply.chat_id, part.text, reply_to === undefined ? {} : { reply_to })
    } catch (error) {
      // A channel must not reject; if it does, nobody knows whether the message went out.
      return { outcome: 'unconfirmed', reason: String(error) }
    }
  }

  const attemptAll = async (sending: Sending, part: Part): Promise<Delivery> => {
    for (let failures = 0; ; failures++) {
      if (sending.channel !== undefined) await messages.begin(sending.reply.outbox_id, part.part, clock.now())
      const delivery = await transmit(sending, part)
      const state = delivery.outcome === 'not_sent' ? 'held' : delivery.outcome
      const message_id = delivery.outcome === 'not_sent' ? undefined : delivery.message_id
      await messages.conclude(sending.reply, part.part, { state, message_id, at: clock.now() })
      const wait = sending.retry_ms[failures]
      if (delivery.outcome !== 'not_sent' || wait === undefined || stopping.aborted) return delivery
      await clock.sleep(wait, stopping).catch(() => undefined)
    }
  }

  /** Sends part by part. Gives what became of the first one, and whether all were at least tried. */
  const sendAll = async (sending: Sending): Promise<{ first: Delivery | undefined; done: boolean }> => {
    const { reply, parts, channel } = sending
    let since = sending.since
    let first: Delivery | undefined
    let doubtful = false
    for (const [index, part] of parts.entries()) {
      if (channel?.pace === 'human') {
        await deps.pacer.turn({ chat_id: reply.chat_id, characters: part.text.length, since })
      }
      const delivery = await attemptAll(sending, part)
      first ??= delivery
      if (delivery.outcome !== 'sent') {
        const { outcome, reason } = delivery
        const what = outcome === 'not_sent' ? 'held' : outcome
        logger.warn(`Reply ${what}`, { outbox_id: reply.outbox_id, part: part.part, reason })
        doubtful = true
      }
      if (delivery.outcome === 'not_sent') {
        if (!reply.keep) unwritten.set(reply.outbox_id, parts.slice(index))
        return { first, done: false }
      }
      since = clock.now()
    }
    if (doubtful) {
      record.unconfirmed()
    } else {
      record.sent()
      logger.info('Reply sent', { outbox_id: reply.outbox_id, tokens: reply.tokens, parts: parts.length })
    }
    return { first, done: true }
  }

  const layOut = (reply: Reply): Pick<Sending, 'channel' | 'parts'> => {
    const channel = deps.channelOf(reply.chat_id)
    const texts = channel?.render(reply.text) ?? [reply.text]
    return { channel, parts: texts.map((text, part) => ({ part, text })) }
  }

  const deliver = async (reply: Reply, since: number | undefined): Promise<MessageId | undefined> => {
    if (!(await messages.hasWritten(reply.chat_id))) {
      throw new DenidinError('forbidden', 'nobody in this chat has ever written to us: we do not write first')
    }
    const { channel, parts } = layOut(reply)
    await messages.intend(reply, textsOf(parts))
    const { first } = await sendAll({ reply, parts, channel, since, retry_ms: RETRY_MS })
    return first === undefined || first.outcome === 'not_sent' ? undefined : replyMessageId(reply, first.message_id)
  }

  const apologise = async (reply: Reply): Promise<void> => {
    const { channel, parts } = layOut(reply)
    try {
      await messages.intend(reply, textsOf(parts))
    } catch (error) {
      const reason = asDenidinError(error).message
      logger.error('Nothing can be recorded, a failure is told of unrecorded', { reason })
      for (const part of parts) await transmit({ reply, channel }, part)
      return
    }
    await sendAll({ reply, parts, channel, since: undefined, retry_ms: RETRY_MS })
  }

  /** Sends the rest of a held reply. */
  const resume = async (
    { reply, waiting: parts_left }: HeldReply,
    channel: Channel,
    occasion: Occasion,
  ): ReturnType<typeof sendAll> => {
    const texts = unwritten.get(reply.outbox_id)
    unwritten.delete(reply.outbox_id)
    const parts = texts ?? parts_left.flatMap(({ part, text }) => (text === undefined ? [] : [{ part, text }]))
    const retry_ms = occasion === 'reconnected' ? RETRY_MS : []
    if (parts.length > 0) return await sendAll({ reply, parts, channel, since: undefined, retry_ms })
    await messages.abandon(reply, clock.now())
    return { first: undefined, done: true }
  }

  const giveUp = async (reply: Reply, why: string): Promise<void> => {
    await messages.fail(reply, clock.now())
    unwritten.delete(reply.outbox_id)
    record.failed(reply.outbox_id, why)
  }

  const sendHeld = async (chat_id: ChatId, occasion: Occasion): Promise<readonly Reply[]> => {
    const channel = deps.channelOf(chat_id)
    if (channel === undefined) return []
    const out: Reply[] = []
    const isStopping = (): boolean => stopping.aborted
    for (const held of await messages.held(chat_id)) {
      const { reply } = held
      if (isStopping() || (occasion === 'resumed' && !waiting.has(reply.outbox_id))) continue
      if (clock.now() - reply.created_at > deps.useless_after_ms) {
        waiting.delete(reply.outbox_id)
        await giveUp(reply, 'too old')
        continue
      }
      if (await deps.delay(reply)) {
        waiting.add(reply.outbox_id)
        continue
      }
      waiting.delete(reply.outbox_id)
      const { first, done } = await resume(held, channel, occasion)
      if (first !== undefined && first.outcome !== 'not_sent') out.push(reply)
      if (done || isStopping()) continue
      // What comes after it waits too: the order stays.
      if (occasion === 'resumed') break
      await giveUp(reply, 'the channel did not take it after a reconnect either')
    }
    return out
  }

  return {
    name: 'delivery',
    health: async () => record.health(),
    deliver: (reply, since) => lanes.run(reply.chat_id, () => deliver(reply, since)),
    apologise: reply => lanes.run(reply.chat_id, () => apologise(reply)),
    recover: async () => {
      const interrupted = await messages.concludeInterrupted(clock.now())
      if (interrupted > 0) logger.warn('Replies interrupted while being sent are unconfirmed', { interrupted })
    },
    held: async () => {
      const replies = (await messages.held()).map(({ reply }) => reply)
      const chats = new Map(replies.map(({ chat_id, scope }) => [chat_id, { chat_id, scope }]))
      return [...chats.values()].filter(({ chat_id }) => deps.channelOf(chat_id) !== undefined)
    },
    sendHeld: (chat_id, occasion) => lanes.run(chat_id, () => sendHeld(chat_id, occasion)),
    get waits() {
      return waiting.size > 0
    },
  }
}

const textsOf = (parts: readonly Part[]): readonly string[] => parts.map(part => part.text)
