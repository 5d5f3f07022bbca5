/** The port of the full-text index: which message holds which word, each scope apart. */
import type { PersonalData } from '../../people/personal-data.ts'
import type { MessageId } from '../../messages/message.ts'
import type { Scope } from '../../messages/scope.ts'
import type { PersonId } from '../../people/person.ts'
import type { Columns } from './columnar-store.ts'
import type { IndexedMessage } from './index-document.ts'

/** Which messages of a scope contain a word: their ordinals, and how often each does. In no particular order. */
export interface Postings {
  readonly ordinals: Uint32Array
  readonly counts: Uint8Array
}

/** A person or the bot who speaks in a scope; the columns name them by number. */
export interface Speaker {
  readonly speaker: number
  readonly person_id: PersonId
  readonly bot: boolean
  /** Names under which they spoke. */
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
  /** What its sentences state; `postings` finds messages by these keys too. */
  readonly keys: readonly string[]
}

/** The part of the index that belongs to one scope, and nothing else: there is no way from it to another. */
export interface ScopeReader {
  readonly columns: Columns
  readonly speakers: readonly Speaker[]
  /** The postings of these stems or keys; one that no message contains is left out. */
  postings(stems: readonly string[]): Promise<ReadonlyMap<string, Postings>>
  /** Stems that begin so, at most `limit`. */
  stemsFrom(beginning: string, limit: number): Promise<readonly string[]>
  documents(ordinals: readonly number[]): Promise<readonly Document[]>
  /** Ordinals of messages; those that this scope does not hold are left out. */
  ordinals(message_ids: readonly MessageId[]): Promise<ReadonlyMap<MessageId, number>>
}

/** What became of a message: its newest form under its scope, or that it is gone. */
export interface MessageState {
  readonly message_id: MessageId
  readonly now: { readonly scope: Scope; readonly message: IndexedMessage } | undefined
}

/**
 * Words of all messages, each scope apart. Derived from the messages, and rebuilt from them when it is lost or of
 * another version; `position` and `filled_to` say how far it follows them.
 */
export interface FullTextIndex {
  /** What is indexed of a scope; `undefined` when nothing is. */
  open(scope: Scope): Promise<ScopeReader | undefined>
  /** The latest 50 groups in which a person said anything. */
  groupsOfSpeaker(person_id: PersonId): Promise<readonly Scope[]>
  /**
   * Brings messages into their newest form, each whole or not at all, in one transaction with the position that the index
   * has reached. Safe to repeat.
   */
  apply(states: readonly MessageState[], reached: Partial<IndexProgress>): Promise<void>
  /** Forgets a scope, some rows at a time; false when rows are left. */
  dropScope(scope: Scope): Promise<boolean>
  progress(): Promise<IndexProgress>
  /** Makes sure that everything so far survives a power cut. */
  checkpoint(): Promise<void>
  /** For maintenance: the scope of each of these messages; those that are not indexed are left out. */
  scopesOf(message_ids: readonly MessageId[]): Promise<ReadonlyMap<MessageId, Scope>>
  /** For maintenance: ids of all indexed messages, in their order, after `after`. */
  idsOf(page: { readonly limit: number; readonly after?: MessageId }): Promise<readonly MessageId[]>
  counts(): Promise<{ readonly messages: number; readonly scopes: number }>
  countOfScope(scope: Scope): Promise<number>
}

export interface IndexProgress {
  /** Number of the last change of messages that was taken in. */
  readonly change: number
  /** Messages are being read from the beginning, up to this one; `undefined` once all have been. */
  readonly filled_to: number | undefined
}

/** What of an index belongs to persons. */
export type IndexedPersons = Pick<PersonalData, 'name' | 'tables' | 'count' | 'reassign'>
