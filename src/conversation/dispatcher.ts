/** Decides who handles each message of a batch: no one (blocked), a command, a request to repeat it, or a turn. */
import type { MessageStore } from '../messages/message-store.ts'
import type { Scope } from '../messages/scope.ts'
import type { Clock } from '../platform/clock.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { Ids } from '../platform/ids.ts'
import type { Logger } from '../platform/logger.ts'
import type { Metrics } from '../platform/metrics.ts'
import { isOfItem } from '../platform/set-aside.ts'
import { withUrgentTrace } from '../platform/trace.ts'
import type { AnsweredKind, AnswersUnderWay } from './answers-under-way.ts'
import type { Apologies } from './apologies.ts'
import type { FailedTurns } from './failed-turns.ts'
import type { BatchLoader, LoadedBatch } from './batch-loader.ts'
import type { CommandRunner } from './command-runner.ts'
import type { Pause } from './pauses.ts'
import type { LoopGuard } from './loops/loop-guard.ts'
import type { RateLimits } from './rate-limits.ts'
import { loadTurnContext, type SpokenMessage, type TurnContextDeps } from './turn-context.ts'
import type { Turn } from './turn.ts'
import { groupByChat, type TurnMessage } from './turn-message.ts'
import type { UnreadableMessages } from './unreadable-messages.ts'
import type { UnseenMedia } from './unseen-media.ts'

export interface DispatcherDeps {
  readonly batches: BatchLoader
  readonly handlers: {
    readonly commands: CommandRunner
    readonly unreadable: UnreadableMessages
    readonly unseen: UnseenMedia
    readonly rates: RateLimits
    readonly turn: Pick<Turn, 'run'>
    /** For a batch in which another handler failed. */
    readonly apologies: Apologies
    /** For a batch that failed for a reason that passes. */
    readonly failed: Pick<FailedTurns, 'add'>
  }
  readonly underWay: Pick<AnswersUnderWay, 'begin'>
  readonly contexts: TurnContextDeps
  readonly loops: LoopGuard
  readonly messages: Pick<MessageStore, 'inbox'>
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  readonly metrics: Metrics
}

export class Dispatcher {
  readonly #deps: DispatcherDeps

  constructor(deps: DispatcherDeps) {
    this.#deps = deps
  }

  /**
   * Processes a batch of one scope, chat by chat: people are answered in the chat in which they wrote. Never rejects.
   */
  async dispatch(scope: Scope, batch: readonly TurnMessage[]): Promise<void> {
    for (const chat of groupByChat(batch)) {
      await withUrgentTrace(chat.at(-1)?.trace ?? this.#deps.ids.uuid(), () => this.#dispatchChat(scope, chat))
    }
  }

  async #dispatchChat(scope: Scope, chat: readonly TurnMessage[]): Promise<void> {
    const { batches, handlers, loops, logger, metrics } = this.#deps
    let unanswered = chat
    try {
      const loaded = await batches.load(scope, chat)
      unanswered = loaded.messages.map(({ message }) => message)
      await this.#handle(scope, await loops.screen(scope, loaded))
    } catch (error) {
      metrics.count('turns_failed')
      const { code, message } = asDenidinError(error)
      metrics.add('errors_total', { source: 'turn', code })
      logger.for('conversation').error('A turn failed', { code, reason: message })
      await handlers.apologies.forFailedTurn(unanswered)
      if (!isOfItem(error)) handlers.failed.add(unanswered)
    }
  }

  async #handle(scope: Scope, { messages: loaded, pause }: LoadedBatch): Promise<void> {
    const { handlers, messages, clock } = this.#deps
    const talk: SpokenMessage[] = []
    for (const { message, person } of loaded) {
      if (person === undefined || person.role === 'blocked') {
        await messages.inbox.settle([message.message_id], 'ignored', clock.now())
      } else if (pause?.reason === 'listen' && person.role !== 'godfather' && handlers.commands.recognises(message)) {
        await messages.inbox.settle([message.message_id], 'heard', clock.now())
      } else if (handlers.commands.recognises(message)) {
        // Messages before a command are answered first, so that a reset does not swallow them.
        await this.#talk(scope, talk.splice(0), pause)
        await handlers.commands.sayWithdrawn(message, person)
        await this.#command(scope, { message, person })
      } else if (message.kind === 'unreadable') {
        await handlers.unreadable.handle(message, { mayAsk: pause === undefined && message.addressed })
      } else {
        handlers.unreadable.readable(message.scope)
        await handlers.commands.sayWithdrawn(message, person)
        talk.push({ message, person })
      }
    }
    await this.#talk(scope, talk, pause)
  }

  async #command(scope: Scope, { message, person }: SpokenMessage): Promise<void> {
    const { batches, handlers, metrics } = this.#deps
    const done = await this.#whileUnchanged([message], 'command', async wanted => {
      await handlers.commands.run(message, person, wanted)
      return 'done'
    })
    if (done === 'changed') await this.#handle(scope, await batches.load(scope, [message]))
    else metrics.add('turns_total', { outcome: 'command' })
  }

  async #talk(scope: Scope, talk: readonly SpokenMessage[], pause: Pause | undefined): Promise<void> {
    const { batches, contexts, handlers, loops } = this.#deps
    const [first, ...others] = talk
    if (first === undefined) return
    const said = talk.map(({ message }) => message)
    const reply = await this.#whileUnchanged(said, 'talk', async wanted => {
      const context = await loadTurnContext(contexts, scope, [first, ...others], pause)
      // Messages that were answered without the model still belong to the conversation.
      const listens =
        context.listens ||
        (await handlers.rates.refuse(context, wanted)) ||
        (await handlers.unseen.tell(context, wanted))
      return await handlers.turn.run({ ...context, listens }, wanted)
    })
    if (reply === 'changed') await this.#handle(scope, await batches.load(scope, said))
    else if (reply !== undefined) loops.answered(scope, reply.said)
  }

  /**
   * Works on an answer to messages. Returns `changed` if one of them changed before the work began, or if `work`
   * returns that.
   */
  async #whileUnchanged<T>(
    messages: readonly TurnMessage[],
    kind: AnsweredKind,
    work: (wanted: AbortSignal) => Promise<T>,
  ): Promise<T | 'changed'> {
    const { batches, underWay } = this.#deps
    using answer = underWay.begin(messages, kind)
    try {
      // If a message changed after loading, there was no work yet that the change could have cancelled.
      return (await batches.isCurrent(messages)) && !answer.signal.aborted ? await work(answer.signal) : 'changed'
    } catch (error) {
      if (error !== answer.signal.reason) throw error
      return 'changed'
    }
  }
}
