/**
 * Decides when deferred replies are retried: after a reconnect, and regularly while a pause, quiet hours or a full disk
 * hold them back.
 */
import { MINUTE_MS, type Clock } from '../platform/clock.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { Logger } from '../platform/logger.ts'
import type { ChatId } from '../messages/message.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { Outbox } from './outbox.ts'
import type { ResendReason } from './outbox/held-reply-sender.ts'
import type { Exclusive } from './turn-scheduler.ts'

export interface DeferredRepliesDeps {
  readonly outbox: Pick<Outbox, 'held' | 'sendHeld' | 'waits' | 'onWaiting'>
  readonly windows: Pick<Sessions, 'release'>
  readonly exclusive: Exclusive
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * A pause may expire, the disk may get room, the machine may sleep, or its clock may be set: while anything waits, it is checked this often.
 */
const CHECK_EVERY_MS = MINUTE_MS

type HeldChat = Awaited<ReturnType<Outbox['held']>>[number]

/** Sends deferred replies, chat by chat, each in the queue of its conversation. */
export class DeferredReplies implements Disposable {
  readonly #deps: DeferredRepliesDeps
  #timer: Disposable | undefined
  #closed = false

  constructor(deps: DeferredRepliesDeps) {
    this.#deps = deps
    deps.outbox.onWaiting(() => {
      this.#watch()
    })
  }

  /** Tries every chat once. Never rejects: a chat that fails does not hold up the others. */
  async send(reason: ResendReason, serves: (chat_id: ChatId) => boolean = () => true): Promise<void> {
    const { outbox, logger } = this.#deps
    const fail = (error: unknown): void => {
      logger.error('Held replies could not be sent', { reason: asDenidinError(error).message })
    }
    const chats = await outbox.held().catch((error: unknown) => {
      fail(error)
      return []
    })
    // All in parallel, so that each is tried while the channel can send; the pacer spaces them out.
    const here = chats.filter(chat => serves(chat.chat_id))
    await Promise.all(here.map(chat => this.#sendIn(chat, reason).catch(fail)))
    this.#watch()
  }

  async #sendIn({ chat_id, scope }: HeldChat, reason: ResendReason): Promise<void> {
    const { outbox, windows, exclusive } = this.#deps
    await exclusive(scope, async () => {
      if (this.#closed) return
      for (const { session_id } of await outbox.sendHeld(chat_id, reason)) {
        // The cached window does not contain this reply yet; drop it.
        if (session_id !== undefined) windows.release(session_id)
      }
    })
  }

  [Symbol.dispose](): void {
    this.#closed = true
    this.#timer?.[Symbol.dispose]()
  }

  #watch(): void {
    if (this.#timer !== undefined || this.#closed || !this.#deps.outbox.waits) return
    this.#timer = this.#deps.clock.after(CHECK_EVERY_MS, () => {
      this.#timer = undefined
      void this.send('resumed')
    })
  }
}
