import { LRUCache } from 'lru-cache'
import type { Clock } from '../platform/clock.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { Ids } from '../platform/ids.ts'
import type { Logger } from '../platform/logger.ts'
import type { Metrics } from '../platform/metrics.ts'
import { withTrace } from '../platform/trace.ts'
import type { ChatId, IncomingMessage, MessageId } from '../messages/message.ts'
import { kindOfIncoming } from '../messages/message-kind.ts'
import type { OpenMessage } from '../messages/inbox-store.ts'
import type { MessageStore } from '../messages/message-store.ts'
import { scopeOf, type Scope } from '../messages/scope.ts'
import type { People } from '../people/people.ts'
import type { Person, PersonId } from '../people/person.ts'
import { knownName } from '../people/sender-normalisation.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { Strings } from '../text/strings/strings.ts'
import type { TokenCounter } from '../text/tokens.ts'
import { DeferredReplies } from './deferred-replies.ts'
import { systemReply } from './system-reply.ts'
import type { Outbox } from './outbox.ts'
import type { QuietHours } from './pacing/quiet-hours.ts'
import { QuietHoursQueue } from './pacing/quiet-hours-queue.ts'
import { TurnScheduler } from './turn-scheduler.ts'
import type { Turn } from './turn.ts'
import type { TurnMessage } from './turn-message.ts'
import type { Conversation } from './conversation.ts'

export interface InboxDeps {
  readonly settings: {
    readonly debounce_ms: number
    readonly max_concurrent_turns: number
    /** Older messages, found after an absence, are kept as history and not answered. */
    readonly answer_within_ms: number
    /** Whether what is said may be kept. */
    readonly keep: boolean
  }
  readonly people: People
  readonly messages: Pick<MessageStore, 'inbox'>
  readonly windows: Pick<Sessions, 'release'>
  readonly turn: Turn
  readonly outbox: Outbox
  readonly quiet: QuietHours
  /** Whether the bot is to be quiet in a conversation. */
  readonly paused: (scope: Scope) => Promise<boolean>
  readonly tokens: TokenCounter
  /** Whether any channel serves a chat: what came by a channel that is switched off waits until it is on again. */
  readonly reaches: (chat_id: ChatId) => boolean
  /** DeniDin's own words to a person who wrote `text`. */
  readonly stringsFor: (text: string, person_id: PersonId) => Promise<Strings>
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  readonly metrics: Metrics
}

/** Something that can be read: a letter, a digit, a sign. */
const WORDS = /[\p{L}\p{N}\p{P}\p{S}]/u

/** Messages that could not be recorded, remembered so that their writers are told once however often they come again. */
const MOST_REFUSED = 1000

