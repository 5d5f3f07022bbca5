/**
 * Counts the outcomes of replies per chat and reports them as health, so that one dead chat shows among healthy ones.
 */
import type { ChatId } from '../messages/message.ts'
import type { Reply } from '../messages/outbox-store.ts'
import type { Health } from '../platform/health.ts'
import type { Logger } from '../platform/logger.ts'
import type { Metrics } from '../platform/metrics.ts'

/** This many unconfirmed replies in a row are not a coincidence. */
const ALARMING_STREAK = 3

/** How many failing chats are remembered, newest first; only some of them are named. */
const MOST_CHATS = 1000
const MOST_NAMED = 3

/** What happened in a chat since the last reply that was sent there. */
interface Trouble {
  readonly unconfirmed: number
  readonly given_up: number
  /** Why the channel accepts no messages for this chat, if so. */
  readonly refused: string | undefined
}

const NO_TROUBLE: Trouble = { unconfirmed: 0, given_up: 0, refused: undefined }

export class DeliveryHealth {
  readonly #metrics: Metrics
  readonly #logger: Logger
  /** Unconfirmed replies in a row, in all chats. */
  #streak = 0
  readonly #chats = new Map<ChatId, Trouble>()

  constructor(metrics: Metrics, logger: Logger) {
    this.#metrics = metrics
    this.#logger = logger
  }

  sent(chat_id: ChatId): void {
    this.#metrics.count('replies_sent')
    this.#streak = 0
    this.#chats.delete(chat_id)
  }

  unconfirmed(chat_id: ChatId): void {
    this.#metrics.count('replies_unconfirmed')
    this.#streak += 1
    const { unconfirmed } = this.#change(chat_id, before => ({ ...before, unconfirmed: before.unconfirmed + 1 }))
    if (this.#streak === ALARMING_STREAK || unconfirmed === ALARMING_STREAK) {
      this.#logger.error('Replies are sent but not confirmed; check the phone', { chat_id, in_a_row: this.#streak })
    }
  }

  /** The channel works but does not accept a message for this chat. */
  refused(chat_id: ChatId, reason: string): void {
    this.#change(chat_id, before => ({ ...before, refused: reason }))
  }

  /** A reply certainly was not sent, and will not be. */
  failed({ outbox_id, chat_id }: Pick<Reply, 'outbox_id' | 'chat_id'>, why: string): void {
    this.#metrics.count('replies_failed')
    this.#change(chat_id, before => ({ ...before, given_up: before.given_up + 1 }))
    this.#logger.error('A reply was given up: it certainly was not sent', { outbox_id, why })
  }

  /** @param of_other_accounts how many replies wait for an account that is not linked */
  health(of_other_accounts: number): Health {
    const details = [
      ...otherAccountsDetail(of_other_accounts),
      ...this.#unconfirmedDetail(),
      ...this.#refusedDetail(),
      ...this.#givenUpDetail(),
    ]
    return details.length === 0
      ? { state: 'ok', detail: 'replies are confirmed' }
      : { state: 'degraded', detail: details.join(' ') }
  }

  #unconfirmedDetail(): readonly string[] {
    if (this.#streak >= ALARMING_STREAK) {
      return [`The last ${String(this.#streak)} replies were not confirmed; look at the phone.`]
    }
    const dead = [...this.#chats].filter(([, { unconfirmed }]) => unconfirmed >= ALARMING_STREAK)
    if (dead.length === 0) return []
    return [`The last replies to ${named(dead)} were not confirmed, those to others were; look at these chats.`]
  }

  #refusedDetail(): readonly string[] {
    const dead = [...this.#chats].filter(([, { refused }]) => refused !== undefined)
    const reason = dead.at(-1)?.[1].refused
    return reason === undefined ? [] : [`Replies to ${named(dead)} do not go out: ${reason}.`]
  }

  #givenUpDetail(): readonly string[] {
    const given_up = [...this.#chats.values()].reduce((sum, each) => sum + each.given_up, 0)
    if (given_up === 0) return []
    return [
      `Replies that certainly did not go out and were given up, since the last one that did: ${String(given_up)}.`,
    ]
  }

  #change(chat_id: ChatId, change: (before: Trouble) => Trouble): Trouble {
    const trouble = change(this.#chats.get(chat_id) ?? NO_TROUBLE)
    this.#chats.delete(chat_id)
    this.#chats.set(chat_id, trouble)
    const [oldest] = this.#chats.keys()
    if (this.#chats.size > MOST_CHATS && oldest !== undefined) this.#chats.delete(oldest)
    return trouble
  }
}

const otherAccountsDetail = (replies: number): readonly string[] =>
  replies === 0
    ? []
    : [
        `Not sent: another WhatsApp account was linked. Replies that wait until the account that received their questions is linked again: ${String(replies)}.`,
      ]

const named = (chats: readonly (readonly [ChatId, Trouble])[]): string => {
  const newest = chats.slice(-MOST_NAMED).map(([chat_id]) => chat_id)
  const more = chats.length - newest.length
  return more === 0 ? newest.join(', ') : `${newest.join(', ')} and ${String(more)} more`
}
