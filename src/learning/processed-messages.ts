/** Records which messages were learned from and with which text, so that learning resumes and notices changes. */
import { createHash } from 'node:crypto'
import type { MessageId } from '../messages/message.ts'
import type { Scope } from '../messages/scope.ts'

/** A message that facts were extracted from. */
export interface ProcessedMessage {
  readonly message_id: MessageId
  /** `digestOf` its text at that time. */
  readonly digest: string
}

/** Messages that were processed. Any other message has not been learned from yet. */
export interface ProcessedMessages {
  /** The processed messages of a session. */
  of(session_id: string): Promise<ReadonlyMap<MessageId, ProcessedMessage>>
  add(
    session: { readonly session_id: string; readonly scope: Scope },
    messages: readonly ProcessedMessage[],
  ): Promise<void>
  /** The sessions that processed messages belong to. */
  sessionsOf(message_ids: readonly MessageId[]): Promise<readonly string[]>
  /** Makes messages unprocessed again. */
  remove(message_ids: readonly MessageId[]): Promise<void>
}

const DIGEST_CHARACTERS = 22

/** A short hash that changes when the text changes. */
export const digestOf = (text: string): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, DIGEST_CHARACTERS)
