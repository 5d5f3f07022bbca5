import type { PersonId } from './person.ts'

/** A store that holds anything of a person; the app collects them all, so that merging and counting miss nothing. */
export interface PersonalData {
  readonly name: string
  /** Tables with a person column that this store answers for. */
  readonly tables: readonly string[]
  /** Rows held about a person. */
  count(person_id: PersonId): Promise<number>
  /** Gives everything held about `from` to `to`: they are one person. Safe to repeat. */
  reassign(from: PersonId, to: PersonId): Promise<void>
}
