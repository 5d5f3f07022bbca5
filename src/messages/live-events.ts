/** What happens at this moment, for programs that watch: states of messages and replies, and of the connection. No words. */
import type { ChatId, MessageId } from './message.ts'
import type { MessageStore } from './message-store.ts'
import type { PartOutcome, Reply } from './outbox-store.ts'
import type { Scope } from './scope.ts'

/** A message was recorded. */
export interface MessageEvent {
  readonly kind: 'message'
  readonly scope: Scope
  readonly message_id: MessageId
  readonly chat_id: ChatId
  readonly state: 'received'
}

/** A reply has come further. */
export interface ReplyEvent {
  readonly kind: 'reply'
  readonly scope: Scope
  readonly chat_id: ChatId
  /** The messages that it answers. */
  readonly answers: readonly MessageId[]
  /** The message on the channel, where there is one. */
  readonly message_id: MessageId | undefined
  readonly state: 'intended' | PartOutcome['state'] | 'failed'
}

/** The connection of a channel has another state. */
export interface ConnectionEvent {
  readonly kind: 'connection'
  readonly channel: string
  readonly state: string
  readonly detail: string
  readonly can_send: boolean
  /** What links the account to a phone: whoever has it can read along. */
  readonly link?: { readonly qr: string | undefined; readonly pairing_code: string | undefined }
}

export type LiveEvent = MessageEvent | ReplyEvent | ConnectionEvent

/** Passes events on to those who watch. Nothing is kept but the newest state of each connection. */
export class LiveEvents {
  readonly #watchers = new Set<(event: LiveEvent) => void>()
  readonly #connections = new Map<string, ConnectionEvent>()

  publish(event: LiveEvent): void {
    if (event.kind === 'connection') this.#connections.set(event.channel, event)
    for (const watch of this.#watchers) watch(event)
  }

  /** Calls `watch` with the present state of each connection, and then with every event, until it is disposed of. */
  watch(watch: (event: LiveEvent) => void): Disposable {
    for (const event of this.#connections.values()) watch(event)
    this.#watchers.add(watch)
    return { [Symbol.dispose]: () => this.#watchers.delete(watch) }
  }
}

/** Stores whose changes of state are published once they are recorded. */
export const publishing = (
  { inbox, outbox }: Pick<MessageStore, 'inbox' | 'outbox'>,
  events: Pick<LiveEvents, 'publish'>,
): Pick<MessageStore, 'inbox' | 'outbox'> => {
  const replied = (
    { scope, chat_id, answers }: Reply,
    state: ReplyEvent['state'],
    message_id: MessageId | undefined,
  ): void => {
    events.publish({ kind: 'reply', scope, chat_id, answers, message_id, state })
  }
  return {
    inbox: {
      ...inbox,
      receive: async receipt => {
        const known = await inbox.receive(receipt)
        const { scope, state, message } = receipt
        if (known === 'new' && state !== 'ignored') {
          const { message_id, chat_id } = message
          events.publish({ kind: 'message', scope, message_id, chat_id, state: 'received' })
        }
        return known
      },
    },
    outbox: {
      begin: (outbox_id, part, at) => outbox.begin(outbox_id, part, at),
      withdraw: (message_id, which) => outbox.withdraw(message_id, which),
      abandon: (reply, at) => outbox.abandon(reply, at),
      concludeInterrupted: at => outbox.concludeInterrupted(at),
      held: chat_id => outbox.held(chat_id),
      intend: async (reply, parts) => {
        await outbox.intend(reply, parts)
        replied(reply, 'intended', undefined)
      },
      conclude: async (reply, part, outcome) => {
        await outbox.conclude(reply, part, outcome)
        replied(reply, outcome.state, outcome.message_id)
      },
      fail: async (reply, at) => {
        await outbox.fail(reply, at)
        replied(reply, 'failed', undefined)
      },
    },
  }
}
