/** The port of every store with personal data: count, export, reassign and erase a person's data. */
import type { PersonId } from './person.ts'

/** One item of personal data, as its person may read it: times are ISO 8601 texts. */
export interface PersonalRecord {
  /** Kind of item, such as `messages`. */
  readonly section: string
  readonly fields: Readonly<Record<string, string | number | boolean | null>>
}

/**
 * The limits of an erasure, as ids of what stays: the request itself, and what came after it while the erasure was not
 * complete. What a store cannot tell apart by these ids goes.
 */
export interface ErasureBounds {
  /** Messages, and the answers to them. */
  readonly spared?: readonly string[]
  /** Memories that were learned from these messages alone. */
  readonly memories?: readonly string[]
  /** Sessions with any of these messages. */
  readonly sessions?: readonly string[]
}

/** A store with personal data. The app collects all of them, so that merging, export and erasure miss nothing. */
export interface PersonalData {
  readonly name: string
  /** Tables with a person column that this store answers for. */
  readonly tables: readonly string[]
  /** Rows about a person. After `erase` with the same bounds: none. */
  count(person_id: PersonId, bounds?: ErasureBounds): Promise<number>
  /** Reassigns all data about `from` to `to`: they are one person. Safe to repeat. */
  reassign(from: PersonId, to: PersonId): Promise<void>
  /** All data about a person. */
  export(person_id: PersonId): AsyncIterable<PersonalRecord>
  /** Removes all data about a person. Safe to repeat. @returns how many rows were removed */
  erase(person_id: PersonId, bounds?: ErasureBounds): Promise<number>
}

/** An instant in a record; `null` where there is none. */
export const recordedTime = (at: number | null | undefined): string | null =>
  at === null || at === undefined ? null : new Date(at).toISOString()
