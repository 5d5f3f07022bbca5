import type { Clock } from '../platform/clock.ts'
import { SECOND_MS } from '../platform/clock.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { HealthCheck } from '../platform/health.ts'
import type { Logger } from '../platform/logger.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { Channel, Delivery } from '../channels/channel.ts'
import type { ChatId, MessageId } from '../messages/message.ts'
import { replyMessageId, type MessageStore, type Reply } from '../messages/message-store.ts'
import type { Sentences } from '../text/sentences.ts'
import type { TokenCounter } from '../text/tokens.ts'

/** Waits between attempts to send what certainly did not go out; afterwards the reply is held. */
const RETRY_MS = [1, 2, 4, 8].map(seconds => seconds * SECOND_MS)

/** As many unconfirmed replies in a row are no accident. */
const ALARMING_STREAK = 3

export interface OutboxDependencies {
  readonly messages: MessageStore
  readonly channelOf: (chat_id: ChatId) => Channel | undefined
  readonly sentencesFor: (text: string) => Sentences
  readonly tokens: TokenCounter
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
  /** Aborted when DeniDin stops: what has not gone out by then is held. */
  readonly stopping: AbortSignal
}

/** Sends replies: the intent is on disk before, the outcome after, and nothing is ever sent twice on a guess. */
export interface Outbox extends HealthCheck {
  /** Id under which the reply is kept now; `undefined` when it certainly did not go out and is held. */
  deliver(reply: Reply): Promise<MessageId | undefined>
  /** Tells of a failure of ours, and does so too when that failure keeps even the intent from being recorded. */
  apologise(reply: Reply): Promise<void>
  /** At the start: what was being sent when the process ended is unconfirmed for good. */
  recover(): Promise<void>
  /** Replies that certainly did not go out, oldest first. */
  held(): Promise<readonly Reply[]>
  /** Tries once more to send a held reply; tells whether it was sent. */
  sendHeld(reply: Reply): Promise<boolean>
}

export const createOutbox = (deps: OutboxDependencies): Outbox => {
  const { messages, clock, metrics } = deps
  const logger = deps.logger.for('outbox')
  /** Held replies whose text is not on disk. */
  const unkept = new Map<string, Reply>()

  /** Unconfirmed replies in a row. */
  let streak = 0

  const attempt = async (reply: Reply): Promise<Delivery> => {
    const channel = deps.channelOf(reply.chat_id)
    if (channel === undefined) return { outcome: 'not_sent', reason: 'no channel serves this chat' }
    const reply_to = reply.chat_kind === 'group' ? reply.answers.at(-1) : undefined
    try {
      return await channel.send(reply.chat_id, reply.text, reply_to === undefined ? {} : { reply_to })
    } catch (error) {
      // A channel must not reject; if it does, nobody knows whether the message went out.
      return { outcome: 'unconfirmed', reason: String(error) }
    }
  }

  const attemptAll = async (reply: Reply): Promise<Delivery> => {
    let delivery = await attempt(reply)
    for (const wait of RETRY_MS) {
      if (delivery.outcome !== 'not_sent' || deps.stopping.aborted) break
      await clock.sleep(wait, deps.stopping).catch(() => undefined)
      delivery = await attempt(reply)
    }
    return delivery
  }

  const conclude = async (reply: Reply, delivery: Delivery): Promise<MessageId | undefined> => {
    const state = delivery.outcome === 'not_sent' ? 'held' : delivery.outcome
    streak = delivery.outcome === 'unconfirmed' ? streak + 1 : delivery.outcome === 'sent' ? 0 : streak
    if (streak === ALARMING_STREAK) {
      logger.error('Replies go out and nobody confirms them; look at the phone', { in_a_row: streak })
    }
    const message_id = delivery.outcome === 'not_sent' ? undefined : delivery.message_id
    await messages.conclude(reply, { state, message_id, at: clock.now() })
    if (reply.keep || state !== 'held') unkept.delete(reply.outbox_id)
    else unkept.set(reply.outbox_id, reply)
    if (delivery.outcome === 'sent') {
      metrics.count('replies_sent')
      logger.info('Reply sent', { outbox_id: reply.outbox_id, tokens: reply.tokens })
    } else {
      if (delivery.outcome === 'unconfirmed') metrics.count('replies_unconfirmed')
      logger.warn(`Reply ${state}`, { outbox_id: reply.outbox_id, reason: delivery.reason })
    }
    return state === 'held' ? undefined : replyMessageId(reply, message_id)
  }

  /** A text that was not to be kept (memory is off) is gone with the process that wrote it. */
  const withText = (reply: Reply): Reply => {
    if (reply.keep) return reply
    const text = deps.sentencesFor('').restarted_before_answer
    return unkept.get(reply.outbox_id) ?? { ...reply, text, tokens: deps.tokens.count(text) }
  }

  return {
    name: 'delivery',
    health: async () =>
      streak < ALARMING_STREAK
        ? { state: 'ok', detail: 'replies are confirmed' }
        : { state: 'degraded', detail: `The last ${String(streak)} replies were not confirmed; look at the phone.` },
    deliver: async reply => {
      await messages.intend(reply)
      return await conclude(reply, await attemptAll(reply))
    },
    apologise: async reply => {
      try {
        await messages.intend(reply)
      } catch (error) {
        const reason = asDenidinError(error).message
        logger.error('Nothing can be recorded, a failure is told of unrecorded', { reason })
        await attempt(reply)
        return
      }
      await conclude(reply, await attemptAll(reply))
    },
    recover: async () => {
      const interrupted = await messages.concludeInterrupted(clock.now())
      if (interrupted > 0) logger.warn('Replies interrupted while being sent are unconfirmed', { interrupted })
    },
    held: async () => (await messages.held()).filter(reply => deps.channelOf(reply.chat_id) !== undefined),
    sendHeld: async held => {
      if (deps.stopping.aborted) return false
      const reply = withText(held)
      await messages.intend(reply)
      return (await conclude(reply, await attempt(reply))) !== undefined
    },
  }
}
