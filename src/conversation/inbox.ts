/**
 * The beginning of the pipeline: a message is written to disk before any work on it, then waits in the queue of its
 * scope, or for the end of quiet hours.
 */
import type { ChatId, IncomingMessage, MessageId } from '../messages/message.ts'
import type { OpenMessage } from '../messages/inbox-store.ts'
import type { Clock } from '../platform/clock.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { Ids } from '../platform/ids.ts'
import type { Logger } from '../platform/logger.ts'
import { withUrgentTrace } from '../platform/trace.ts'
import { TimeSlices } from '../platform/yield.ts'
import type { Conversation } from './conversation.ts'
import type { DeferredReplies } from './deferred-replies.ts'
import type { MessageRecorder } from './message-recorder.ts'
import type { QuietHours } from './pacing/quiet-hours.ts'
import { FloodBrake } from './pacing/flood-brake.ts'
import { QuietHoursQueue } from './pacing/quiet-hours-queue.ts'
import type { Recovery } from './recovery.ts'
import type { TurnMessage } from './turn-message.ts'
import type { Exclusive, TurnScheduler } from './turn-scheduler.ts'
import { isOfItem, type SetAside } from '../platform/set-aside.ts'

export interface InboxDeps {
  readonly recorder: MessageRecorder
  readonly recovery: Recovery
  readonly scheduler: TurnScheduler<TurnMessage>
  readonly deferred: DeferredReplies
  readonly failed: Disposable
  readonly quiet: QuietHours
  readonly setAside: SetAside
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
}

export class Inbox implements Conversation {
  readonly exclusive: Exclusive
  readonly #deps: InboxDeps
  readonly #logger: Logger
  readonly #untilQuietHoursEnd: QuietHoursQueue<OpenMessage>
  readonly #slices = new TimeSlices()
  readonly #brake: FloodBrake
  readonly #drain = new AbortController()
  /** Messages that are being recorded and queued. */
  readonly #taking = new Set<Promise<unknown>>()

  constructor(deps: InboxDeps) {
    this.#deps = deps
    this.#logger = deps.logger.for('inbox')
    this.exclusive = deps.scheduler.exclusive
    this.#brake = new FloodBrake({ waiting: () => deps.scheduler.allOpen, clock: deps.clock })
    this.#untilQuietHoursEnd = new QuietHoursQueue({
      quiet: deps.quiet,
      clock: deps.clock,
      release: waited => void this.#quietHoursEnded(waited),
    })
  }

  async receive(message: IncomingMessage): Promise<void> {
    const [open] = await this.#take([message])
    if (open !== undefined) await this.#brake.afterMessage(open, this.#drain.signal)
  }

  async receiveAll(messages: readonly IncomingMessage[]): Promise<void> {
    await this.#take(messages)
  }

  /** Records messages of one chat and queues them. @returns the messages to process */
  async #take(messages: readonly IncomingMessage[]): Promise<readonly TurnMessage[]> {
    const taking = this.#recordAndQueue(messages)
    this.#taking.add(taking)
    try {
      return await taking
    } finally {
      this.#taking.delete(taking)
    }
  }

  async #recordAndQueue(messages: readonly IncomingMessage[]): Promise<readonly TurnMessage[]> {
    const trace = this.#deps.ids.uuid()
    return await withUrgentTrace(trace, async () => {
      const recorded: TurnMessage[] = []
      const failures: unknown[] = []
      // A message that cannot be recorded does not hold up the others; its channel reads it again.
      for (const message of messages) {
        try {
          const open = await this.#deps.recorder.record(message, trace)
          // While stopping, messages are only recorded: the next start processes them.
          if (open !== undefined && !this.#drain.signal.aborted) recorded.push(open)
        } catch (error) {
          failures.push(error)
          // A full disk or a damaged file is not a fault of the message, and its component reports it.
          if (isOfItem(error)) this.#deps.setAside.add('recording messages', message.message_id, error)
        }
        // Messages are recorded one by one, so that other work can run in between.
        await this.#slices.pause()
      }
      if (!this.#drain.signal.aborted) await this.#enqueue(recorded, messages.at(-1)?.may_continue === true)
      if (failures.length > 0) throw failures[0]
      return recorded
    })
  }

  async recover(): Promise<void> {
    const { recovery } = this.#deps
    await recovery.takeUp(await this.#notDelayed(await recovery.unanswered()))
  }

  async answerAgain(message_ids: readonly MessageId[]): Promise<void> {
    // The next start processes messages that are recorded now.
    if (this.#drain.signal.aborted || message_ids.length === 0) return
    const { recovery } = this.#deps
    await recovery.takeUp(await this.#notDelayed(await recovery.waitingOf(message_ids)))
  }

  async sendHeld(serves?: (chat_id: ChatId) => boolean): Promise<void> {
    await this.#deps.deferred.send('reconnected', serves)
    this.#untilQuietHoursEnd.watch()
  }

  resumed(): void {
    void this.#deps.deferred.send('resumed')
  }

  async whenIdle(chat_id: ChatId): Promise<void> {
    // A recorded message may not be queued yet.
    await Promise.allSettled(this.#taking)
    await this.#deps.scheduler.whenIdle(message => message.chat_id === chat_id)
  }

  async drain(): Promise<void> {
    const { deferred, failed, scheduler } = this.#deps
    this.#drain.abort()
    this.#untilQuietHoursEnd[Symbol.dispose]()
    deferred[Symbol.dispose]()
    failed[Symbol.dispose]()
    // A message that is being recorded may still be queued: the stores stay open until it is, and its turn can end.
    await Promise.allSettled(this.#taking)
    await scheduler.drain()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain()
  }

  /** Queues messages of one chat as one turn, unless quiet hours delay them. */
  async #enqueue(messages: readonly TurnMessage[], mayContinue: boolean): Promise<void> {
    const now = await this.#notDelayed(messages)
    if (now.length === 0) return
    // Messages that waited for the end of quiet hours come first.
    this.#untilQuietHoursEnd.watch()
    for (const [scope, batch] of Map.groupBy(now, message => message.scope)) {
      this.#deps.scheduler.push(scope, batch, mayContinue)
    }
  }

  /** Makes messages wait for the end of quiet hours. @returns those that need not wait */
  async #notDelayed<M extends OpenMessage>(messages: readonly M[]): Promise<readonly M[]> {
    const now: M[] = []
    for (const message of messages) {
      // If the check fails for a message, it is processed now: the problem shows there, and no other message is held
      // up.
      if (await this.#deps.quiet.delay(message).catch(() => false)) this.#untilQuietHoursEnd.add(message)
      else now.push(message)
    }
    return now
  }

  async #quietHoursEnded(waited: readonly OpenMessage[]): Promise<void> {
    const { recovery, deferred } = this.#deps
    if (waited.length > 0) this.#logger.info('Quiet hours are over', { messages: waited.length })
    try {
      await recovery.takeUp(waited)
    } catch (error) {
      const reason = asDenidinError(error).message
      this.#logger.error('Messages that waited for the end of quiet hours could not be queued', { reason })
    }
    await deferred.send('resumed')
  }
}
