/** Decides who wrote a message that came from our own account: DeniDin, as a part of a reply, or the owner. */
import { MINUTE_MS, SECOND_MS } from '../platform/clock.ts'
import type { MessageOrigin, OwnMessage } from './inbox-store.ts'
import type { KnownMessage } from './known-messages.ts'
import type { ChatId, MessageId } from './message.ts'

/**
 * A channel creates a message of ours within this time after sending began. Its time is in whole seconds, so it may
 * also seem slightly older.
 */
const WRITTEN_WITHIN_MS = MINUTE_MS
const WRITTEN_BEFORE_MS = 2 * SECOND_MS

/** A part of a reply that may have been sent, for which the channel gave no id. */
export interface UnidentifiedPart {
  readonly outbox_id: string
  readonly part: number
  readonly begun_at: number
}

/** Single reads and writes; no other writer interrupts a `transaction`. */
export interface OriginRows {
  transaction<T>(work: () => T): T
  /** The origin of a message whose id is known. */
  originOfKnown(message_id: MessageId): KnownMessage['origin'] | undefined
  /** Parts without a known id that were sent to one of these chats. */
  unidentifiedParts(chat_ids: readonly ChatId[]): readonly UnidentifiedPart[]
  identify(part: UnidentifiedPart, message_id: MessageId): void
}

/**
 * The part that was being sent when a message was written. If several were, it is the latest. Messages may come in any
 * order, and a message that took the part of an earlier one would leave that one without a part.
 */
export const partWrittenAt = (parts: readonly UnidentifiedPart[], sent_at: number): UnidentifiedPart | undefined =>
  parts
    .filter(({ begun_at }) => begun_at >= sent_at - WRITTEN_WITHIN_MS && begun_at <= sent_at + WRITTEN_BEFORE_MS)
    .toSorted((one, other) => other.begun_at - one.begun_at)[0]

/**
 * Finds the origin of a message of our account. A part without an id gets the id of a message written while it was
 * sent.
 */
export const originOf = (rows: OriginRows, message: OwnMessage): MessageOrigin => {
  const { message_id, chat_id, aliases = [], sent_at } = message
  const known = (): MessageOrigin | undefined => {
    const origin = rows.originOfKnown(message_id)
    return origin === 'received' ? 'known' : origin
  }
  // After an absence most messages are known: for these, reading is enough.
  return (
    known() ??
    rows.transaction(() => {
      const seen = known()
      if (seen !== undefined) return seen
      const part = partWrittenAt(rows.unidentifiedParts([chat_id, ...aliases]), sent_at)
      if (part === undefined) return 'new'
      rows.identify(part, message_id)
      return 'ours'
    })
  )
}
