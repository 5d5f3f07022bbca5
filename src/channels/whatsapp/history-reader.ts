/** Reads the messages that arrived while DeniDin was not connected, chat by chat. */
import { DAY_MS, MINUTE_MS, SECOND_MS, type Clock } from '../../platform/clock.ts'
import { withDeadline } from '../../platform/deadline.ts'
import { messageKeyOf } from '../../messages/message-key.ts'
import type { Logger } from '../../platform/logger.ts'
import type { ChatHistory, EngineConnection, ListedChat } from './engine.ts'
import { reasonOf } from './failure-reason.ts'
import { isChat } from './message-mapper.ts'
import { asUnreadable, CIPHERTEXT, type MessageChange, type WhatsAppMessage } from './whatsapp-message.ts'

/** The missed messages of one chat, oldest first. */
export interface MissedHistory {
  readonly chat_id: string
  readonly messages: readonly WhatsAppMessage[]
  /** Edits and deletions that these messages already had when they were read. */
  readonly changes: readonly MessageChange[]
  /** Up to this time it contains every message; milliseconds since the Unix epoch. */
  readonly until: number
}

export interface HistoryReaderDeps {
  readonly source: Pick<EngineConnection, 'chats' | 'history'>
  readonly clock: Clock
  readonly logger: Logger
  /** When this device was linked: earlier messages were not meant for DeniDin. */
  readonly linked_at: number
  /** Since when the login belongs to this account: earlier messages were meant for another one. */
  readonly account_since: number
  readonly recordedUntil: (chat_ids: readonly string[]) => Promise<ReadonlyMap<string, number>>
  /** Called as soon as it is known in which chats messages may be missing. */
  readonly listed: (chat_ids: readonly string[]) => void
  /** Messages of a chat that came as events before it was read, and that the engine may not list. */
  readonly received: (chat_id: string) => readonly WhatsAppMessage[]
  /** Hands the messages to the pipeline; false if some of them could not be recorded. */
  readonly deliver: (missed: MissedHistory) => Promise<boolean>
  /** Aborted when the connection ends. */
  readonly signal: AbortSignal
}

/** Most messages of one chat that are read after an absence; older ones are skipped, and the log says so. */
const MOST_OF_A_CHAT = 5000
/** The limit for a chat that cannot be read that far back. */
const LEAST_OF_A_CHAT = 500
/** How far before the mark reading begins: for edits, and for messages that arrived out of order. */
const OVERLAP_MS = 10 * MINUTE_MS
/**
 * How many chats, and about how many messages, are read before they are delivered, oldest first: limits the memory
 * used.
 */
const CHATS_AT_ONCE = 100
const MESSAGES_AT_ONCE = 5000
/** Deadline for recording these messages. */
const DELIVERY_MS = 10 * MINUTE_MS
/** Faster work is logged at debug only. */
const SLOW_MS = 2 * SECOND_MS
/** WhatsApp requests messages that it cannot decrypt again; after this time they count as unreadable. */
const DECRYPTED_WITHIN_MS = MINUTE_MS
/** How far back to read if it is unknown when the device was linked. */
export const UNKNOWN_LINK_MS = DAY_MS

/** A chat in which messages may be missing. */
interface IncompleteChat {
  readonly chat_id: string
  readonly newest: number
  /** Reading begins here. */
  readonly from: number
}

/** One pass over all chats. */
export class HistoryReader {
  readonly #deps: HistoryReaderDeps
  readonly #began: number
  #logged_at: number
  #complete = true
  #messages = 0

  constructor(deps: HistoryReaderDeps) {
    this.#deps = deps
    this.#began = deps.clock.monotonic()
    this.#logged_at = this.#began
  }

  /**
   * Reads and delivers everything that was missed. False if something is left for another pass.
   * @throws when the chats cannot be listed, delivering takes too long, or the signal is aborted
   */
  async read(): Promise<boolean> {
    const { clock, logger } = this.#deps
    const chats = await this.#incompleteChats()
    this.#deps.listed(chats.map(chat => chat.chat_id))
    for (let first = 0; first < chats.length;) {
      const { missed, next } = await this.#readChats(chats, first)
      await this.#deliver(missed)
      first = next
    }
    const took_ms = clock.monotonic() - this.#began
    logger[took_ms >= SLOW_MS ? 'info' : 'debug']('Caught up with messages that arrived meanwhile', {
      chats: chats.length,
      messages: this.#messages,
      took_ms,
    })
    return this.#complete
  }

