import type { PersonId } from './person.ts'

/** One thing that is held about a person, as they may read it: times are ISO 8601 texts. */
export interface PersonalRecord {
  /** What kind of thing it is: `messages`. */
  readonly section: string
  readonly fields: Readonly<Record<string, string | number | boolean | null>>
}

/** What forgetting leaves alone: the request itself, and what came while it was under way. */
export interface ErasureBounds {
  /** Ids of messages that are still being answered. */
  readonly spared?: readonly string[]
  /** What was received after this moment stays, milliseconds since the Unix epoch. */
  readonly until?: number
}

/**
 * A store that holds anything of a person; the app collects them all, so that merging, counting, handing over and
 * forgetting miss nothing.
 */
export interface PersonalData {
  readonly name: string
  /** Tables with a person column that this store answers for. */
  readonly tables: readonly string[]
  /** Rows held about a person. After `erase` with the same bounds: none. */
  count(person_id: PersonId, bounds?: ErasureBounds): Promise<number>
  /** Gives everything held about `from` to `to`: they are one person. Safe to repeat. */
  reassign(from: PersonId, to: PersonId): Promise<void>
  /** Everything held about a person. */
  export(person_id: PersonId): AsyncIterable<PersonalRecord>
  /** Removes everything held about a person. Safe to repeat. @returns rows that went */
  erase(person_id: PersonId, bounds?: ErasureBounds): Promise<number>
}

/** An instant in a record; `null` where there is none. */
export const recordedTime = (at: number | null | undefined): string | null =>
  at === null || at === undefined ? null : new Date(at).toISOString()
