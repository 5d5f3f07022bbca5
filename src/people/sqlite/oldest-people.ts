/** Lists the people in the order in which they first wrote. */
import type { Database } from '../../database/sqlite/database.ts'
import type { PersonId } from '../person.ts'

const ROWS_AT_ONCE = 200

/** Ids of all people, first met first; read a few at a time. */
export const oldestPeople = function* (database: Database): Generator<PersonId> {
  for (let after = 0; ;) {
    const rows = database.all<{ number: number; person_id: PersonId }>(
      'select number, person_id from persons where number > :after order by number limit :most',
      { after, most: ROWS_AT_ONCE },
    )
    for (const { person_id } of rows) yield person_id
    const last = rows.at(-1)
    if (last === undefined) return
    after = last.number
  }
}
