/** Reads the phone numbers, LIDs and usernames of a person, for stores that are opened before the people are. */
import type { Database } from '../../database/sqlite/database.ts'
import type { PersonId } from '../person.ts'

/** Values of a person's current identities. */
export const identityValues = (database: Database, person_id: PersonId): readonly string[] =>
  database
    .all<{ value: string }>('select value from identities where person_id = :person_id', { person_id })
    .map(({ value }) => value)
