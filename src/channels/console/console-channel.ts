/** The channel of `denidin chat` and of the REST API: its other end is a terminal or a program, which waits for the replies. */
import { confinedChatOf, isConfined } from '../../messages/confined-chat.ts'
import type { ChatId, MessageId } from '../../messages/message.ts'
import type { Identity, Person } from '../../people/person.ts'
import type { Clock } from '../../platform/clock.ts'
import { DenidinError } from '../../platform/errors.ts'
import { orAborted } from '../../platform/or-aborted.ts'
import type { Ids } from '../../platform/ids.ts'
import { KeyedQueue } from '../../platform/keyed-queue.ts'
import type { Health } from '../../platform/health.ts'
import type { Channel, ChannelEvents, Delivery } from '../channel.ts'

const CHAT_PREFIX = 'console:'

/** Replies kept for a chat whose terminal is closed. */
const HELD_REPLIES = 20

/**
 * The number of the person at the terminal if no godfather is configured. It cannot be dialled: area codes begin with
 * 2–9.
 */
export const CONSOLE_PHONE = '10000000000'

/** A message written at a terminal, or by a program. */
export interface ConsoleMessage {
  /** Digits of the number to speak as; left out for a `person`. */
  readonly phone?: string
  /** The person that a program speaks for: see `confined-chat.ts`. */
  readonly person?: Pick<Person, 'person_id' | 'identities'>
  readonly name?: string
  readonly text: string
  /** By default a new one. */
  readonly message_id?: MessageId
  /** Cancels the wait for an answer; the message itself stays recorded. */
  readonly signal?: AbortSignal
}

/** A channel whose users write in a terminal, or are programs, on this machine. */
export interface ConsoleChannel extends Channel {
  /**
   * Sends a message and resolves with the replies, in order, once it has been processed. Messages of one chat are
   * processed one at a time. A reply that came while no terminal was waiting (after a restart) is returned first.
   * @throws DenidinError `not_running` if the channel is not started, `stopping` if it stops meanwhile; the signal's
   *   reason if that is aborted.
   */
  say(message: ConsoleMessage): Promise<readonly string[]>
}

export interface ConsoleChannelDeps {
  readonly clock: Clock
  readonly ids: Ids
  /** Resolves when every message received so far in the chat has been processed. */
  readonly whenIdle: (chat_id: ChatId) => Promise<void>
}

/** Creates the channel for chats of the form `console:<phone>` and `api:<person id>`. */
export const createConsoleChannel = (deps: ConsoleChannelDeps): ConsoleChannel => new TerminalChannel(deps)

class TerminalChannel implements ConsoleChannel {
  readonly name = 'console'
  readonly pace = 'immediate'
  readonly #deps: ConsoleChannelDeps
  readonly #chats = new KeyedQueue<ChatId>()
  readonly #replies = new Map<ChatId, readonly string[]>()
  /** Set while the channel is open. */
  #events: ChannelEvents | undefined
  /** Aborted when the channel is closed. */
  #closed = new AbortController()

  constructor(deps: ConsoleChannelDeps) {
    this.#deps = deps
  }

  serves(chat_id: ChatId): boolean {
    return chat_id.startsWith(CHAT_PREFIX) || isConfined(chat_id)
  }

  start(events: ChannelEvents): Promise<void> {
    this.#events = events
    this.#closed = new AbortController()
    events.ready()
    return Promise.resolve()
  }

  stop(): Promise<void> {
    this.#events = undefined
    this.#closed.abort(new DenidinError('stopping', 'DeniDin is stopping'))
    return Promise.resolve()
  }

  async render(reply: string): Promise<readonly string[]> {
    return [reply]
  }

  send(chat_id: ChatId, text: string): Promise<Delivery> {
    if (!this.serves(chat_id)) {
      return Promise.resolve({ outcome: 'not_sent', reason: `${chat_id} is not a chat of the console` })
    }
    if (this.#events === undefined) return Promise.resolve({ outcome: 'not_sent', reason: 'the console is closed' })
    this.#replies.set(chat_id, [...(this.#replies.get(chat_id) ?? []), text].slice(-HELD_REPLIES))
    return Promise.resolve({ outcome: 'sent', message_id: `console-${this.#deps.ids.uuid()}` })
  }

  seen(): Promise<void> {
    return Promise.resolve()
  }

  typing(): Promise<AsyncDisposable> {
    return Promise.resolve({ [Symbol.asyncDispose]: () => Promise.resolve() })
  }

  health(): Promise<Health> {
    return Promise.resolve(
      this.#events === undefined
        ? { state: 'off', detail: 'not open' }
        : { state: 'ok', detail: 'open for `denidin chat`' },
    )
  }

  say(message: ConsoleMessage): Promise<readonly string[]> {
    const { chat_id, identities } = writerOf(message)
    return this.#chats.run(chat_id, () => this.#exchange(chat_id, identities, message))
  }

  async #exchange(
    chat_id: ChatId,
    identities: readonly Identity[],
    { name, text, message_id, signal }: ConsoleMessage,
  ): Promise<readonly string[]> {
    const { clock, ids, whenIdle } = this.#deps
    signal?.throwIfAborted()
    if (this.#events === undefined) throw new DenidinError('not_running', 'the console is not open')
    await this.#events.message({
      message_id: message_id ?? `console-${ids.uuid()}`,
      chat_id,
      chat_kind: 'direct',
      sender: { identities, ...(name === undefined ? {} : { name }) },
      text,
      sent_at: clock.now(),
      addressed: true,
      may_continue: false,
      gapless: true,
    })
    const closed = this.#closed.signal
    await orAborted(whenIdle(chat_id), signal === undefined ? closed : AbortSignal.any([closed, signal]))
    const replies = this.#replies.get(chat_id) ?? []
    this.#replies.delete(chat_id)
    return replies
  }
}

/** Where a message is written, and by whom. */
const writerOf = ({
  phone = CONSOLE_PHONE,
  person,
}: ConsoleMessage): { readonly chat_id: ChatId; readonly identities: readonly Identity[] } =>
  person === undefined
    ? { chat_id: `${CHAT_PREFIX}${phone}`, identities: [{ kind: 'phone', value: phone }] }
    : { chat_id: confinedChatOf(person.person_id), identities: person.identities }
