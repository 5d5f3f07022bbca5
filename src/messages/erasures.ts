import type { PersonId } from '../people/person.ts'
import type { MessageFingerprint, MessageId } from './message.ts'
import type { Scope } from './scope.ts'

/** One act of forgetting. */
export interface ErasureAct {
  readonly act: string
  /** `person`: everything about a person; `messages`: what is listed with the act. */
  readonly kind: 'person' | 'messages'
  readonly person_id: PersonId
  /** When it was asked for, milliseconds since the Unix epoch. */
  readonly at: number
  /** Messages that are no part of it: the request itself. */
  readonly spared: readonly MessageId[]
}

/** What an act covers, found before anything goes. */
export interface ErasedThings {
  readonly messages?: readonly MessageFingerprint[]
  readonly memories?: readonly { readonly memory_id: string; readonly scope: Scope }[]
  /** Sessions that lose something. */
  readonly sessions?: readonly string[]
}

/** What an act covers, by ids. */
export interface ErasedIds {
  readonly message_ids: readonly MessageId[]
  readonly memories: readonly { readonly memory_id: string; readonly scope: Scope }[]
  readonly session_ids: readonly string[]
}

/**
 * What was forgotten, so that it does not come back: through the phone's own history, a queue, an expiry, a rebuild, a
 * restored backup or an import. Holds ids and hashes, no words, in a file of its own that no backup holds.
 */
export interface Erasures {
  /** Whether a message was forgotten, be it that it comes under its id or with the same words from the same moment. */
  isErased(message: MessageFingerprint): Promise<boolean>
  /** Those of these messages that were forgotten. */
  erased(message_ids: readonly MessageId[]): Promise<ReadonlySet<MessageId>>
  /** Whether any of these memories was forgotten. */
  erasedMemories(memory_ids: readonly string[]): Promise<ReadonlySet<string>>
  /** Writes down, before anything goes, that something is to be forgotten. */
  begin(act: Omit<ErasureAct, 'act'>): Promise<ErasureAct>
  add(act: string, things: ErasedThings): Promise<void>
  /** Every act, oldest first. */
  acts(): Promise<readonly ErasureAct[]>
  covers(act: string): Promise<ErasedIds>
}

/**
 * Which acts the main database has been through. Kept in it, so that a copy from before an act, put back in its place,
 * tells that the act is still to be done there; so does a crash in the middle of one.
 */
export interface AppliedErasures {
  applied(): Promise<ReadonlySet<string>>
  markApplied(act: string): Promise<void>
}
