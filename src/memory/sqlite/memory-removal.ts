/** Removes memories, and restores what they had superseded or merged. */
import { deleteOverwritten } from '../../database/sqlite/in-batches.ts'
import type { Database, Parameters } from '../../database/sqlite/database.ts'
import { passOn } from './memory-merges.ts'
import { reviveEnded } from './superseded-memories.ts'

/** The condition for the deleted rows, and their columns with text. */
const GONE = {
  table: 'memories',
  columns: ['text', 'quote'],
  where: 'memory_id in (select value from json_each(:ids))',
} as const

/**
 * Removes the memories that match `where`. A memory that one of them had ended holds again, unless another one has
 * ended it too, or the memory that ended the removed one is still stored. A memory that was merged into one of them
 * becomes independent again. Returns their ids.
 */
export const removeMemories = (database: Database, where: string, parameters: Parameters): readonly string[] =>
  database.transaction(() => {
    const ids = database
      .all<{ memory_id: string }>(`select memory_id from memories where ${where}`, parameters)
      .map(row => row.memory_id)
    passOn(database, ids)
    reviveEnded(database, ids)
    deleteOverwritten(database, GONE, { ids: JSON.stringify(ids) })
    return ids
  })
