import { DAY_MS, MINUTE_MS, SECOND_MS, type Clock } from '../../platform/clock.ts'
import { withDeadline } from '../../platform/deadline.ts'
import type { Logger } from '../../platform/logger.ts'
import { asUnreadable, isChat } from './message-mapper.ts'
import { reasonOf } from './wwebjs/errors.ts'
import { parseChange, type MessageChange } from './wwebjs/change-parser.ts'
import type { ListedChat } from './wwebjs/page-scripts.ts'
import { parseMessage, type WhatsAppMessage } from './wwebjs/message-parser.ts'
import type { PageQueries } from './wwebjs/page.ts'

/** What was said in one chat while nobody listened, oldest first. */
export interface MissedHistory {
  readonly chat_id: string
  readonly messages: readonly WhatsAppMessage[]
  /** What had happened to messages when they were read. */
  readonly changes: readonly MessageChange[]
  /** Everything up to then stands in it; milliseconds since the Unix epoch. */
  readonly until: number
}

export interface HistoryReaderDeps {
  readonly page: Pick<PageQueries, 'chats' | 'history'>
  readonly clock: Clock
  readonly logger: Logger
  /** When this device was linked: what was said before was not said to us. */
  readonly linked_at: number
  /** Since when the account is this one: what was said before was said to another. */
  readonly account_since: number
  readonly heardUntil: (chat_ids: readonly string[]) => Promise<ReadonlyMap<string, number>>
  /** Told, as soon as it is known, in which chats something may be missing. */
  listed(chat_ids: readonly string[]): void
  /** What came as an event of its own before the chat was read, and stands in no page. */
  readonly heard: (chat_id: string) => readonly WhatsAppMessage[]
  /** Brings it onto the road; false when some of it could not be recorded. */
  deliver(missed: MissedHistory): Promise<boolean>
  /** Aborted when the client ends. */
  readonly signal: AbortSignal
}

/** Most messages of one chat that are read after an absence: what is older is given up, and the log says so. */
const MOST_OF_A_CHAT = 500
/** As far before the end of what was heard it is read once more: for edits, and for what came out of its order. */
const OVERLAP_MS = 10 * MINUTE_MS
/** Chats that are read before what they hold is delivered, oldest first: bounds the memory that it takes. */
const CHATS_AT_ONCE = 100
/** For recording what these hold. */
const DELIVERY_MS = 10 * MINUTE_MS
/** It is no news when it was quicker. */
const WORTH_TELLING_MS = 2 * SECOND_MS
/** WhatsApp has what it cannot decrypt sent again; after that it is asked for. */
const DECRYPTED_WITHIN_MS = MINUTE_MS
/** How far back is read where nobody knows when the device was linked. */
export const UNKNOWN_LINK_MS = DAY_MS

/** Reads what was said while nobody listened. False when something is left to be looked for once more. */
export const readMissedHistory = async (deps: HistoryReaderDeps): Promise<boolean> => {
  const { page, clock, logger, signal } = deps
  const began = clock.now()
  const chats = (await page.chats()).filter(chat => isChat(chat.chat_id))
  const heard = await deps.heardUntil(chats.map(chat => chat.chat_id))
  const behind = chats
    .map(chat => toBehind(chat, heard.get(chat.chat_id), deps))
    .filter(chat => chat !== undefined)
    .sort((a, b) => a.newest - b.newest)
  deps.listed(behind.map(chat => chat.chat_id))

  let complete = true
  let messages = 0
  let told = began
  for (let first = 0; first < behind.length; first += CHATS_AT_ONCE) {
    const missed: MissedHistory[] = []
    const slice = behind.slice(first, first + CHATS_AT_ONCE)
    for (const [index, chat] of slice.entries()) {
      signal.throwIfAborted()
      const read = await readChat(deps, chat)
      if (read?.complete !== true) complete = false
      if (read !== undefined) missed.push(read.missed)
      if (clock.now() - told >= WORTH_TELLING_MS) {
        told = clock.now()
        logger.info('Catching up with what was said meanwhile', { chats: behind.length, read: first + index + 1 })
      }
    }
    missed.sort((a, b) => beginningOf(a) - beginningOf(b))
    messages += missed.reduce((sum, chat) => sum + chat.messages.length, 0)
    const recorded = await withDeadline(
      clock,
      DELIVERY_MS,
      'recording what was said meanwhile',
      () => Promise.all(missed.map(chat => deps.deliver(chat))),
      signal,
    )
    if (recorded.includes(false)) complete = false
  }
  const took_ms = clock.now() - began
  const level = took_ms >= WORTH_TELLING_MS ? 'info' : 'debug'
  logger[level]('Caught up with what was said meanwhile', { chats: behind.length, messages, took_ms })
  return complete
}

interface Behind {
  readonly chat_id: string
  readonly newest: number
  /** From when it is read. */
  readonly from: number
}

/** A chat in which something may have been missed. */
const toBehind = (
  { chat_id, newest_s, unread }: ListedChat,
  mark: number | undefined,
  { linked_at, account_since }: Pick<HistoryReaderDeps, 'linked_at' | 'account_since'>,
): Behind | undefined => {
  const newest = newest_s * SECOND_MS
  const heard = mark === undefined || mark < account_since ? undefined : mark
  // Where somebody was heard, what they said between one link and the next was said to us too.
  const known = heard ?? linked_at - 1
  if (newest <= known && (unread === 0 || heard === undefined)) return undefined
  return { chat_id, newest, from: heard === undefined ? linked_at : heard - OVERLAP_MS }
}

const beginningOf = ({ messages }: MissedHistory): number => messages[0]?.sent_at ?? Infinity

const readChat = async (
  deps: HistoryReaderDeps,
  { chat_id, newest, from }: Behind,
): Promise<{ missed: MissedHistory; complete: boolean } | undefined> => {
  const { page, clock, logger } = deps
  try {
    const { messages: raw, cut } = await page.history(chat_id, from, MOST_OF_A_CHAT)
    if (cut) logger.warn('More was said in a chat than is read; the oldest is left', { chat_id, read: MOST_OF_A_CHAT })
    const now = clock.now()
    const all = new Map<string, WhatsAppMessage>()
    for (const message of [...raw.map(parseMessage), ...deps.heard(chat_id)]) {
      if (message !== undefined) all.set(message.message_id, message)
    }
    const inOrder = [...all.values()].sort((a, b) => a.sent_at - b.sent_at)
    const garbled = inOrder.filter(message => message.type === 'ciphertext')
    const pending = garbled.find(message => now - message.sent_at < DECRYPTED_WITHIN_MS)
    // Times are whole seconds: another message of the same one may follow.
    const last = Math.min(Math.max(newest, inOrder.at(-1)?.sent_at ?? 0), now - SECOND_MS)
    const missed = {
      chat_id,
      messages: inOrder.filter(message => message !== pending).map(asUnreadable),
      changes: raw.map(parseChange).filter(change => change !== undefined),
      until: pending === undefined ? last : Math.min(last, pending.sent_at - 1),
    }
    return { missed, complete: pending === undefined }
  } catch (error) {
    if (deps.signal.aborted) throw error
    logger.warn('A chat could not be read', { chat_id, reason: reasonOf(error) })
    return undefined
  }
}
