import { LRUCache } from 'lru-cache'
import type { Delivery } from '../channel.ts'
import type { Clock } from '../../platform/clock.ts'
import { withDeadline } from '../../platform/deadline.ts'
import { asDenidinError } from '../../platform/errors.ts'
import type { MessageId } from '../../messages/message.ts'
import { Acknowledgements } from './acknowledgements.ts'
import type { WhatsAppMessage } from './wwebjs/message-parser.ts'
import type { BrowserClient } from './wwebjs/browser-client.ts'

interface Underway {
  readonly chat_id: string
  readonly text: string
  message_id: MessageId | undefined
  /** Resolves when it is known what became of it. */
  readonly ended: Promise<void>
}

/** Ids that are remembered; an own message is told of within seconds. */
const MOST_NAMED = 10_000

/** Sends texts and finds out what became of each: the library returns before any server has the message. */
export class Outbound {
  readonly #clock: Clock
  readonly #confirm_ms: number
  readonly #acknowledgements = new Acknowledgements()
  readonly #underway = new Set<Underway>()
  readonly #running = new Set<Promise<Delivery>>()
  /** Ids of what we sent. */
  readonly #named = new LRUCache<MessageId, true>({ max: MOST_NAMED })

  constructor(clock: Clock, confirm_ms: number) {
    this.#clock = clock
    this.#confirm_ms = confirm_ms
  }

  /** How far an own message got. */
  ack(message_id: MessageId, level: number): void {
    this.#acknowledgements.record(message_id, level)
  }

  /** An own message appeared in the page; it tells the id even where sending then fails or tells none. */
  created(message: WhatsAppMessage): void {
    const candidates = [...this.#underway].filter(each => each.message_id === undefined && each.text === message.text)
    const match = candidates.find(each => each.chat_id === message.chat_id) ?? candidates[0]
    if (match !== undefined) this.#name(match, message.message_id)
    this.#acknowledgements.record(message.message_id, message.ack)
  }

  /**
   * Whether an own message is one of ours, not the account owner's. While something of ours is under way to its chat
   * that cannot be said; where it never can, it counts as ours: to be silent by mistake would be worse.
   */
  async isOurs(message: WhatsAppMessage): Promise<boolean> {
    if (this.#named.has(message.message_id)) return true
    const here = [...this.#underway].filter(each => each.chat_id === message.chat_id)
    await Promise.all(here.map(each => each.ended))
    return this.#named.has(message.message_id) || here.some(each => each.message_id === undefined)
  }

  /** Resolves, never rejects, with what became of it. */
  send(client: BrowserClient, chat_id: string, text: string, quoted_id: MessageId | undefined): Promise<Delivery> {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>()
    const underway: Underway = { chat_id, text, message_id: undefined, ended }
    this.#underway.add(underway)
    const delivery = this.#send(client, underway, quoted_id).finally(() => {
      this.#underway.delete(underway)
      this.#running.delete(delivery)
      end()
    })
    this.#running.add(delivery)
    return delivery
  }

  /** Whether something is being sent. */
  get busy(): boolean {
    return this.#running.size > 0
  }

  /** Resolves when nothing is being sent any more. */
  async whenIdle(): Promise<void> {
    await Promise.all(this.#running)
  }

  #name(underway: Underway, message_id: MessageId): void {
    underway.message_id = message_id
    this.#named.set(message_id, true)
  }

  async #send(client: BrowserClient, underway: Underway, quoted_id: MessageId | undefined): Promise<Delivery> {
    const unconfirmed = (reason: string): Delivery => ({
      outcome: 'unconfirmed',
      reason,
      ...(underway.message_id === undefined ? {} : { message_id: underway.message_id }),
    })
    try {
      return await withDeadline(this.#clock, this.#confirm_ms, 'the acknowledgement of WhatsApp', async signal => {
        const lost = client.ended.then(() => unconfirmed('WhatsApp was lost while the message was on its way'))
        return await Promise.race([lost, this.#deliver(client, underway, quoted_id, signal)])
      })
    } catch (error) {
      const { message_id } = underway
      if (message_id !== undefined && (await this.#isTaken(client, message_id))) return { outcome: 'sent', message_id }
      return unconfirmed(asDenidinError(error).message)
    }
  }

  /** Whether the page knows that a server has the message: a page that was loaded anew meanwhile does not say so by itself. */
  async #isTaken(client: BrowserClient, message_id: MessageId): Promise<boolean> {
    const level = await client.page.ack(message_id).catch(() => 0)
    return level > 0
  }

  async #deliver(
    client: BrowserClient,
    underway: Underway,
    quoted_id: MessageId | undefined,
    signal: AbortSignal,
  ): Promise<Delivery> {
    const sent = await client.page.send(underway.chat_id, underway.text, quoted_id)
    if (sent !== undefined) {
      this.#name(underway, sent.message_id)
      this.#acknowledgements.record(sent.message_id, sent.ack)
    }
    const { message_id } = underway
    if (message_id === undefined) {
      return { outcome: 'unconfirmed', reason: 'WhatsApp did not say which message it made' }
    }
    const level = await this.#acknowledgements.whenDecided(message_id, signal)
    return level > 0 ? { outcome: 'sent', message_id } : { outcome: 'not_sent', reason: 'WhatsApp refused the message' }
  }
}
