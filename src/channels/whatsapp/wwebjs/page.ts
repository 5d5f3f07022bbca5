/** The requests that can be made to WhatsApp's page; errors of the library and of the browser are translated here. */
import { SECOND_MS, type Clock } from '../../../platform/clock.ts'
import { longestElapsed } from '../../../platform/clock-steps.ts'
import { withDeadline } from '../../../platform/deadline.ts'
import { messageKeyOf } from '../../../messages/message-key.ts'
import { usernameOf } from '../../../people/sender-normalisation.ts'
import { DenidinError } from '../../../platform/errors.ts'
import type { ChatHistory, KnownNames, ListedChat } from '../engine.ts'
import type { WhatsAppMessage } from '../whatsapp-message.ts'
import { parseChange } from './change-parser.ts'
import type { WwebjsClient, WwebjsPage } from './client.ts'
import { reasonOf } from '../failure-reason.ts'
import { failureOf, translated } from './errors.ts'
import { addressOf, parseMessage } from './message-parser.ts'
import {
  currentId,
  hasOwnText,
  listChats,
  readAck,
  readDisplayName,
  readIsContact,
  readHistory,
  readKept,
  readUsername,
  repairMessageIds,
  setTyping,
  type PageReport,
} from './page-scripts.ts'
import { acknowledgeNews, lookAtPage, SCREEN_WORDS, tellSynced, type PageLook } from './page-screens.ts'

/** The page writes times in whole seconds, so a message may seem this much older than its sending. */
const MADE_EARLIER_MS = SECOND_MS
/** Deadline for reading a chat: the page loads some dozens of older messages at a time. */
const HISTORY_MS = 30 * SECOND_MS

export class Page {
  readonly #client: () => WwebjsClient | undefined
  readonly #clock: Clock
  readonly #ask_ms: number

  /** @param ask_ms deadline of every request except `look`, `send` and `history`, in milliseconds */
  constructor(client: () => WwebjsClient | undefined, clock: Clock, ask_ms: number) {
    this.#client = client
    this.#clock = clock
    this.#ask_ms = ask_ms
  }

  /** Makes message ids readable; call it whenever the page has become ready. */
  async repair(): Promise<PageReport> {
    return await this.#ask('repairing the message ids', page => page.evaluate(repairMessageIds))
  }

  /** One health check, without a deadline of its own. */
  async look(): Promise<PageLook> {
    return await this.#loadedPage().evaluate(lookAtPage, SCREEN_WORDS)
  }

  /** Presses the button of a "What's new" dialog. False if there was none. */
  async acknowledgeNews(): Promise<boolean> {
    return await this.#ask('closing a dialog', page => page.evaluate(acknowledgeNews, SCREEN_WORDS))
  }

  /** Triggers the library's "synced" event again, because the library missed it. */
  async tellSynced(): Promise<void> {
    await this.#ask('telling that the messages are there', page => page.evaluate(tellSynced))
  }

