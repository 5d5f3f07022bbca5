/** Sends texts and determines the outcome of each: an engine returns before any WhatsApp server has the message. */
import { lru } from '../../platform/lru.ts'
import type { Delivery } from '../channel.ts'
import type { Clock } from '../../platform/clock.ts'
import { withDeadline } from '../../platform/deadline.ts'
import { asDenidinError } from '../../platform/errors.ts'
import { messageKeyOf } from '../../messages/message-key.ts'
import type { MessageId } from '../../messages/message.ts'
import { Acknowledgements } from './acknowledgements.ts'
import type { EngineConnection } from './engine.ts'
import type { WhatsAppMessage } from './whatsapp-message.ts'

/** A message that is being sent. */
interface Sending {
  readonly chat_id: string
  readonly text: string
  /** Known as soon as the engine or an event reports it. */
  message_id: MessageId | undefined
  /** Resolves when the outcome is known. */
  readonly ended: Promise<void>
}

/** How many ids of own messages are remembered; the event of an own message comes within seconds. */
const MOST_IDS = 10_000

export class Outbound {
  readonly #clock: Clock
  readonly #confirm_ms: number
  readonly #acknowledgements = new Acknowledgements()
  readonly #sending = new Set<Sending>()
  readonly #running = new Set<Promise<Delivery>>()
  /** Stanza ids of the messages that we sent. */
  readonly #sent_ids = lru<string, true>(MOST_IDS)

  /** @param confirm_ms from handing over a message to a server's acknowledgement */
  constructor(clock: Clock, confirm_ms: number) {
    this.#clock = clock
    this.#confirm_ms = confirm_ms
  }

  /** An own message reached this level. */
  acknowledged(message_id: MessageId, level: number): void {
    this.#acknowledgements.record(message_id, level)
  }

  /** An own message appeared: this gives its id even if sending then fails or returns none. */
  created(message: WhatsAppMessage): void {
    const candidates = [...this.#sending].filter(each => each.message_id === undefined && each.text === message.text)
    const match = candidates.find(each => each.chat_id === message.chat_id) ?? candidates[0]
    if (match !== undefined) this.#identify(match, message.message_id)
    this.#acknowledgements.record(message.message_id, message.ack)
  }

  /**
   * Whether we sent this own message, rather than the account owner. While we are sending to its chat, the answer has
   * to wait. If it stays unknown, the message counts as ours: falling silent by mistake would be worse.
   */
  async isOurs(message: WhatsAppMessage): Promise<boolean> {
    const { stanza_id } = messageKeyOf(message.message_id)
    if (this.#sent_ids.has(stanza_id)) return true
    const sameChat = [...this.#sending].filter(each => each.chat_id === message.chat_id)
    await Promise.all(sameChat.map(each => each.ended))
    return this.#sent_ids.has(stanza_id) || sameChat.some(each => each.message_id === undefined)
  }

  /** Resolves with the outcome, never rejects. */
  send(
    connection: EngineConnection,
    chat_id: string,
    text: string,
    quoted_id: MessageId | undefined,
  ): Promise<Delivery> {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>()
    const sending: Sending = { chat_id, text, message_id: undefined, ended }
    this.#sending.add(sending)
    const delivery = this.#sendWithDeadline(connection, sending, quoted_id).finally(() => {
      this.#sending.delete(sending)
      this.#running.delete(delivery)
      end()
    })
    this.#running.add(delivery)
    return delivery
  }

  /** Whether anything is being sent. */
  get busy(): boolean {
    return this.#running.size > 0
  }

  /** Resolves when everything that was being sent has an outcome. */
  async whenIdle(): Promise<void> {
    await Promise.all(this.#running)
  }

  #identify(sending: Sending, message_id: MessageId): void {
    sending.message_id = message_id
    this.#sent_ids.set(messageKeyOf(message_id).stanza_id, true)
  }

  async #sendWithDeadline(
    connection: EngineConnection,
    sending: Sending,
    quoted_id: MessageId | undefined,
  ): Promise<Delivery> {
    const unconfirmed = (reason: string): Delivery => ({
      outcome: 'unconfirmed',
      reason,
      ...(sending.message_id === undefined ? {} : { message_id: sending.message_id }),
    })
    try {
      return await withDeadline(this.#clock, this.#confirm_ms, 'the acknowledgement of WhatsApp', async signal => {
        const lost = connection.ended.then(() => unconfirmed('WhatsApp was lost while the message was on its way'))
        return await Promise.race([lost, this.#deliver(connection, sending, quoted_id, signal)])
      })
    } catch (error) {
      const { message_id } = sending
      if (message_id === undefined && asDenidinError(error).code === 'rejected') {
        return { outcome: 'not_sent', reason: asDenidinError(error).message, refused: 'before_acceptance' }
      }
      if (message_id !== undefined && (await this.#hasReachedServer(connection, message_id))) {
        return { outcome: 'sent', message_id }
      }
      return unconfirmed(asDenidinError(error).message)
    }
  }

  /** Asks the engine, because a page that was reloaded meanwhile sends no event for the message. */
  async #hasReachedServer(connection: EngineConnection, message_id: MessageId): Promise<boolean> {
    const level = await connection.acknowledgement(message_id).catch(() => 0)
    return level > 0
  }

  async #deliver(
    connection: EngineConnection,
    sending: Sending,
    quoted_id: MessageId | undefined,
    signal: AbortSignal,
  ): Promise<Delivery> {
    const sent = await connection.send(sending.chat_id, sending.text, quoted_id)
    if (sent !== undefined) {
      this.#identify(sending, sent.message_id)
      this.#acknowledgements.record(sent.message_id, sent.ack)
    }
    const { message_id } = sending
    if (message_id === undefined) {
      return { outcome: 'unconfirmed', reason: 'WhatsApp did not say which message it made' }
    }
    const level = await this.#acknowledgements.whenDecided(message_id, signal)
    if (level > 0) return { outcome: 'sent', message_id }
    return { outcome: 'not_sent', reason: 'WhatsApp refused the message', refused: 'after_acceptance', message_id }
  }
}
