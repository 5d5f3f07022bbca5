/** Reads past merges, for stores that were not open when they happened. */
import type { Database } from '../../database/sqlite/database.ts'
import type { PersonId } from '../person.ts'

/** People who were merged into others, in the order of the merges. */
export const pastMerges = (database: Database): readonly { readonly from_id: PersonId; readonly into_id: PersonId }[] =>
  database.all('select from_id, into_id from merges order by merged_at, from_id')
