/** Long rows of work in steps, between which everybody else has a turn. */
import { breathe } from '../../platform/event-loop.ts'
import type { Database, Parameters, Row } from './database.ts'

/** Rows of one step: a few milliseconds each. */
const BATCH = 500

/** Deletes the rows of a table (one with row ids) that `where` names; each step is one transaction. @returns how many */
export const deleteInBatches = async (
  database: Database,
  table: string,
  where: string,
  parameters: Parameters,
): Promise<number> => {
  let deleted = 0
  for (;;) {
    const step = database.run(
      `delete from ${table} where rowid in (select rowid from ${table} where ${where} limit ${String(BATCH)})`,
      parameters,
    )
    deleted += step
    if (step < BATCH) return deleted
    await breathe()
  }
}

/** Rows of a table in the order of their ids. `columns` may not name one `row_number`. */
export async function* readInBatches<T extends object = Row>(
  database: Database,
  { table, columns, where }: { readonly table: string; readonly columns: string; readonly where: string },
  parameters: Parameters,
): AsyncIterable<readonly T[]> {
  let after = Number.MIN_SAFE_INTEGER
  for (;;) {
    const rows = database.all<T & { row_number: number }>(
      `select rowid as row_number, ${columns} from ${table} where rowid > :after and (${where}) order by rowid limit ${String(BATCH)}`,
      { ...parameters, after },
    )
    const last = rows.at(-1)
    if (last === undefined) return
    after = last.row_number
    yield rows
    await breathe()
  }
}
