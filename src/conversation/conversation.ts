import type { Clock } from '../platform/clock.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { Ids } from '../platform/ids.ts'
import type { Logger } from '../platform/logger.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { ChatId, IncomingMessage } from '../messages/message.ts'
import type { MessageStore, OpenMessage, Reply } from '../messages/message-store.ts'
import { scopeOf } from '../messages/scope.ts'
import type { People } from '../people/people.ts'
import type { Sentences } from '../text/sentences.ts'
import type { TokenCounter } from '../text/tokens.ts'
import type { Outbox } from './outbox.ts'
import type { QuietHours } from './pacing/quiet-hours.ts'
import { WaitingRoom } from './pacing/waiting-room.ts'
import { ScopeQueues } from './scope-queues.ts'
import type { Turn, TurnMessage } from './turn.ts'
import type { Conversation } from './turns.ts'

export interface ConversationDependencies {
  readonly settings: {
    readonly debounce_ms: number
    readonly max_concurrent_turns: number
    /** Whether what is said may be kept. */
    readonly keep: boolean
  }
  readonly people: People
  readonly messages: MessageStore
  readonly turn: Turn
  readonly outbox: Outbox
  readonly quiet: QuietHours
  readonly tokens: TokenCounter
  /** Whether any channel serves a chat: what came by a channel that is switched off waits until it is on again. */
  readonly reaches: (chat_id: ChatId) => boolean
  readonly sentencesFor: (text: string) => Sentences
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  readonly metrics: Metrics
}

/** The beginning of the road: a message is on disk before any work, then waits in the queue of its scope. */
export const createConversation = (deps: ConversationDependencies): Conversation => {
  const { settings, people, messages, clock, metrics } = deps
  const logger = deps.logger.for('inbox')
  let draining = false
  const queues = new ScopeQueues<TurnMessage>({
    clock,
    debounce_ms: settings.debounce_ms,
    most_at_once: settings.max_concurrent_turns,
    work: async (scope, batch) => {
      const here: TurnMessage[] = []
      for (const message of batch) {
        const person_id = (await people.find(message.person_id))?.person_id ?? message.person_id
        const now = scopeOf(message, person_id)
        // Its person turned out to be somebody known under another name: the turn belongs into that queue.
        if (now === scope) here.push({ ...message, person_id })
        else queues.push(now, { ...message, person_id, scope: now }, false)
      }
      await deps.turn(scope, here)
    },
  })

  /** Queues what was recorded, with the words where they are still known. */
  const take = (message: OpenMessage, may_continue: boolean): void => {
    if (message.text === undefined) void askAgain(message)
    else queues.push(message.scope, { ...message, text: message.text }, may_continue)
  }

  const room = new WaitingRoom<OpenMessage>({
    ...{ quiet: deps.quiet, clock },
    release: waited => {
      if (waited.length > 0) logger.info('Quiet hours are over', { messages: waited.length })
      for (const message of waited) take(message, true)
      deps.outbox.sendHeld().catch((error: unknown) => {
        logger.error('Held replies could not be sent', { reason: asDenidinError(error).message })
      })
    },
  })

  /** Queues a message, in quiet hours for their end. */
  const queue = async (message: OpenMessage, may_continue: boolean): Promise<void> => {
    if (await deps.quiet.delay(message)) {
      room.add(message)
      return
    }
    // What waited for the end of quiet hours comes first.
    room.watch()
    take(message, may_continue)
  }

  const receive = async (message: IncomingMessage): Promise<void> => {
    const person = await people.resolve(message.sender)
    const scope = scopeOf(message, person.person_id)
    const blocked = person.role === 'blocked'
    const tokens = deps.tokens.count(message.text)
    const receipt = await messages.receive({
      message,
      scope,
      person_id: person.person_id,
      received_at: clock.now(),
      state: blocked ? 'ignored' : 'received',
      tokens: settings.keep && !blocked ? tokens : undefined,
    })
    if (receipt === 'known') {
      metrics.count('messages_duplicate')
      return
    }
    metrics.count(blocked ? 'messages_ignored' : 'messages_received')
    logger.info('Message received', { message_id: message.message_id, blocked, tokens })
    // While stopping, what comes in is only recorded: the next start takes it up.
    if (blocked || draining) return
    const { message_id, chat_id, chat_kind, addressed, text, sent_at } = message
    const sender_name = message.sender.name ?? person.name
    const { person_id } = person
    await queue(
      { message_id, chat_id, chat_kind, person_id, scope, addressed, text, sender_name, tokens, sent_at },
      message.may_continue,
    )
  }

  /** The words of a message were not kept (memory is off) and are gone: its writer is asked to say it again. */
  const askAgain = async (message: OpenMessage): Promise<void> => {
    await messages.settle([message.message_id], 'unanswerable', clock.now())
    if (!message.addressed) return
    const text = deps.sentencesFor('').restarted_before_answer
    const { chat_id, chat_kind, scope, person_id } = message
    const notice: Reply = {
      ...{ chat_id, chat_kind, scope, person_id, text },
      outbox_id: deps.ids.uuid(),
      answers: [message.message_id],
      tokens: deps.tokens.count(text),
      session_id: undefined,
      keep: false,
      created_at: clock.now(),
    }
    await queues.exclusive(scope, () => deps.outbox.deliver(notice))
  }

  return {
    receive,
    recover: async () => {
      await deps.outbox.recover()
      const waiting = (await messages.open()).filter(message => deps.reaches(message.chat_id))
      if (waiting.length > 0) logger.info('Taking up messages that were not answered', { messages: waiting.length })
      for (const message of waiting) await queue(message, true)
    },
    sendHeld: async () => {
      await deps.outbox.sendHeld()
      room.watch()
    },
    exclusive: (scope, act) => queues.exclusive(scope, act),
    settled: chat_id => queues.settled(message => message.chat_id === chat_id),
    drain: async () => {
      draining = true
      room[Symbol.dispose]()
      await queues.drain()
    },
    [Symbol.asyncDispose]: async () => {
      draining = true
      room[Symbol.dispose]()
      await queues.drain()
    },
  }
}
