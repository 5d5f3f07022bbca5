import type { Clock } from '../platform/clock.ts'
import { SECOND_MS } from '../platform/clock.ts'
import { DenidinError } from '../platform/errors.ts'
import type { Logger } from '../platform/logger.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { Channel, Delivery } from '../channels/channel.ts'
import type { ChatId, MessageId } from '../messages/message.ts'
import { replyMessageId, type HeldReply, type MessageStore, type Reply } from '../messages/message-store.ts'
import { layOutReply } from '../text/reply-layout.ts'
import { Lanes } from './lanes.ts'
import type { Pacer } from './pacing/pacer.ts'

/** Waits between attempts to send what certainly did not go out; afterwards it is held. */
const RETRY_MS = [1, 2, 4, 8].map(seconds => seconds * SECOND_MS)

export interface OutboxDependencies {
  readonly messages: MessageStore
  readonly channelOf: (chat_id: ChatId) => Channel | undefined
  readonly pacer: Pacer
  /** Whether what is held for this chat has to wait, because it is the middle of the night. */
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
export interface Outbox {
  /**
   * Id under which the reply is kept now; `undefined` when nothing of it went out and it is held.
   * @param since when the work on it began: typing is counted from there.
   * @throws DenidinError `forbidden` for a chat in which nobody ever wrote to us.
   */
  deliver(reply: Reply, since?: number): Promise<MessageId | undefined>
  /** At the start: what was being sent when the process ended is unconfirmed for good; what was not goes out later. */
  recover(): Promise<void>
  /** Sends what was held; called when a channel can send again. */
  sendHeld(): Promise<void>
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
}

export const createOutbox = (deps: OutboxDependencies): Outbox => {
  const { messages, clock, metrics, stopping } = deps
  const logger = deps.logger.for('outbox')
  const lanes = new Lanes<ChatId>()
  /** Texts of held replies that may not be written down (memory is off), for as long as this process lives. */
  const unwritten = new Map<string, readonly Part[]>()

  const attempt = async ({ reply, channel }: Sending, { part, text }: Part): Promise<Delivery> => {
    if (channel === undefined) return { outcome: 'not_sent', reason: 'no channel serves this chat' }
    const reply_to = reply.chat_kind === 'group' && part === 0 ? reply.answers.at(-1) : undefined
    await messages.begin(reply.outbox_id, part)
    try {
      return await channel.send(reply.chat_id, text, reply_to === undefined ? {} : { reply_to })
    } catch (error) {
      // A channel must not reject; if it does, nobody knows whether the message went out.
      return { outcome: 'unconfirmed', reason: String(error) }
    }
  }

  const attemptAll = async (sending: Sending, part: Part): Promise<Delivery> => {
    for (let failures = 0; ; failures++) {
      const delivery = await attempt(sending, part)
      const state = delivery.outcome === 'not_sent' ? 'held' : delivery.outcome
      const message_id = delivery.outcome === 'not_sent' ? undefined : delivery.message_id
      await messages.conclude(sending.reply, part.part, { state, message_id, at: clock.now() })
      const wait = RETRY_MS[failures]
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
    metrics.count(doubtful ? 'replies_unconfirmed' : 'replies_sent')
    if (!doubtful) logger.info('Reply sent', { outbox_id: reply.outbox_id, tokens: reply.tokens, parts: parts.length })
    return { first, done: true }
  }

  const deliver = async (reply: Reply, since: number | undefined): Promise<MessageId | undefined> => {
    if (!(await messages.hasWritten(reply.chat_id))) {
      throw new DenidinError('forbidden', 'nobody in this chat has ever written to us: we do not write first')
    }
    const channel = deps.channelOf(reply.chat_id)
    const texts = channel?.plain === true ? [reply.text] : layOutReply(reply.text)
    await messages.intend(reply, texts)
    const parts = texts.map((text, part) => ({ part, text }))
    const { first } = await sendAll({ reply, parts, channel, since })
    return first === undefined || first.outcome === 'not_sent' ? undefined : replyMessageId(reply, first.message_id)
  }

  /** Sends the rest of a held reply; `false` when it has to be held again. */
  const resume = async ({ reply, waiting }: HeldReply, channel: Channel): Promise<boolean> => {
    const texts = unwritten.get(reply.outbox_id)
    unwritten.delete(reply.outbox_id)
    const parts = texts ?? waiting.flatMap(({ part, text }) => (text === undefined ? [] : [{ part, text }]))
    if (parts.length > 0) return (await sendAll({ reply, parts, channel, since: undefined })).done
    await messages.abandon(reply, clock.now())
    return true
  }

  const sendHeldIn = async (chat_id: ChatId): Promise<void> => {
    const channel = deps.channelOf(chat_id)
    if (channel === undefined) return
    for (const held of await messages.held(chat_id)) {
      if (stopping.aborted || (await deps.delay(held.reply))) continue
      // What comes after it waits too: the order stays.
      if (!(await resume(held, channel))) return
    }
  }

  return {
    deliver: (reply, since) => lanes.run(reply.chat_id, () => deliver(reply, since)),
    recover: async () => {
      const interrupted = await messages.concludeInterrupted(clock.now())
      if (interrupted > 0) logger.warn('Replies interrupted while being sent are unconfirmed', { interrupted })
    },
    sendHeld: async () => {
      const chats = new Set((await messages.held()).map(({ reply }) => reply.chat_id))
      await Promise.all([...chats].map(chat_id => lanes.run(chat_id, () => sendHeldIn(chat_id))))
    },
  }
}