/** The beginning of the road: a message is on disk before any work, then waits in the queue of its scope. */
export const createInbox = (deps: InboxDeps): Conversation => {
  const { settings, people, messages, clock, metrics } = deps
  const logger = deps.logger.for('inbox')
  let draining = false
  const refused = new LRUCache<MessageId, true>({ max: MOST_REFUSED })
  const queues = new TurnScheduler<TurnMessage>({
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
        else queues.push(now, [{ ...message, person_id, scope: now }], false)
      }
      await deps.turn(scope, here)
    },
  })

  const room = new QuietHoursQueue<OpenMessage>({
    quiet: deps.quiet,
    clock,
    release: waited => {
      if (waited.length > 0) logger.info('Quiet hours are over', { messages: waited.length })
      takeUp(waited)
        .then(() => held.send('resumed'))
        .catch(logFailure('What waited for the end of quiet hours was not taken up'))
    },
  })
  const held = new DeferredReplies({
    outbox: deps.outbox,
    windows: deps.windows,
    clock,
    logger,
    exclusive: (scope, act) => queues.exclusive(scope, act),
  })

  /** Records a message; gives it when it is to be worked on. */
  const record = async (incoming: IncomingMessage, trace: string): Promise<TurnMessage | undefined> => {
    const late = clock.now() - incoming.sent_at > settings.answer_within_ms
    const message = late ? { ...incoming, addressed: false } : incoming
    const person = await people.resolve(message.sender)
    const scope = scopeOf(message, person.person_id)
    const { message_id, chat_id, chat_kind, addressed, text, sent_at } = message
    const kind = kindOfIncoming(message)
    const blocked = person.role === 'blocked'
    const ignored = blocked || (kind !== 'unreadable' && !WORDS.test(text))
    const tokens = deps.tokens.count(text)
    const sender_name = knownName(message.sender) ?? person.name
    const receipt = await messages.inbox
      .receive({
        message: {
          ...message,
          sender: { ...message.sender, ...(sender_name === undefined ? {} : { name: sender_name }) },
        },
        scope,
        person_id: person.person_id,
        received_at: clock.now(),
        state: ignored ? 'ignored' : 'received',
        kind,
        tokens: settings.keep && !ignored ? tokens : undefined,
      })
      .catch(async (error: unknown) => {
        if (!ignored && addressed) await tellRefused(message, person)
        throw error
      })
    if (receipt === 'known') {
      metrics.count('messages_duplicate')
      return undefined
    }
    metrics.count(ignored ? 'messages_ignored' : 'messages_received')
    logger.info('Message received', { message_id, blocked, tokens })
    // While stopping, what comes in is only recorded: the next start takes it up.
    if (ignored || draining) return undefined
    const where = { message_id, chat_id, chat_kind, person_id: person.person_id, scope, kind, addressed }
    return { ...where, text, sender_name, tokens, sent_at, trace }
  }

  /** Has messages wait for the end of quiet hours; gives those that need not. */
  const awake = async <M extends OpenMessage>(all: readonly M[]): Promise<readonly M[]> => {
    const now: M[] = []
    for (const message of all) {
      if (await deps.quiet.delay(message)) room.add(message)
      else now.push(message)
    }
    return now
  }

  /** Queues messages of one chat as one turn, or has them wait for the end of quiet hours. */
  const enqueue = async (messages_of_chat: readonly TurnMessage[], may_continue: boolean): Promise<void> => {
    const now = await awake(messages_of_chat)
    if (now.length === 0) return
    // What waited for the end of quiet hours comes first.
    room.watch()
    for (const [scope, batch] of Map.groupBy(now, message => message.scope)) queues.push(scope, batch, may_continue)
  }

  const receive = async (said: readonly IncomingMessage[]): Promise<void> => {
    const trace = deps.ids.uuid()
    await withTrace(trace, async () => {
      const recorded: TurnMessage[] = []
      try {
        for (const message of said) {
          const open = await record(message, trace)
          if (open !== undefined) recorded.push(open)
        }
      } finally {
        // What is on disk is worked on, also when what came after it could not be recorded.
        await enqueue(recorded, said.at(-1)?.may_continue === true)
      }
    })
  }

  const tellRefused = async (message: IncomingMessage, { person_id }: Person): Promise<void> => {
    if (refused.has(message.message_id)) return
    refused.set(message.message_id, true)
    const { chat_id, chat_kind, text } = message
    const said = systemReply(
      deps,
      [message.message_id],
      { chat_id, chat_kind, person_id, scope: scopeOf(message, person_id) },
      (await deps.stringsFor(text, person_id)).something_went_wrong,
    )
    await deps.outbox.apologise(said).catch(logFailure('A refused message was not told of'))
  }

  /** The words of messages in a chat were not kept (memory is off) and are gone: their writer is asked to say them again. */
  const askAgain = async (lost: readonly OpenMessage[]): Promise<void> => {
    const last = lost.at(-1)
    if (last === undefined) return
    const answers = lost.map(message => message.message_id)
    if (await deps.paused(last.scope)) {
      await messages.inbox.settle(answers, 'unanswerable', clock.now())
      return
    }
    const asked = systemReply(deps, answers, last, (await deps.stringsFor('', last.person_id)).restarted_before_answer)
    queues
      .exclusive(last.scope, () => deps.outbox.deliver(asked))
      .catch(logFailure('Nobody was asked for words that are gone'))
  }

  /** Queues what was recorded earlier, where its words are still known. */
  const takeUp = async (waiting: readonly OpenMessage[]): Promise<void> => {
    const known = waiting.flatMap(message => (message.text === undefined ? [] : [{ ...message, text: message.text }]))
    for (const [scope, batch] of Map.groupBy(known, message => message.scope)) queues.push(scope, batch, true)
    const lost = waiting.filter(message => message.text === undefined)
    const unheard = lost.filter(message => !message.addressed).map(message => message.message_id)
    await messages.inbox.settle(unheard, 'unanswerable', clock.now())
    const chats = Object.groupBy(
      lost.filter(message => message.addressed),
      message => message.chat_id,
    )
    for (const chat of Object.values(chats)) await askAgain(chat ?? [])
  }

  const logFailure =
    (what: string) =>
    (error: unknown): void => {
      logger.error(what, { reason: asDenidinError(error).message })
    }

  const drain = async (): Promise<void> => {
    draining = true
    room[Symbol.dispose]()
    held[Symbol.dispose]()
    await queues.drain()
  }

  return {
    receive: incoming => receive([incoming]),
    receiveAll: receive,
    recover: async () => {
      await deps.outbox.recover()
      const waiting = (await messages.inbox.open()).filter(message => deps.reaches(message.chat_id))
      if (waiting.length > 0) logger.info('Taking up messages that were not answered', { messages: waiting.length })
      await takeUp(await awake(waiting))
    },
    sendHeld: async serves => {
      await held.send('reconnected', serves)
      room.watch()
    },
    resumed: () => {
      void held.send('resumed')
    },
    exclusive: (scope, act) => queues.exclusive(scope, act),
    whenIdle: chat_id => queues.whenIdle(message => message.chat_id === chat_id),
    drain,
    [Symbol.asyncDispose]: drain,
  }
}
