/**
 * The register of message ids: every message that DeniDin ever sent or received stays known by its id, without words, so
 * that nothing is recorded, answered or run twice, and no message of ours is taken for the account owner's.
 */
import type { MessageId } from './message.ts'

/** A message that was sent or received once. Nothing else of it need exist any more. */
export interface KnownMessage {
  /** The id under which it was recorded first; the addresses in it may have changed since. */
  readonly message_id: MessageId
  /** `ours`: DeniDin sent it, or tried to; `received`: a person or the account's owner wrote it. */
  readonly origin: 'ours' | 'received'
  /** Milliseconds since the Unix epoch. */
  readonly sent_at: number
}

/** Forgetting and retention remove nothing from it. */
export interface KnownMessages {
  /** Known messages with one of these stanza ids (see `messageKeyOf`), in whatever chat. */
  withStanzaIds(stanza_ids: readonly string[]): Promise<readonly KnownMessage[]>
  /** Records a message of ours that went out without a record in the outbox. */
  recordSent(message_id: MessageId, sent_at: number): Promise<void>
}
