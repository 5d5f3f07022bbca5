/**
 * Wires the end of the pipeline: the outbox with its pacing, and when replies may be sent. It is created before the
 * operations.
 */
import type { Channel } from '../channels/channel.ts'
import type { Settings } from '../config/settings.ts'
import { DeferredReplies } from '../conversation/deferred-replies.ts'
import { ChannelOutbox, type Outbox } from '../conversation/outbox.ts'
import { LoopGuard } from '../conversation/loops/loop-guard.ts'
import { ReplyAddresses } from '../conversation/outbox/reply-addresses.ts'
import { createPacer } from '../conversation/pacing/pacer.ts'
import { createQuietHours, type QuietHours } from '../conversation/pacing/quiet-hours.ts'
import { stringsFor } from '../conversation/reply-language.ts'
import { ReplyWriter } from '../conversation/reply-writer.ts'
import type { TurnMessage } from '../conversation/turn-message.ts'
import { TurnScheduler, type Exclusive } from '../conversation/turn-scheduler.ts'
import type { ChatId } from '../messages/message.ts'
import type { Scope } from '../messages/scope.ts'
import { HOUR_MS, SECOND_MS } from '../platform/clock.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { Remembers } from './rollout.ts'
import type { Runtime } from './runtime.ts'
import type { Stores } from './stores.ts'

/** The queues of all scopes, which are created before everything that uses them. */
export const createScheduler = ({ conversation }: Settings, { clock, metrics }: Runtime): TurnScheduler<TurnMessage> =>
  new TurnScheduler({
    clock,
    debounce_ms: conversation.debounce_ms,
    most_at_once: conversation.max_concurrent_turns,
    ownerOf: ({ person_id }) => person_id,
    waited: ms => {
      metrics.observe('turn_stage_seconds', { stage: 'queue' }, ms / SECOND_MS)
    },
  })

/** Older messages are not answered, and older replies are no longer useful. */
export const answerWithinMs = ({ conversation }: Settings): number => conversation.answer_within_hours * HOUR_MS

export interface DeliveryDeps {
  readonly settings: Settings
  readonly stores: Stores
  readonly windows: Sessions
  readonly channels: readonly Channel[]
  readonly exclusive: Exclusive
  readonly stopping: AbortSignal
  readonly remembers: Remembers
}

export interface Delivery {
  readonly outbox: Outbox
  readonly deferred: DeferredReplies
  readonly quiet: QuietHours
  readonly channelOf: (chat_id: ChatId) => Channel | undefined
  /** Whether the bot is paused in a conversation. */
  readonly paused: (scope: Scope) => Promise<boolean>
  readonly loops: LoopGuard
  readonly writer: ReplyWriter
}

export const createDelivery = (deps: DeliveryDeps, runtime: Runtime): Delivery => {
  const { settings, stores, windows, channels, exclusive, stopping, remembers } = deps
  const { clock, logger } = runtime
  const channelOf = (chat_id: ChatId): Channel | undefined => channels.find(channel => channel.serves(chat_id))
  const quiet = createQuietHours({
    settings: settings.conversation,
    people: stores.people,
    clock,
    onPhone: chat_id => channelOf(chat_id)?.pace !== 'immediate',
  })
  const paused = async (scope: Scope): Promise<boolean> => (await stores.pauses.at(scope, clock.now())) !== undefined
  const outbox = new ChannelOutbox({
    ...runtime,
    messages: stores.messages,
    channelOf,
    addresses: new ReplyAddresses({ people: stores.people }),
    pacer: createPacer({ ...runtime, settings: settings.conversation.pacing, stopping }),
    stopping,
    holding: {
      useless_after_ms: answerWithinMs(settings),
      delay: async reply => (await paused(reply.scope)) || (await quiet.delay(reply)),
    },
  })
  const deferred = new DeferredReplies({ outbox, windows, exclusive, clock, logger: logger.for('inbox') })
  const writer = new ReplyWriter({ ...runtime, remembers })
  const loops = new LoopGuard({
    ...runtime,
    outbox,
    channelOf,
    stop_minutes: settings.conversation.bot_loop_minutes,
    stringsFor: stringsFor(stores),
    writer,
  })
  return { outbox, deferred, quiet, channelOf, paused, loops, writer }
}
