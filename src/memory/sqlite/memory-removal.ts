/** Removes memories, and restores what they had superseded or merged. */
import { blanks } from '../../database/sqlite/in-batches.ts'
import type { Database, Parameters } from '../../database/sqlite/database.ts'
import { passOn } from './memory-merges.ts'
import { reviveEnded } from './superseded-memories.ts'

/** A deleted row may leave a copy in the unused part of a page: its words go first. */
const OVERWRITE = `update memories set ${blanks(['text', 'quote'])} where memory_id in (select value from json_each(:ids))`

/**
 * Removes the memories that `where` names. What one of them had ended holds again, unless something else has ended it
 * too, or what ended that one is still stored; what had been merged into one of them is independent again. Gives their
 * ids.
 */
export const removeMemories = (database: Database, where: string, parameters: Parameters): readonly string[] =>
  database.transaction(() => {
    const ids = database
      .all<{ memory_id: string }>(`select memory_id from memories where ${where}`, parameters)
      .map(row => row.memory_id)
    passOn(database, ids)
    reviveEnded(database, ids)
    const gone = { ids: JSON.stringify(ids) }
    database.run(OVERWRITE, gone)
    database.run('delete from memories where memory_id in (select value from json_each(:ids))', gone)
    return ids
  })
