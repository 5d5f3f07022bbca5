import type { ChannelEvents } from '../channel.ts'
import { backoffDelay, type Backoff } from '../../platform/backoff.ts'
import { SECOND_MS, type Clock } from '../../platform/clock.ts'
import { asDenidinError } from '../../platform/errors.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Logger } from '../../platform/logger.ts'
import type { Identities } from './identities.ts'
import { isGroup, reasonNotOwners, reasonToIgnore, toIncoming, type Self } from './incoming.ts'
import type { MessageChange } from './message-change.ts'
import type { WhatsAppMessage } from './raw-message.ts'

export interface IntakeDeps {
  /** Takes what happens; a rejection means that it is not recorded. */
  readonly events: Pick<ChannelEvents, 'message' | 'edited' | 'deleted' | 'reacted' | 'ownerWrote'>
  readonly identities: Identities
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
}

const ATTEMPTS = 5
const BACKOFF: Backoff = { first_ms: SECOND_MS, most_ms: 8 * SECOND_MS }

/** Brings what happened in WhatsApp onto the road: chat by chat in its order, and again when recording fails. */
export class Intake {
  readonly #deps: IntakeDeps
  readonly #stopping = new AbortController()
  /** The last thing of each chat that is under way. */
  readonly #queues = new Map<string, Promise<void>>()

  constructor(deps: IntakeDeps) {
    this.#deps = deps
  }

  /** Takes a message; what is nobody's words is left. `self` says to whom a mention speaks. */
  take(message: WhatsAppMessage, self: Self): void {
    const { events, identities } = this.#deps
    if (this.#left(reasonToIgnore(message))) return
    this.#enqueue(message.chat_id, message.message_id, async () => {
      await events.message(toIncoming(message, self, await identities.of(message.author_id)))
    })
  }

  /**
   * Takes an own message that is not known to be ours; `isOurs` tells once it is certain. What is not was written by
   * the account's owner.
   */
  takeOwn(message: WhatsAppMessage, isOurs: () => Promise<boolean>): void {
    const { events, identities, logger } = this.#deps
    if (this.#left(reasonNotOwners(message))) return
    const { message_id, chat_id, text, sent_at } = message
    void isOurs().then(
      ours => {
        if (ours) return
        this.#enqueue(chat_id, message_id, async () => {
          const group = isGroup(chat_id)
          const other = group ? undefined : { identities: await identities.of(chat_id) }
          const chat_kind = group ? 'group' : 'direct'
          await events.ownerWrote({ message_id, chat_id, chat_kind, other, text, sent_at })
        })
      },
      (error: unknown) => {
        logger.warn('It could not be told who wrote an own message', {
          message_id,
          reason: asDenidinError(error).message,
        })
      },
    )
  }

  /** Takes what happened to a message; reactions of the account itself are left. */
  change(change: MessageChange, self: Self): void {
    const { events, identities } = this.#deps
    const { chat_id, message_id } = change
    this.#enqueue(chat_id, message_id, async () => {
      switch (change.kind) {
        case 'edited':
          await events.edited({ message_id, text: change.text })
          return
        case 'deleted':
          await events.deleted(message_id)
          return
        case 'reacted': {
          const { author_id, emoji, at } = change
          if (author_id === self.phone || author_id === self.lid) return
          await events.reacted({ message_id, sender: { identities: await identities.of(author_id) }, emoji, at })
        }
      }
    })
  }

  /** Whether something is being recorded. */
  get busy(): boolean {
    return this.#queues.size > 0
  }

  /** Takes no more; resolves when what was taken is recorded or given up. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.all(this.#queues.values())
  }

  #left(reason: string | undefined): boolean {
    if (reason !== undefined) this.#deps.logger.debug('A message was ignored', { reason })
    return reason !== undefined
  }

  #enqueue(chat_id: string, message_id: string, act: () => Promise<void>): void {
    if (this.#stopping.signal.aborted) return
    const turn = (this.#queues.get(chat_id) ?? Promise.resolve()).then(() => this.#record(message_id, act))
    this.#queues.set(chat_id, turn)
    void turn.then(() => {
      if (this.#queues.get(chat_id) === turn) this.#queues.delete(chat_id)
    })
  }

  async #record(message_id: string, act: () => Promise<void>): Promise<void> {
    const { clock, ids, logger } = this.#deps
    for (let failures = 1; ; failures++) {
      try {
        await act()
        return
      } catch (error) {
        const reason = asDenidinError(error).message
        if (failures === ATTEMPTS || this.#stopping.signal.aborted) {
          // A message stays unread in WhatsApp, where the next start finds it.
          logger.error('A message could not be recorded', { message_id, reason })
          return
        }
        logger.warn('A message could not be recorded and is tried again', { message_id, reason })
        await clock.sleep(backoffDelay(BACKOFF, failures, ids), this.#stopping.signal).catch(() => undefined)
      }
    }
  }
}
