/** Long rows of work in steps, between which everybody else has a turn. */
import { breathe } from '../../platform/event-loop.ts'
import type { Database, Parameters, Row } from './database.ts'

/** Rows of one step: a few milliseconds each. */
const BATCH = 500

/**
 * Ids of the rows that `where` names, as JSON lists. Looked up once: asked for batch by batch, the search would be done
 * anew, and sorted anew, for each.
 */
const rowIds = (database: Database, table: string, where: string, parameters: Parameters): readonly string[] => {
  const ids = database
    .all<{ id: number }>(`select rowid as id from ${table} where ${where}`, parameters)
    .map(row => row.id)
    .sort((a, b) => a - b)
  return Array.from({ length: Math.ceil(ids.length / BATCH) }, (_, at) =>
    JSON.stringify(ids.slice(at * BATCH, (at + 1) * BATCH)),
  )
}

const IN_IDS = 'rowid in (select value from json_each(:ids))'

/** Deletes the rows of a table (one with row ids) that `where` names; each step is one transaction. @returns how many */
export const deleteInBatches = async (
  database: Database,
  table: string,
  where: string,
  parameters: Parameters,
): Promise<number> => {
  let deleted = 0
  for (const ids of rowIds(database, table, where, parameters)) {
    deleted += database.run(`delete from ${table} where ${IN_IDS}`, { ids })
    await breathe()
  }
  return deleted
}

/** Rows of a table (one with row ids) in the order in which they were added. */
export async function* readInBatches<T extends object = Row>(
  database: Database,
  { table, columns, where }: { readonly table: string; readonly columns: string; readonly where: string },
  parameters: Parameters,
): AsyncIterable<readonly T[]> {
  for (const ids of rowIds(database, table, where, parameters)) {
    yield database.all<T>(`select ${columns} from ${table} where ${IN_IDS} order by rowid`, { ids })
    await breathe()
  }
}
