/** Removes memories, and restores what they had superseded or merged. */
import { blanks } from '../../database/sqlite/in-batches.ts'
import type { Database, Parameters } from '../../database/sqlite/database.ts'
import { passOn } from './memory-merges.ts'

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
    closeChains(database, ids)
    const gone = { ids: JSON.stringify(ids) }
    database.run(
      `update memories set valid_to = null where memory_id in
         (select supersedes from memories where memory_id in (select value from json_each(:ids)))
       and not exists (select 1 from memories o where o.supersedes = memories.memory_id
         and o.memory_id not in (select value from json_each(:ids)))`,
      gone,
    )
    database.run(OVERWRITE, gone)
    database.run('delete from memories where memory_id in (select value from json_each(:ids))', gone)
    return ids
  })

/** What ended one of these is known, from now on, to have ended what that one had ended. */
const closeChains = (database: Database, ids: readonly string[]): void => {
  const between = database.all<{ gone: string }>(
    `select memory_id as gone from memories m where supersedes is not null
       and memory_id in (select value from json_each(:ids))
       and exists (select 1 from memories o where o.supersedes = m.memory_id)`,
    { ids: JSON.stringify(ids) },
  )
  for (const each of between) {
    database.run(
      `update memories set supersedes = (select supersedes from memories where memory_id = :gone)
       where supersedes = :gone`,
      each,
    )
  }
}
