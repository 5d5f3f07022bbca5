/** Reads and deletes many rows in batches, and lets other work run in between. */
import { yieldToEventLoop } from '../../platform/yield.ts'
import type { Database, Parameters, Row } from './database.ts'

/** Rows per batch: a few milliseconds, including dependent rows. */
const BATCH = 200
/** Row ids that are searched in one step. */
const SEARCHED_AT_ONCE = 2000

const IN_IDS = 'rowid in (select value from json_each(:ids))'

/** Ids of the rows that `where` selects and that exist at the start, in order, as JSON lists. */
async function* rowIds(
  database: Database,
  table: string,
  where: string,
  parameters: Parameters,
): AsyncIterable<string> {
  const newest = database.get<{ id: number | null }>(`select max(rowid) as id from ${table}`)?.id ?? 0
  let found: number[] = []
  for (let after = 0; after < newest; after += SEARCHED_AT_ONCE) {
    // Not with a limit: the whole search, including its sorting, would run again for each batch.
    const rows = database.all<{ id: number }>(
      `select rowid as id from ${table} where (${where}) and rowid > :after and rowid <= :up_to`,
      { ...parameters, after, up_to: Math.min(after + SEARCHED_AT_ONCE, newest) },
    )
    found.push(...rows.map(row => row.id).sort((a, b) => a - b))
    for (; found.length >= BATCH; found = found.slice(BATCH)) yield JSON.stringify(found.slice(0, BATCH))
    await yieldToEventLoop()
  }
  if (found.length > 0) yield JSON.stringify(found)
}

/**
 * Deletes the rows of a table (one with row ids) that `where` selects; each batch is one transaction. `before` deletes
 * dependent rows; it gets the `rowid`s as a JSON list. @returns how many rows were deleted, including those of `before`
 */
export const deleteInBatches = async (
  database: Database,
  table: string,
  where: string,
  parameters: Parameters,
  before: (ids: string) => number = () => 0,
): Promise<number> => {
  let deleted = 0
  for await (const ids of rowIds(database, table, where, parameters)) {
    deleted += database.transaction(() => before(ids) + database.run(`delete from ${table} where ${IN_IDS}`, { ids }))
    await yieldToEventLoop()
  }
  return deleted
}

/** For an update: sets text columns to blanks of the same length in bytes, so that SQLite overwrites them in place. */
export const blanks = (columns: readonly string[]): string =>
  columns
    .map(
      each =>
        `${each} = case when ${each} is not null then replace(hex(zeroblob(octet_length(${each}))), '00', ' ') end`,
    )
    .join(', ')

/**
 * Overwrites text columns of the rows that `where` selects with blanks of the same length, in place. Do this before
 * deleting rows that must leave no trace: deleting moves rows between pages, and `secure_delete` does not overwrite the
 * copy that a moved row leaves in the unused part of its old page.
 */
export const overwriteInBatches = async (
  database: Database,
  { table, columns, where }: { readonly table: string; readonly columns: readonly string[]; readonly where: string },
  parameters: Parameters,
): Promise<void> => {
  for await (const ids of rowIds(database, table, where, parameters)) {
    database.transaction(() => database.run(`update ${table} set ${blanks(columns)} where ${IN_IDS}`, { ids }))
    await yieldToEventLoop()
  }
}

/** The same for few rows, which are then deleted, in the caller's transaction. @returns how many rows were deleted */
export const deleteOverwritten = (
  database: Database,
  { table, columns, where }: { readonly table: string; readonly columns: readonly string[]; readonly where: string },
  parameters: Parameters,
): number => {
  if (columns.length > 0) database.run(`update ${table} set ${blanks(columns)} where ${where}`, parameters)
  return database.run(`delete from ${table} where ${where}`, parameters)
}

/** Rows of a table (one with row ids) in the order in which they were added. */
export async function* readInBatches<T extends object = Row>(
  database: Database,
  { table, columns, where }: { readonly table: string; readonly columns: string; readonly where: string },
  parameters: Parameters,
): AsyncIterable<readonly T[]> {
  for await (const ids of rowIds(database, table, where, parameters)) {
    yield database.all<T>(`select ${columns} from ${table} where ${IN_IDS} order by rowid`, { ids })
    await yieldToEventLoop()
  }
}