  async send(chat_id: string, text: string, quoted_id: string | undefined): Promise<WhatsAppMessage | undefined> {
    const quotedMessageId = quoted_id === undefined ? undefined : await this.#currentId(quoted_id, chat_id)
    const elapsed = longestElapsed(this.#clock)
    try {
      const sent = await this.#running().sendMessage(chat_id, text, {
        // No requests to addresses in a reply, and no second read receipt.
        linkPreview: false,
        sendSeen: false,
        ...(quotedMessageId === undefined ? {} : { quotedMessageId }),
      })
      if (sent === undefined) await this.#throwUnlessMade(text, elapsed(), 'WhatsApp has no chat with this address')
      return sent === undefined ? undefined : parseMessage(sent.rawData)
    } catch (error) {
      if (!(error instanceof DenidinError) && failureOf(error) === 'other') {
        await this.#throwUnlessMade(text, elapsed(), reasonOf(error))
      }
      throw translated(error)
    }
  }

  async acknowledgement(message_id: string): Promise<number> {
    const { stanza_id } = messageKeyOf(message_id)
    return await this.#ask('asking how far a message got', page => page.evaluate(readAck, message_id, stanza_id))
  }

  async markSeen(chat_id: string): Promise<void> {
    await this.#ask('showing a chat as read', () => this.#running().sendSeen(chat_id))
  }

  async setTyping(chat_id: string, state: 'typing' | 'stop'): Promise<void> {
    await this.#ask('showing that an answer is written', page => page.evaluate(setTyping, chat_id, state))
  }

  async chats(): Promise<readonly ListedChat[]> {
    const chats = await this.#ask('listing the chats', page => page.evaluate(listChats))
    return chats.map(({ chat_id, newest_s, unread }) => ({ chat_id, newest: newest_s * SECOND_MS, unread }))
  }

  async history(chat_id: string, from: number, most: number): Promise<ChatHistory> {
    const from_s = Math.floor(from / SECOND_MS)
    const { messages, cut } = await this.#ask(
      'reading a chat',
      page => page.evaluate(readHistory, chat_id, from_s, most),
      HISTORY_MS,
    )
    return {
      messages: messages.map(parseMessage).filter(message => message !== undefined),
      changes: messages.map(parseChange).filter(change => change !== undefined),
      cut,
    }
  }

  async lookUp(address: string): Promise<KnownNames> {
    const [[found], name] = await Promise.all([
      this.#ask('looking up a sender', () => this.#running().getContactLidAndPhone([address])),
      this.#ask('looking up a username', page => page.evaluate(readUsername, address)),
    ])
    const username = typeof name === 'string' ? usernameOf(name) : undefined
    const phone = addressOf(found?.pn)
    const lid = addressOf(found?.lid)
    return {
      ...(phone === undefined ? {} : { phone }),
      ...(lid === undefined ? {} : { lid }),
      ...(username === undefined ? {} : { username }),
    }
  }

  async keptIn(chat_id: string, message_ids: readonly string[]): Promise<readonly string[]> {
    const keys = message_ids.map(id => [id, messageKeyOf(id).stanza_id] as const)
    return await this.#ask('looking for messages that were kept', page => page.evaluate(readKept, chat_id, keys))
  }

  async displayName(addresses: readonly string[]): Promise<string | undefined> {
    return await this.#ask('looking up a name', page => page.evaluate(readDisplayName, addresses))
  }

  async isContact(addresses: readonly string[]): Promise<boolean> {
    return await this.#ask('looking for a contact', page => page.evaluate(readIsContact, addresses))
  }

  /**
   * The page gave up sending. The page itself shows whether it had created the message by then; the error does not say.
   * @throws DenidinError `rejected` if there is no message
   */
  async #throwUnlessMade(text: string, elapsed_ms: number, why: string): Promise<void> {
    const within_s = (elapsed_ms + MADE_EARLIER_MS) / SECOND_MS
    const made = await this.#ask('looking for a message', page => page.evaluate(hasOwnText, text, within_s)).catch(
      () => undefined,
    )
    if (made === false) throw new DenidinError('rejected', `WhatsApp made no message: ${why}`)
  }

  /** The id under which the page knows a message now. */
  async #currentId(message_id: string, chat_id: string): Promise<string> {
    const { stanza_id } = messageKeyOf(message_id)
    return await this.#ask('finding a quoted message', page => page.evaluate(currentId, message_id, stanza_id, chat_id))
  }

  #running(): WwebjsClient {
    const client = this.#client()
    if (client === undefined) throw new DenidinError('not_running', 'WhatsApp is not open')
    return client
  }

  #loadedPage(): WwebjsPage {
    const { pupPage } = this.#running()
    if (pupPage === null) throw new DenidinError('not_running', 'WhatsApp is not open')
    return pupPage
  }

  async #ask<T>(what: string, act: (page: WwebjsPage) => Promise<T>, within_ms = this.#ask_ms): Promise<T> {
    const page = this.#loadedPage()
    try {
      return await withDeadline(this.#clock, within_ms, what, () => act(page))
    } catch (error) {
      throw translated(error)
    }
  }
}
