import type { ChatId } from '../../messages/message.ts'
import type { Clock } from '../../platform/clock.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { Ids } from '../../platform/ids.ts'
import { KeyedQueue } from '../../platform/keyed-queue.ts'
import type { Channel, ChannelEvents } from '../channel.ts'

const CHAT_PREFIX = 'console:'

/** Replies kept for a chat at whose terminal nobody sits. */
const HELD_REPLIES = 20

/** Speaks at the terminal where no godfather is configured. No such number can be dialled: area codes begin with 2–9. */
export const CONSOLE_PHONE = '10000000000'

/** What somebody says at a terminal. */
export interface ConsoleMessage {
  /** Digits of the number to speak as. */
  readonly phone: string
  readonly name?: string
  readonly text: string
  /** Stops the wait for an answer; what was said stays said. */
  readonly signal?: AbortSignal
}

/** A channel whose other end is a terminal on this machine. */
export interface ConsoleChannel extends Channel {
  /**
   * Says something and resolves with the replies, in their order, when it has been dealt with. Sayings of one chat wait
   * for each other. A reply that came while nobody was waiting (after a restart) is handed over first.
   * @throws DenidinError `not_running` when the channel is not started, `stopping` when it ends meanwhile;
   *   the signal's reason when that is aborted.
   */
  say(message: ConsoleMessage): Promise<readonly string[]>
}

export interface ConsoleChannelDeps {
  readonly clock: Clock
  readonly ids: Ids
  /** Resolves when every message received so far in the chat has been dealt with. */
  settled(chat_id: ChatId): Promise<void>
}

/** Makes the channel for chats of the form `console:<phone>`. */
export const createConsoleChannel = ({ clock, ids, settled }: ConsoleChannelDeps): ConsoleChannel => {
  let events: ChannelEvents | undefined
  let ended = new AbortController()
  const replies = new Map<ChatId, string[]>()
  const lanes = new KeyedQueue<ChatId>()

  const exchange = async (
    chat_id: ChatId,
    { phone, name, text, signal }: ConsoleMessage,
  ): Promise<readonly string[]> => {
    signal?.throwIfAborted()
    if (events === undefined) throw new DenidinError('not_running', 'the console is not open')
    await events.message({
      message_id: `console-${ids.uuid()}`,
      chat_id,
      chat_kind: 'direct',
      sender: { identities: [{ kind: 'phone', value: phone }], ...(name === undefined ? {} : { name }) },
      text,
      sent_at: clock.now(),
      addressed: true,
      may_continue: false,
      gapless: true,
    })
    await unlessAborted(settled(chat_id), signal === undefined ? [ended.signal] : [ended.signal, signal])
    const given = replies.get(chat_id) ?? []
    replies.delete(chat_id)
    return given
  }

  return {
    name: 'console',
    pace: 'immediate',
    serves: chat_id => chat_id.startsWith(CHAT_PREFIX),
    start: given => {
      events = given
      ended = new AbortController()
      given.ready()
      return Promise.resolve()
    },
    stop: () => {
      events = undefined
      ended.abort(new DenidinError('stopping', 'DeniDin is stopping'))
      return Promise.resolve()
    },
    render: reply => [reply],
    send: (chat_id, text) => {
      if (!chat_id.startsWith(CHAT_PREFIX)) {
        return Promise.resolve({ outcome: 'not_sent', reason: `${chat_id} is no chat of the console` })
      }
      if (events === undefined) return Promise.resolve({ outcome: 'not_sent', reason: 'the console is closed' })
      replies.set(chat_id, [...(replies.get(chat_id) ?? []), text].slice(-HELD_REPLIES))
      return Promise.resolve({ outcome: 'sent', message_id: `console-${ids.uuid()}` })
    },
    seen: () => Promise.resolve(),
    typing: () => Promise.resolve({ [Symbol.asyncDispose]: () => Promise.resolve() }),
    health: () =>
      Promise.resolve(
        events === undefined
          ? { state: 'off', detail: 'not open' }
          : { state: 'ok', detail: 'open for `denidin chat`' },
      ),
    say: message => {
      const chat_id = `${CHAT_PREFIX}${message.phone}`
      return lanes.run(chat_id, () => exchange(chat_id, message))
    },
  }
}

/** Waits for `act`, or rejects with the reason of the first signal that is aborted; leaves no listener behind. */
const unlessAborted = async (act: Promise<void>, signals: readonly AbortSignal[]): Promise<void> => {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const listeners = signals.map(signal => {
    const fail = (): void => {
      reject(signal.reason as Error)
    }
    if (signal.aborted) fail()
    signal.addEventListener('abort', fail, { once: true })
    return { signal, fail }
  })
  try {
    await Promise.race([act, aborted])
  } finally {
    for (const { signal, fail } of listeners) signal.removeEventListener('abort', fail)
  }
}
