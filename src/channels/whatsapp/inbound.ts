import type { ChannelEvents, BackfilledChat, OwnerMessage } from '../channel.ts'
import type { IncomingMessage } from '../../messages/message.ts'
import { backoffDelay, type Backoff } from '../../platform/backoff.ts'
import { SECOND_MS, type Clock } from '../../platform/clock.ts'
import { asDenidinError } from '../../platform/errors.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Logger } from '../../platform/logger.ts'
import type { MissedHistory } from './history-reader.ts'
import type { GapTracker } from './gap-tracker.ts'
import type { IdentityResolver } from './identity-resolver.ts'
import { isGroup, reasonNotOwners, reasonToIgnore, toIncoming, type Self } from './message-mapper.ts'
import type { MessageChange } from './wwebjs/change-parser.ts'
import type { WhatsAppMessage } from './wwebjs/message-parser.ts'

export interface InboundDeps {
  /** Takes what happens; a rejection means that it is not recorded. */
  readonly events: Pick<ChannelEvents, 'message' | 'backfilled' | 'edited' | 'deleted' | 'reacted' | 'ownerWrote'>
  readonly identities: IdentityResolver
  /** In which chats nothing is missing. */
  readonly continuity: GapTracker
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
}

/** Whether an own message is one of ours, as far as this process can tell. */
export type IsOurs = (message: WhatsAppMessage) => Promise<boolean>

const ATTEMPTS = 5
const BACKOFF: Backoff = { first_ms: SECOND_MS, most_ms: 8 * SECOND_MS }

/** Brings what happened in WhatsApp onto the road: chat by chat in its order, and again when recording fails. */
export class Inbound {
  readonly #deps: InboundDeps
  readonly #stopping = new AbortController()
  /** The last thing of each chat that is under way. */
  readonly #queues = new Map<string, Promise<boolean>>()

  constructor(deps: InboundDeps) {
    this.#deps = deps
  }

  /** Takes a message; what is nobody's words is left. `self` says to whom a mention speaks. */
  take(message: WhatsAppMessage, self: Self): void {
    const { events, continuity } = this.#deps
    if (this.#left(reasonToIgnore(message))) return
    void this.#enqueue(message.chat_id, message.message_id, async () => {
      const incoming = await this.#incoming(message, self)
      await events.message({ ...incoming, ...(continuity.isComplete(message.chat_id) ? { gapless: true } : {}) })
    })
  }

  /**
   * Takes an own message that is not known to be ours; `isOurs` tells once it is certain. What is not was written by
   * the account's owner.
   */
  takeOwn(message: WhatsAppMessage, isOurs: IsOurs): void {
    const { events, logger } = this.#deps
    if (this.#left(reasonNotOwners(message))) return
    const { message_id, chat_id } = message
    void isOurs(message).then(
      ours => {
        if (ours) return
        void this.#enqueue(chat_id, message_id, async () => {
          await events.ownerWrote(await this.#ownerMessage(message))
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

  /** Takes what was said in a chat while nobody listened. False when some of it could not be recorded. */
  async takeHistory(
    { chat_id, messages, changes, until }: MissedHistory,
    self: Self,
    isOurs: IsOurs,
  ): Promise<boolean> {
    const { events, continuity } = this.#deps
    return await this.#enqueue(chat_id, messages[0]?.message_id ?? chat_id, async () => {
      const said: BackfilledChat['said'][number][] = []
      for (const message of messages) {
        if (message.from_me) {
          if (this.#left(reasonNotOwners(message)) || (await isOurs(message))) continue
          said.push({ by: 'account', message: await this.#ownerMessage(message) })
        } else if (!this.#left(reasonToIgnore(message))) {
          said.push({ by: 'person', message: await this.#incoming(message, self) })
        }
      }
      await events.backfilled({ chat_id, said, until })
      for (const change of changes) await this.#tellChange(change, self)
      continuity.complete(chat_id)
    })
  }

  /** Takes what happened to a message; reactions of the account itself are left. */
  change(change: MessageChange, self: Self): void {
    void this.#enqueue(change.chat_id, change.message_id, () => this.#tellChange(change, self))
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

  async #incoming(message: WhatsAppMessage, self: Self): Promise<IncomingMessage> {
    return toIncoming(message, self, await this.#deps.identities.resolve(message.author_id))
  }

  async #ownerMessage({ message_id, chat_id, text, sent_at }: WhatsAppMessage): Promise<OwnerMessage> {
    const group = isGroup(chat_id)
    const other = group ? undefined : { identities: await this.#deps.identities.resolve(chat_id) }
    return { message_id, chat_id, chat_kind: group ? 'group' : 'direct', other, text, sent_at }
  }

  async #tellChange(change: MessageChange, self: Self): Promise<void> {
    const { events, identities } = this.#deps
    const { message_id } = change
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
        await events.reacted({ message_id, sender: { identities: await identities.resolve(author_id) }, emoji, at })
      }
    }
  }

  /** Resolves, never rejects, when it is recorded (true) or given up. */
  async #enqueue(chat_id: string, message_id: string, act: () => Promise<void>): Promise<boolean> {
    if (this.#stopping.signal.aborted) return false
    const turn = (this.#queues.get(chat_id) ?? Promise.resolve(true)).then(() => this.#record(chat_id, message_id, act))
    this.#queues.set(chat_id, turn)
    const recorded = await turn
    if (this.#queues.get(chat_id) === turn) this.#queues.delete(chat_id)
    return recorded
  }

  async #record(chat_id: string, message_id: string, act: () => Promise<void>): Promise<boolean> {
    const { clock, ids, logger, continuity } = this.#deps
    for (let failures = 1; ; failures++) {
      try {
        await act()
        return true
      } catch (error) {
        const reason = asDenidinError(error).message
        if (failures === ATTEMPTS || this.#stopping.signal.aborted) {
          // What comes after it does not move the end of what was heard: the next start looks for it.
          continuity.gap(chat_id)
          logger.error('A message could not be recorded', { message_id, reason })
          return false
        }
        logger.warn('A message could not be recorded and is tried again', { message_id, reason })
        await clock.sleep(backoffDelay(BACKOFF, failures, ids), this.#stopping.signal).catch(() => undefined)
      }
    }
  }
}
