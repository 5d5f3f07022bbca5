import { SECOND_MS, type Clock } from '../../../platform/clock.ts'
import { withDeadline } from '../../../platform/deadline.ts'
import { usernameOf } from '../../../people/sender-normalisation.ts'
import { DenidinError } from '../../../platform/errors.ts'
import type { WwebjsClient, WwebjsPage } from './client.ts'
import { translated } from './errors.ts'
import {
  listChats,
  readAck,
  readHistory,
  readUsername,
  repairMessageIds,
  setTyping,
  type ChatHistory,
  type ListedChat,
  type PageReport,
} from './page-scripts.ts'
import { acknowledgeNews, lookAtPage, SCREEN_WORDS, tellSynced, type PageLook } from './page-screens.ts'
import { addressOf, parseMessage, type WhatsAppMessage } from './message-parser.ts'

/** What can be asked of the page of a client. All errors of the library and of the browser are translated here. */
export class PageQueries {
  readonly #library: () => WwebjsClient | undefined
  readonly #clock: Clock
  readonly #ask_ms: number

  /** `ask_ms`: deadline of every question but `send`, in milliseconds. */
  constructor(library: () => WwebjsClient | undefined, clock: Clock, ask_ms: number) {
    this.#library = library
    this.#clock = clock
    this.#ask_ms = ask_ms
  }

  /** Makes message ids readable; to be called whenever the page has become ready. */
  async repair(): Promise<PageReport> {
    return await this.#ask('repairing the message ids', page => page.evaluate(repairMessageIds))
  }

  /** One look at the page, without a deadline of its own. */
  async look(): Promise<PageLook> {
    const { pupPage } = this.#running()
    if (pupPage === null) throw new DenidinError('not_running', 'WhatsApp is not open')
    return await pupPage.evaluate(lookAtPage, SCREEN_WORDS)
  }

  /** Presses the button of a dialog of news; whether there was one. */
  async acknowledgeNews(): Promise<boolean> {
    return await this.#ask('closing a dialog', page => page.evaluate(acknowledgeNews, SCREEN_WORDS))
  }

  /** Lets the library hear that the messages are there. */
  async tellSynced(): Promise<void> {
    await this.#ask('telling that the messages are there', page => page.evaluate(tellSynced))
  }

  /**
   * Hands a text to WhatsApp. Resolves with what the page made of it, `undefined` when it does not say.
   * @throws DenidinError `unavailable` when the page failed; the message may have gone out nevertheless.
   */
  async send(chat_id: string, text: string, quoted_id: string | undefined): Promise<WhatsAppMessage | undefined> {
    try {
      const sent = await this.#running().sendMessage(chat_id, text, {
        // No visit to addresses that stand in an answer, and no second "seen".
        linkPreview: false,
        sendSeen: false,
        ...(quoted_id === undefined ? {} : { quotedMessageId: quoted_id }),
      })
      return sent === undefined ? undefined : parseMessage(sent.rawData)
    } catch (error) {
      throw translated(error)
    }
  }

  /** How far an own message got: 0 when the page does not know. */
  async ack(message_id: string): Promise<number> {
    return await this.#ask('looking how far a message got', page => page.evaluate(readAck, message_id))
  }

  async seen(chat_id: string): Promise<void> {
    await this.#ask('showing a chat as read', () => this.#running().sendSeen(chat_id))
  }

  async typing(chat_id: string, state: 'typing' | 'stop'): Promise<void> {
    await this.#ask('showing that an answer is written', page => page.evaluate(setTyping, chat_id, state))
  }

  /** Every chat with its newest time. */
  async chats(): Promise<readonly ListedChat[]> {
    return await this.#ask('listing the chats', page => page.evaluate(listChats))
  }

  /** The newest messages of a chat, at most `most` and none from before `from` (milliseconds since the Unix epoch). */
  async history(chat_id: string, from: number, most: number): Promise<ChatHistory> {
    const from_s = Math.floor(from / SECOND_MS)
    return await this.#ask('reading a chat', page => page.evaluate(readHistory, chat_id, from_s, most))
  }

  /** Which phone, which LID and which username belong together, as far as WhatsApp tells. */
  async lookUp(address: string): Promise<{ phone?: string; lid?: string; username?: string }> {
    const [[found], told] = await Promise.all([
      this.#ask('looking up a sender', () => this.#running().getContactLidAndPhone([address])),
      this.#ask('looking up a username', page => page.evaluate(readUsername, address)),
    ])
    const username = typeof told === 'string' ? usernameOf(told) : undefined
    const phone = addressOf(found?.pn)
    const lid = addressOf(found?.lid)
    return {
      ...(phone === undefined ? {} : { phone }),
      ...(lid === undefined ? {} : { lid }),
      ...(username === undefined ? {} : { username }),
    }
  }

  #running(): WwebjsClient {
    const library = this.#library()
    if (library === undefined) throw new DenidinError('not_running', 'WhatsApp is not open')
    return library
  }

  async #ask<T>(what: string, act: (page: WwebjsPage) => Promise<T>): Promise<T> {
    const { pupPage } = this.#running()
    if (pupPage === null) throw new DenidinError('not_running', 'WhatsApp is not open')
    try {
      return await withDeadline(this.#clock, this.#ask_ms, what, () => act(pupPage))
    } catch (error) {
      throw translated(error)
    }
  }
}
