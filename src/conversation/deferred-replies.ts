import { MINUTE_MS, type Clock } from '../platform/clock.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { Logger } from '../platform/logger.ts'
import type { ChatId } from '../messages/message.ts'
import type { Scope } from '../messages/scope.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { Occasion, Outbox } from './outbox.ts'

export interface DeferredRepliesDeps {
  readonly outbox: Pick<Outbox, 'held' | 'sendHeld' | 'waits'>
  readonly windows: Pick<Sessions, 'release'>
  /** Runs an act alone in the queue of a scope. */
  readonly exclusive: (scope: Scope, act: () => Promise<void>) => Promise<void>
  readonly clock: Clock
  readonly logger: Logger
}

/** A pause may end by itself, the machine may sleep, its clock may be set: while something waits it is looked often. */
const LOOK_EVERY_MS = MINUTE_MS

/** Sends what is held, chat by chat in the queues of their conversations, when there is an occasion. */
export class DeferredReplies implements Disposable {
  readonly #deps: DeferredRepliesDeps
  #timer: Disposable | undefined
  #closed = false

  constructor(deps: DeferredRepliesDeps) {
    this.#deps = deps
  }

  /** Resolves, never rejects, when each chat had its turn. */
  async send(occasion: Occasion, serves: (chat_id: ChatId) => boolean = () => true): Promise<void> {
    const { outbox, logger } = this.#deps
    const fail = (error: unknown): void => {
      logger.error('Held replies could not be sent', { reason: asDenidinError(error).message })
    }
    const chats = await outbox.held().catch((error: unknown) => {
      fail(error)
      return []
    })
    // All at once, so that each is tried while the channel can send; how fast they follow each other is paced.
    const here = chats.filter(chat => serves(chat.chat_id))
    await Promise.all(here.map(chat => this.#sendIn(chat, occasion).catch(fail)))
    this.#watch()
  }

  async #sendIn({ chat_id, scope }: { chat_id: ChatId; scope: Scope }, occasion: Occasion): Promise<void> {
    const { outbox, windows, exclusive } = this.#deps
    await exclusive(scope, async () => {
      if (this.#closed) return
      for (const { session_id } of await outbox.sendHeld(chat_id, occasion)) {
        // It has joined the conversation behind the back of the window that is kept in memory.
        if (session_id !== undefined) windows.release(session_id)
      }
    })
  }

  [Symbol.dispose](): void {
    this.#closed = true
    this.#timer?.[Symbol.dispose]()
  }

  #watch(): void {
    this.#timer?.[Symbol.dispose]()
    this.#timer = undefined
    if (this.#closed || !this.#deps.outbox.waits) return
    this.#timer = this.#deps.clock.after(LOOK_EVERY_MS, () => {
      void this.send('resumed')
    })
  }
}
