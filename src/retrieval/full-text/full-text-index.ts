/** The port of the full-text index: which messages contain which words, separately for each scope. */
import type { PersonalData } from '../../people/personal-data.ts'
import type { MessageId } from '../../messages/message.ts'
import type { Scope } from '../../messages/scope.ts'
import type { PersonId } from '../../people/person.ts'
import type { Columns } from './columnar-store.ts'
import type { IndexedMessage } from './index-document.ts'

/**
 * The messages of a scope that contain a word: their ordinals, and how often each contains it. In no particular order.
 */
export interface Postings {
  readonly ordinals: Uint32Array
  readonly counts: Uint8Array
}

/** A person who speaks in a scope, or the bot; the columns refer to speakers by number. */
export interface Speaker {
  readonly speaker: number
  readonly person_id: PersonId
  readonly bot: boolean
  /** Names that the speaker has used. */
  readonly names: readonly string[]
}

/** A message of the index. */
export interface Document {
  readonly ordinal: number
  readonly message_id: MessageId
  /** Subject words in their order. */
  readonly stems: readonly string[]
  /** Other forms of these words, and parts of them; `postings` finds messages by these too. */
  readonly forms: readonly string[]
  /** Keys for the statements in its sentences; `postings` finds messages by these too. */
  readonly keys: readonly string[]
}

/** Reads the part of the index that belongs to one scope; no other scope can be reached from it. */
export interface ScopeReader {
  readonly columns: Columns
  readonly speakers: readonly Speaker[]
  /** The postings of these stems or keys; those that no message contains are left out. */
  postings(stems: readonly string[]): Promise<ReadonlyMap<string, Postings>>
  /** At most `limit` stems that start with this. */
  stemsFrom(beginning: string, limit: number): Promise<readonly string[]>
  documents(ordinals: readonly number[]): Promise<readonly Document[]>
  /** The ordinal of each of these messages; `undefined` for those that are not in this scope. */
  ordinals(message_ids: readonly MessageId[]): Promise<readonly (number | undefined)[]>
}

/** The current state of a message: its newest version and its scope, or that it was deleted. */
export interface MessageState {
  readonly message_id: MessageId
  readonly now: { readonly scope: Scope; readonly message: IndexedMessage } | undefined
}

/**
 * The words of all messages, separately for each scope. Derived from the messages, and rebuilt from them when it is
 * lost or has another version; `progress` says how far it has followed them.
 */
export interface FullTextIndex {
  /** The index of a scope; `undefined` if nothing is indexed. */
  open(scope: Scope): Promise<ScopeReader | undefined>
  /** The 50 most recent groups in which a person wrote anything. */
  groupsOfSpeaker(person_id: PersonId): Promise<readonly Scope[]>
  /**
   * Updates messages to their newest version, each completely or not at all, in one transaction with the progress of
   * the index. Safe to repeat.
   */
  apply(states: readonly MessageState[], reached: Partial<IndexProgress>): Promise<void>
  /** Forgets a scope, a limited number of rows per call; returns false while rows remain. */
  dropScope(scope: Scope): Promise<boolean>
  progress(): Promise<IndexProgress>
  /** Ensures that everything written so far survives a power cut. */
  checkpoint(): Promise<void>
  /** For maintenance: the scope of each of these messages; those that are not indexed are left out. */
  scopesOf(message_ids: readonly MessageId[]): Promise<ReadonlyMap<MessageId, Scope>>
  /** For maintenance: ids of all indexed messages, in their order, after `after`. */
  idsOf(page: { readonly limit: number; readonly after?: MessageId }): Promise<readonly MessageId[]>
  counts(): Promise<{ readonly messages: number; readonly scopes: number }>
  countOfScope(scope: Scope): Promise<number>
}

export interface IndexProgress {
  /** Number of the last change of messages that has been applied. */
  readonly change: number
  /** While all messages are read from the beginning: how far this has come. `undefined` when it is complete. */
  readonly filled_to: number | undefined
}

/** The personal data in an index. */
export type IndexedPersons = Pick<PersonalData, 'name' | 'tables' | 'count' | 'reassign'>
