/** Personal data in tables that have a scope but no person column. */
import type { Database } from '../../database/sqlite/database.ts'
import { deleteOverwritten } from '../../database/sqlite/in-batches.ts'
import type { PersonalData, PersonalRecord } from '../../people/personal-data.ts'
import { scopeOfPerson, type Scope } from '../scope.ts'

export interface ScopedTable<R extends object> {
  readonly name: string
  readonly table: string
  /** A row as its person may read it; without it nothing is exported. */
  readonly record?: (row: R) => PersonalRecord['fields']
  /** Columns with words of a person: they are overwritten before their rows are deleted (see `overwriteInBatches`). */
  readonly words?: readonly string[]
}

/** The rows of a table with a column `scope`. Where two merged persons have the same row, the survivor's stays. */
export const scopedData = <R extends object>(
  database: Database,
  { name, table, record, words = [] }: ScopedTable<R>,
): PersonalData => {
  const where = 'scope = :scope'
  const erase = (scope: Scope): number => deleteOverwritten(database, { table, columns: words, where }, { scope })
  return {
    name,
    tables: [table],
    count: async person_id =>
      database.get<{ n: number }>(`select count(*) as n from ${table} where ${where}`, {
        scope: scopeOfPerson(person_id),
      })?.n ?? 0,
    export: async function* (person_id) {
      if (record === undefined) return
      for (const row of database.all<R>(`select * from ${table} where ${where}`, { scope: scopeOfPerson(person_id) })) {
        yield { section: name, fields: record(row) }
      }
    },
    erase: async person_id => database.transaction(() => erase(scopeOfPerson(person_id))),
    reassign: async (from, to) => {
      if (from === to) return
      const scopes = { from: scopeOfPerson(from), to: scopeOfPerson(to) }
      database.transaction(() => {
        database.run(`update or ignore ${table} set scope = :to where scope = :from`, scopes)
        erase(scopes.from)
      })
    },
  }
}
