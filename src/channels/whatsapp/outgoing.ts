import type { Delivery } from '../channel.ts'
import type { Clock } from '../../platform/clock.ts'
import { withDeadline } from '../../platform/deadline.ts'
import { asDenidinError } from '../../platform/errors.ts'
import type { MessageId } from '../../messages/message.ts'
import { Acknowledgements } from './acknowledgements.ts'
import type { WhatsAppMessage } from './raw-message.ts'
import type { WhatsAppClient } from './whatsapp-client.ts'

interface Underway {
  readonly chat_id: string
  readonly text: string
  message_id: MessageId | undefined
}

/** Sends texts and finds out what became of each: the library returns before any server has the message. */
export class Outgoing {
  readonly #clock: Clock
  readonly #confirm_ms: number
  readonly #acknowledgements = new Acknowledgements()
  readonly #underway = new Set<Underway>()
  readonly #running = new Set<Promise<Delivery>>()

  constructor(clock: Clock, confirm_ms: number) {
    this.#clock = clock
    this.#confirm_ms = confirm_ms
  }

  /** How far an own message got. */
  ack(message_id: MessageId, level: number): void {
    this.#acknowledgements.note(message_id, level)
  }

  /** An own message appeared in the page; it tells the id even where sending then fails or tells none. */
  created(message: WhatsAppMessage): void {
    const candidates = [...this.#underway].filter(each => each.message_id === undefined && each.text === message.text)
    const match = candidates.find(each => each.chat_id === message.chat_id) ?? candidates[0]
    if (match !== undefined) match.message_id = message.message_id
    this.#acknowledgements.note(message.message_id, message.ack)
  }

  /** Resolves, never rejects, with what became of it. */
  send(client: WhatsAppClient, chat_id: string, text: string, quoted_id: MessageId | undefined): Promise<Delivery> {
    const underway: Underway = { chat_id, text, message_id: undefined }
    this.#underway.add(underway)
    const delivery = this.#send(client, underway, quoted_id).finally(() => {
      this.#underway.delete(underway)
      this.#running.delete(delivery)
    })
    this.#running.add(delivery)
    return delivery
  }

  /** Whether something is being sent. */
  get busy(): boolean {
    return this.#running.size > 0
  }

  /** Resolves when nothing is being sent any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#running)
  }

  async #send(client: WhatsAppClient, underway: Underway, quoted_id: MessageId | undefined): Promise<Delivery> {
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
      return unconfirmed(asDenidinError(error).message)
    }
  }

  async #deliver(
    client: WhatsAppClient,
    underway: Underway,
    quoted_id: MessageId | undefined,
    signal: AbortSignal,
  ): Promise<Delivery> {
    const sent = await client.page.send(underway.chat_id, underway.text, quoted_id)
    if (sent !== undefined) {
      underway.message_id = sent.message_id
      this.#acknowledgements.note(sent.message_id, sent.ack)
    }
    const { message_id } = underway
    if (message_id === undefined) {
      return { outcome: 'unconfirmed', reason: 'WhatsApp did not say which message it made' }
    }
    const level = await this.#acknowledgements.settled(message_id, signal)
    return level > 0 ? { outcome: 'sent', message_id } : { outcome: 'not_sent', reason: 'WhatsApp refused the message' }
  }
}
