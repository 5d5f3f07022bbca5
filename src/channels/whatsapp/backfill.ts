/**
 * Makes sure that no message is missed between two connections: reads what arrived meanwhile, and holds new messages
 * until then.
 */
import { SECOND_MS, type Clock } from '../../platform/clock.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import type { EngineConnection } from './engine.ts'
import { reasonOf } from './failure-reason.ts'
import type { GapTracker } from './gap-tracker.ts'
import { HistoryReader, UNKNOWN_LINK_MS } from './history-reader.ts'
import type { Inbound } from './inbound.ts'
import type { LoginRecord } from './login-record.ts'
import type { Self, WhatsAppMessage } from './whatsapp-message.ts'

export interface BackfillDeps {
  readonly login: LoginRecord
  readonly gaps: GapTracker
  /** The mark of each chat that has one: up to then every message is recorded. */
  readonly recordedUntil: (chat_ids: readonly string[]) => Promise<ReadonlyMap<string, number>>
  readonly inbound: Pick<Inbound, 'take' | 'takeHistory'>
  readonly clock: Clock
  readonly logger: Logger
}

/** A connection that has become ready. */
export interface ReadyConnection {
  readonly source: Pick<EngineConnection, 'chats' | 'history'>
  readonly self: Self
  /** The device was just linked. */
  readonly newly_linked: boolean
  /** Aborted when the connection ends. */
  readonly over: AbortSignal
}

/** Pause before another pass over chats that could not be read; and how many passes a ready connection gets. */
const PASS_AGAIN_MS = 30 * SECOND_MS
const PASSES = 10

export class Backfill {
  readonly #deps: BackfillDeps
  /**
   * Messages that came before the chats were listed. Until then it is unknown what came before them, and until the
   * connection is ready it is unknown whom a mention means. `undefined`: nothing needs to wait.
   */
  #held: WhatsAppMessage[] | undefined = []
  /**
   * Messages of chats with a gap that is not filled yet: they are delivered as one turn together with the messages that
   * fill it, and never before them.
   */
  #waiting = new Map<string, WhatsAppMessage[]>()
  /** Aborted when the connection, or its page, starts over. */
  #pass = new AbortController()

  constructor(deps: BackfillDeps) {
    this.#deps = deps
  }

  /** A new connection begins. Messages that the previous one still held are read again from the chats. */
  begin(): void {
    this.interrupted()
    this.#held = []
  }

  /** The connection starts over: messages wait from now on until the chats are listed again. */
  interrupted(): void {
    this.#deps.gaps.interrupted()
    this.#held ??= []
    this.#waiting = new Map()
    this.#pass.abort(new DenidinError('stopping', 'WhatsApp loads its page again'))
    this.#pass = new AbortController()
  }

  /** Holds a message that has to wait, and returns whether it did. */
  holds(message: WhatsAppMessage): boolean {
    const held = this.#held ?? this.#waiting.get(message.chat_id)
    held?.push(message)
    return held !== undefined
  }

  /** Reads the missed messages, in several passes if some could not be read. Never rejects. */
  async run(connection: ReadyConnection): Promise<void> {
    const { clock } = this.#deps
    const signal = AbortSignal.any([connection.over, this.#pass.signal])
    await this.#recordLinkedAt(connection.newly_linked)
    for (let pass = 1; pass <= PASSES && !signal.aborted; pass++) {
      if (await this.#passOnce(connection, signal)) return
      await clock.sleep(PASS_AGAIN_MS, signal).catch(() => undefined)
    }
  }

  async #recordLinkedAt(newly_linked: boolean): Promise<void> {
    const { login, clock, logger } = this.#deps
    try {
      if (newly_linked) await login.setLinkedAt(clock.now())
      // An earlier run ended just after linking, before it recorded the time.
      else if (!(await login.isLinked())) await login.setLinkedAt(clock.now() - UNKNOWN_LINK_MS)
    } catch (error) {
      logger.warn('The time of linking could not be recorded', { reason: reasonOf(error) })
    }
  }

  /** False if something is left for another pass. */
  async #passOnce({ source, self }: ReadyConnection, signal: AbortSignal): Promise<boolean> {
    const { clock, logger, recordedUntil, login, inbound } = this.#deps
    const waiting = new Map<string, WhatsAppMessage[]>()
    this.#waiting = waiting
    try {
      const reader = new HistoryReader({
        source,
        clock,
        logger,
        recordedUntil,
        signal,
        linked_at: await login.linkedAt(),
        account_since: await login.accountSince(self, clock.now()),
        listed: chat_ids => {
          this.#release(chat_ids, self)
        },
        received: chat_id => waiting.get(chat_id) ?? [],
        deliver: missed => {
          const came = waiting.get(missed.chat_id) ?? []
          waiting.delete(missed.chat_id)
          const delivered = inbound.takeHistory(missed, self)
          // These came while the chat was read: they follow in its queue.
          this.#takeAll([came.filter(message => !missed.messages.includes(message))], self)
          return delivered
        },
      })
      return await reader.read()
    } catch (error) {
      if (!signal.aborted) logger.warn('Missed messages could not be read', { reason: reasonOf(error) })
      return false
    } finally {
      // Chats that could not be read are left to a later pass, and their held messages go on alone. After an
      // interruption they are read again.
      if (!signal.aborted) {
        const held = this.#held ?? []
        this.#held = undefined
        this.#waiting = new Map()
        this.#takeAll([held, ...waiting.values()], self)
      }
    }
  }

  /** The chats are listed: held messages go on, except in chats with a gap. */
  #release(gaps: readonly string[], self: Self): void {
    this.#deps.gaps.listed(gaps)
    const held = Map.groupBy(this.#held ?? [], message => message.chat_id)
    this.#held = undefined
    for (const chat_id of gaps) {
      this.#waiting.set(chat_id, held.get(chat_id) ?? [])
      held.delete(chat_id)
    }
    this.#takeAll(held.values(), self)
  }

  #takeAll(messages: Iterable<readonly WhatsAppMessage[]>, self: Self): void {
    for (const message of [...messages].flat()) this.#deps.inbound.take(message, self)
  }
}
