/** The port of every store with personal data: count, export, reassign and erase a person's data. */
import type { PersonId } from './person.ts'

/** One item of personal data, in the form that its person may read: times are ISO 8601 texts. */
export interface PersonalRecord {
  /** Kind of item, such as `messages`. */
  readonly section: string
  readonly fields: Readonly<Record<string, string | number | boolean | null>>
}

/**
 * The limits of an erasure, as ids of what stays: the request itself, and data that came after it while the erasure was
 * not complete. Data that a store cannot distinguish by these ids is deleted.
 */
export interface ErasureBounds {
  /** Messages, and the answers to them. */
  readonly spared?: readonly string[]
  /** Memories that were learned only from these messages. */
  readonly memories?: readonly string[]
  /** Sessions with any of these messages. */
  readonly sessions?: readonly string[]
}

/** A store with personal data. The app collects all of them, so that merging, export and erasure miss nothing. */
export interface PersonalData {
  readonly name: string
  /** Tables with a person column that this store covers. */
  readonly tables: readonly string[]
  /** Rows about a person. After `erase` with the same bounds: none. */
  count(person_id: PersonId, bounds?: ErasureBounds): Promise<number>
  /** Reassigns all data about `from` to `to`, who are the same person. Safe to repeat. */
  reassign(from: PersonId, to: PersonId): Promise<void>
  /** All data about a person. */
  export(person_id: PersonId): AsyncIterable<PersonalRecord>
  /** Removes all data about a person. Safe to repeat. @returns how many rows were removed */
  erase(person_id: PersonId, bounds?: ErasureBounds): Promise<number>
}

/** An instant in a record; `null` if there is none. */
export const recordedTime = (at: number | null | undefined): string | null =>
  at === null || at === undefined ? null : new Date(at).toISOString()
