import type { Clock } from '../platform/clock.ts'
import { SECOND_MS } from '../platform/clock.ts'
import { asDenidinError, DenidinError } from '../platform/errors.ts'
import type { HealthCheck } from '../platform/health.ts'
import { Lanes } from '../platform/lanes.ts'
import type { Logger } from '../platform/logger.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { Channel, Delivery } from '../channels/channel.ts'
import type { ChatId, MessageId } from '../messages/message.ts'
import type { Scope } from '../messages/scope.ts'
import { replyMessageId, type HeldReply, type MessageStore, type Reply } from '../messages/message-store.ts'
import { layOutReply } from '../text/reply-layout.ts'
import type { Pacer } from './pacing/pacer.ts'

/** Waits between attempts to send what certainly did not go out; afterwards it is held. */
const RETRY_MS = [1, 2, 4, 8].map(seconds => seconds * SECOND_MS)

const NO_CHANNEL: Delivery = { outcome: 'not_sent', reason: 'no channel serves this chat' }

/** As many unconfirmed replies in a row are no accident. */
const ALARMING_STREAK = 3

export interface OutboxDependencies {
  readonly messages: MessageStore
  readonly channelOf: (chat_id: ChatId) => Channel | undefined
  readonly pacer: Pacer
  /** Whether what is held for this chat has to wait, because it is the middle of the night or the bot is to be quiet. */
  readonly delay: (reply: Reply) => Promise<boolean>
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
  /** Tries once more to send what is held in a chat. Gives the replies of which something may have gone out. */
  sendHeld(chat_id: ChatId): Promise<readonly Reply[]>
}

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

export const createOutbox = (deps: OutboxDependencies): Outbox => {
  const { messages, clock, metrics, stopping } = deps
  const logger = deps.logger.for('outbox')
  const lanes = new Lanes<ChatId>()
  /** Texts of held replies that may not be written down (memory is off), for as long as this process lives. */
  const unwritten = new Map<string, readonly Part[]>()

  /** Unconfirmed replies in a row. */
  let streak = 0

  const count = (unconfirmed: boolean): void => {
    metrics.count(unconfirmed ? 'replies_unconfirmed' : 'replies_sent')
    streak = unconfirmed ? streak + 1 : 0
    if (streak === ALARMING_STREAK) {
      logger.error('Replies go out and nobody confirms them; look at the phone', { in_a_row: streak })
    }
  }

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
      if (sending.channel !== undefined) await messages.begin(sending.reply.outbox_id, part.part)
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
      if (channel !== undefined && channel.plain !== true) {
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
    count(doubtful)
    if (!doubtful) logger.info('Reply sent', { outbox_id: reply.outbox_id, tokens: reply.tokens, parts: parts.length })
    return { first, done: true }
  }

  const layOut = (reply: Reply): Pick<Sending, 'channel' | 'parts'> => {
    const channel = deps.channelOf(reply.chat_id)
    const texts = channel?.plain === true ? [reply.text] : layOutReply(reply.text)
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
  const resume = async ({ reply, waiting }: HeldReply, channel: Channel): ReturnType<typeof sendAll> => {
    const texts = unwritten.get(reply.outbox_id)
    unwritten.delete(reply.outbox_id)
    const parts = texts ?? waiting.flatMap(({ part, text }) => (text === undefined ? [] : [{ part, text }]))
    if (parts.length > 0) return await sendAll({ reply, parts, channel, since: undefined, retry_ms: [] })
    await messages.abandon(reply, clock.now())
    return { first: undefined, done: true }
  }

  const sendHeld = async (chat_id: ChatId): Promise<readonly Reply[]> => {
    const channel = deps.channelOf(chat_id)
    if (channel === undefined) return []
    const out: Reply[] = []
    for (const held of await messages.held(chat_id)) {
      if (stopping.aborted || (await deps.delay(held.reply))) continue
      const { first, done } = await resume(held, channel)
      if (first !== undefined && first.outcome !== 'not_sent') out.push(held.reply)
      // What comes after it waits too: the order stays.
      if (!done) break
    }
    return out
  }

  return {
    name: 'delivery',
    health: async () =>
      streak < ALARMING_STREAK
        ? { state: 'ok', detail: 'replies are confirmed' }
        : { state: 'degraded', detail: `The last ${String(streak)} replies were not confirmed; look at the phone.` },
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
    sendHeld: chat_id => lanes.run(chat_id, () => sendHeld(chat_id)),
  }
}

const textsOf = (parts: readonly Part[]): readonly string[] => parts.map(part => part.text)
