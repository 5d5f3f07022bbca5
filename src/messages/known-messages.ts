/**
 * The register of message ids. Every message that DeniDin ever sent or received stays known by its id, without text. So
 * nothing is recorded, answered or run twice, and no message of ours is mistaken for the account owner's.
 */
import type { MessageId } from './message.ts'

/** A message that was sent or received once. The rest of it may no longer exist. */
export interface KnownMessage {
  /** The id under which it was first recorded; the addresses in it may have changed since. */
  readonly message_id: MessageId
  /** `ours`: DeniDin sent it, or tried to; `received`: a person or the account owner wrote it. */
  readonly origin: 'ours' | 'received'
  /** Milliseconds since the Unix epoch. */
  readonly sent_at: number
}

/** Erasure and retention remove nothing from it. */
export interface KnownMessages {
  /** Known messages with one of these stanza ids (see `messageKeyOf`), in any chat. */
  withStanzaIds(stanza_ids: readonly string[]): Promise<readonly KnownMessage[]>
  /** Records a message of ours that was sent without a record in the outbox. */
  recordSent(message_id: MessageId, sent_at: number): Promise<void>
}
