import type { Channel, ChannelEvents, Delivery } from '../../src/channels/channel.ts'
import { layOutReply } from '../../src/channels/whatsapp/format/reply-layout.ts'
import type { ChatId, IncomingMessage, MessageId } from '../../src/messages/message.ts'

export interface SentMessage {
  readonly chat_id: ChatId
  readonly text: string
  readonly reply_to?: MessageId
}

/** Ids are unique over all channels of a test run, as WhatsApp's are. */
let number = 0

/** A channel that a test steers: it delivers what it is told to and takes down what is sent. Serves what ends in `.us` or `@lid`. */
export class TestChannel implements Channel {
  readonly name = 'test'
  readonly pace = 'human'
  readonly sent: SentMessage[] = []
  /** Ids of the messages that were sent. */
  readonly sentIds: MessageId[] = []
  readonly seenChats: ChatId[] = []
  /** Chats in which typing is shown at this moment. */
  readonly typingIn: ChatId[] = []
  /** What becomes of the next messages, in order; afterwards all are sent. */
  readonly outcomes: (Delivery | ((message: SentMessage) => Promise<Delivery>))[] = []
  #events: ChannelEvents | undefined
  #arrivals: (() => void)[] = []

  serves(chat_id: ChatId): boolean {
    return /(\.us|@lid)$/.test(chat_id)
  }

  /** As WhatsApp does: what tests expect is what a phone shows. */
  async render(reply: string): Promise<readonly string[]> {
    return await layOutReply(reply)
  }

  async start(events: ChannelEvents): Promise<void> {
    this.#events = events
    events.ready()
  }

  async stop(): Promise<void> {
    this.#events = undefined
  }

  async send(chat_id: ChatId, text: string, options: { readonly reply_to?: MessageId }): Promise<Delivery> {
    const message = { chat_id, text, ...options }
    const outcome = this.outcomes.shift()
    const delivery =
      outcome === undefined
        ? ({ outcome: 'sent', message_id: `sent-${String(++number)}-${chat_id}` } as const)
        : typeof outcome === 'function'
          ? await outcome(message)
          : outcome
    if (delivery.outcome === 'sent') {
      this.sent.push(message)
      this.sentIds.push(delivery.message_id)
    }
    for (const arrival of this.#arrivals.splice(0)) arrival()
    return delivery
  }

  async seen(chat_id: ChatId): Promise<void> {
    this.seenChats.push(chat_id)
  }

  async typing(chat_id: ChatId): Promise<AsyncDisposable> {
    this.typingIn.push(chat_id)
    return {
      [Symbol.asyncDispose]: async () => {
        this.typingIn.splice(this.typingIn.indexOf(chat_id), 1)
      },
    }
  }

  async health(): Promise<{ readonly state: 'ok'; readonly detail: string }> {
    return { state: 'ok', detail: 'test' }
  }

  /** The listener, to be told what else happens. */
  get events(): ChannelEvents {
    if (this.#events === undefined) throw new Error('the channel is not started')
    return this.#events
  }

  /** Tells the listener that the channel can send again. */
  becomeReady(): void {
    this.#events?.ready()
  }

  /** Delivers a message as WhatsApp would; resolves when it is recorded. */
  async deliver(message: Partial<IncomingMessage> & { readonly text: string }): Promise<IncomingMessage> {
    const chat_id = message.chat_id ?? '15550001111@c.us'
    const whole: IncomingMessage = {
      message_id: `in-${String(++number)}`,
      chat_id,
      chat_kind: chat_id.endsWith('@g.us') ? 'group' : 'direct',
      sender: { identities: [{ kind: 'phone', value: chat_id.replace(/@.*/, '') }], name: 'Ana' },
      sent_at: Date.now(),
      addressed: true,
      may_continue: true,
      ...message,
    }
    if (this.#events === undefined) throw new Error('the channel is not started')
    await this.#events.message(whole)
    return whole
  }

  /** Resolves when `count` messages have been sent. */
  async sentCount(count: number): Promise<readonly SentMessage[]> {
    while (this.sent.length < count) await new Promise<void>(resolve => this.#arrivals.push(resolve))
    return this.sent
  }
}