  async #incompleteChats(): Promise<readonly IncompleteChat[]> {
    const { source, recordedUntil } = this.#deps
    const chats = (await source.chats()).filter(chat => isChat(chat.chat_id))
    const marks = await recordedUntil(chats.map(chat => chat.chat_id))
    return chats
      .map(chat => incompleteChat(chat, marks.get(chat.chat_id), this.#deps))
      .filter(chat => chat !== undefined)
      .sort((a, b) => a.newest - b.newest)
  }

  /** Reads up to 100 chats, starting at index `first`; `next` is the first one that is left. */
  async #readChats(
    chats: readonly IncompleteChat[],
    first: number,
  ): Promise<{ missed: MissedHistory[]; next: number }> {
    const { clock, logger, signal } = this.#deps
    const missed: MissedHistory[] = []
    let next = first
    let messages = 0
    for (const chat of chats.slice(first, first + CHATS_AT_ONCE)) {
      if (messages >= MESSAGES_AT_ONCE) break
      signal.throwIfAborted()
      const found = await this.#readChat(chat)
      next++
      if (found?.complete !== true) this.#complete = false
      if (found !== undefined) missed.push(found.missed)
      messages += found?.missed.messages.length ?? 0
      if (clock.monotonic() - this.#logged_at >= SLOW_MS) {
        this.#logged_at = clock.monotonic()
        logger.info('Catching up with messages that arrived meanwhile', {
          chats: chats.length,
          read: next,
        })
      }
    }
    return { missed: missed.sort((a, b) => beginningOf(a) - beginningOf(b)), next }
  }

  async #deliver(missed: readonly MissedHistory[]): Promise<void> {
    const { clock, deliver, signal } = this.#deps
    this.#messages += missed.reduce((sum, chat) => sum + chat.messages.length, 0)
    const recorded = await withDeadline(
      clock,
      DELIVERY_MS,
      'recording messages that arrived meanwhile',
      () => Promise.all(missed.map(chat => deliver(chat))),
      signal,
    )
    if (recorded.includes(false)) this.#complete = false
  }

  /** If a chat has so many messages that the page cannot read them in time, only its end is read. */
  async #history(chat_id: string, from: number): Promise<ChatHistory> {
    const { source, signal } = this.#deps
    try {
      return await source.history(chat_id, from, MOST_OF_A_CHAT)
    } catch {
      signal.throwIfAborted()
      return await source.history(chat_id, from, LEAST_OF_A_CHAT)
    }
  }

  /** `undefined` if the chat could not be read; incomplete while one of its messages is not decrypted. */
  async #readChat({
    chat_id,
    newest,
    from,
  }: IncompleteChat): Promise<{ missed: MissedHistory; complete: boolean } | undefined> {
    const { clock, logger, received, signal } = this.#deps
    try {
      const { messages, changes, cut } = await this.#history(chat_id, from)
      if (cut) {
        logger.warn('A chat has more missed messages than are read; the oldest are left out', {
          chat_id,
          read: messages.length,
        })
      }
      const now = clock.now()
      const all = new Map([...messages, ...received(chat_id)].map(message => [messageKey(message), message]))
      const inOrder = [...all.values()].sort((a, b) => a.sent_at - b.sent_at)
      const pending = inOrder.find(({ type, sent_at }) => type === CIPHERTEXT && now - sent_at < DECRYPTED_WITHIN_MS)
      // Times are whole seconds: another message of the same second may follow.
      const last = Math.min(Math.max(newest, inOrder.at(-1)?.sent_at ?? 0), now - SECOND_MS)
      const missed = {
        chat_id,
        messages: inOrder.filter(message => message !== pending).map(asUnreadable),
        changes,
        until: pending === undefined ? last : Math.min(last, pending.sent_at - 1),
      }
      return { missed, complete: pending === undefined }
    } catch (error) {
      if (signal.aborted) throw error
      logger.warn('A chat could not be read', { chat_id, reason: reasonOf(error) })
      return undefined
    }
  }
}

/** `undefined` if every message of the chat is recorded, as far as its newest time and its unread count show. */
const incompleteChat = (
  { chat_id, newest, unread }: ListedChat,
  mark: number | undefined,
  { linked_at, account_since }: Pick<HistoryReaderDeps, 'linked_at' | 'account_since'>,
): IncompleteChat | undefined => {
  // A mark from before this account says nothing; one from an earlier link of this account still counts.
  const recorded = mark === undefined || mark < account_since ? undefined : mark
  const known = recorded ?? linked_at - 1
  if (newest <= known && (unread === 0 || recorded === undefined)) return undefined
  return { chat_id, newest, from: recorded === undefined ? linked_at : recorded - OVERLAP_MS }
}

/** The same message may be listed under another address than that of its event. */
const messageKey = ({ message_id, from_me }: WhatsAppMessage): string =>
  `${String(from_me)} ${messageKeyOf(message_id).stanza_id}`

const beginningOf = ({ messages }: MissedHistory): number => messages[0]?.sent_at ?? Infinity
