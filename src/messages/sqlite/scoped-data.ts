/** Personal data in tables that have a scope but no person column. */
import type { Database, Parameters } from '../../database/sqlite/database.ts'
import { deleteOverwritten } from '../../database/sqlite/in-batches.ts'
import type { ErasureBounds, PersonalData, PersonalRecord } from '../../people/personal-data.ts'
import { scopeOfPerson, type Scope } from '../scope.ts'

export interface ScopedTable<R extends object> {
  readonly name: string
  readonly table: string
  /** A row in the form that its person may read; without it nothing is exported. */
  readonly record?: (row: R) => PersonalRecord['fields']
  /** Columns with a person's text: they are overwritten before their rows are deleted (see `overwriteInBatches`). */
  readonly words?: readonly string[]
  /**
   * The column with the id that a row is about, and which of these ids an erasure leaves; without it all rows are
   * deleted.
   */
  readonly about?: { readonly column: string; readonly bounds: keyof ErasureBounds }
}

/**
 * The rows of a table with a column `scope`. If two merged people have the same row, the surviving person's row stays.
 */
export const scopedData = <R extends object>(
  database: Database,
  { name, table, record, words = [], about }: ScopedTable<R>,
): PersonalData => {
  const where = 'scope = :scope'
  const notSpared = (scope: Scope, bounds: ErasureBounds): readonly [where: string, Parameters] =>
    about === undefined
      ? [where, { scope }]
      : [
          `${where} and ${about.column} not in (select value from json_each(:stays))`,
          { scope, stays: JSON.stringify(bounds[about.bounds] ?? []) },
        ]
  const erase = (scope: Scope, bounds: ErasureBounds): number => {
    const [which, parameters] = notSpared(scope, bounds)
    return deleteOverwritten(database, { table, columns: words, where: which }, parameters)
  }
  return {
    name,
    tables: [table],
    count: async (person_id, bounds = {}) => {
      const [which, parameters] = notSpared(scopeOfPerson(person_id), bounds)
      return database.get<{ n: number }>(`select count(*) as n from ${table} where ${which}`, parameters)?.n ?? 0
    },
    export: async function* (person_id) {
      if (record === undefined) return
      for (const row of database.all<R>(`select * from ${table} where ${where}`, { scope: scopeOfPerson(person_id) })) {
        yield { section: name, fields: record(row) }
      }
    },
    erase: async (person_id, bounds = {}) => database.transaction(() => erase(scopeOfPerson(person_id), bounds)),
    reassign: async (from, to) => {
      if (from === to) return
      const scopes = { from: scopeOfPerson(from), to: scopeOfPerson(to) }
      database.transaction(() => {
        database.run(`update or ignore ${table} set scope = :to where scope = :from`, scopes)
        erase(scopes.from, {})
      })
    },
  }
}
