/** Merges two memories that say the same. */
import type { Database } from '../../database/sqlite/database.ts'
import type { Scope } from '../../messages/scope.ts'
import type { MemoryRecord } from '../memory.ts'
import type { Merge, MergeRecord } from '../memory-store.ts'
import { COLUMNS, toMemory, type MemoryRow } from './memory-rows.ts'
import { copyEnded, copySuperseders } from './superseded-memories.ts'

/** Accesses that count as a use of a memory; they move to the kept one. */
const USES = `type in ('recall', 'search', 'show')`

/** Merges two memories of a scope. @returns false if one of them does not exist, or no longer holds. */
export const mergeMemories = (database: Database, scope: Scope, merge: Merge): boolean =>
  database.transaction(() => {
    const both = database
      .all<MemoryRow>(
        `select ${COLUMNS} from memories where scope = :scope and valid_to is null and memory_id in (:kept, :closed)`,
        { scope, kept: merge.kept, closed: merge.closed },
      )
      .map(toMemory)
    const kept = both.find(memory => memory.memory_id === merge.kept)
    const closed = both.find(memory => memory.memory_id === merge.closed)
    if (kept === undefined || closed === undefined || kept === closed) return false
    write(database, scope, kept, closed, merge)
    return true
  })

const write = (database: Database, scope: Scope, kept: MemoryRecord, closed: MemoryRecord, merge: Merge): void => {
  const { at, reason, importance, tier } = merge
  const ids = { kept: kept.memory_id, closed: closed.memory_id }
  const entities = new Map([...closed.entities, ...kept.entities].map(each => [`${each.kind}:${each.value}`, each]))
  database.run(
    `update memories set importance = :importance, tier = :tier, entities = :entities, said_from = :said_from,
       said_to = :said_to, valid_from = :valid_from
     where memory_id = :kept`,
    {
      kept: ids.kept,
      importance,
      tier,
      entities: JSON.stringify([...entities.values()]),
      said_from: Math.min(kept.said_from, closed.said_from),
      said_to: Math.max(kept.said_to, closed.said_to),
      valid_from: Math.min(kept.valid_from, closed.valid_from),
    },
  )
  database.run(
    `insert or ignore into memory_sources (memory_id, message_id)
       select :kept, message_id from memory_sources where memory_id = :closed`,
    ids,
  )
  database.run(
    `insert or ignore into memory_relations
       select :kept, from_value, to_value, type, strength from memory_relations where memory_id = :closed`,
    ids,
  )
  copyEnded(database, ids.closed, ids.kept)
  database.run('update memories set valid_to = :at where memory_id = :closed', { at, closed: ids.closed })
  database.run('insert into memory_merges (memory_id, into_id, reason, at) values (:closed, :kept, :reason, :at)', {
    ...ids,
    reason,
    at,
  })
  database.run(`update memory_accesses set memory_id = :kept where memory_id = :closed and ${USES}`, ids)
  database.run(`insert into memory_accesses (scope, memory_id, type, at) values (:scope, :closed, 'merge', :at)`, {
    scope,
    at,
    closed: ids.closed,
  })
}

/** The memories that were merged into this one, oldest merge first. */
export const mergesInto = (database: Database, memory_id: string): readonly MergeRecord[] =>
  database.all<MergeRecord>(
    'select memory_id, reason, at from memory_merges where into_id = :memory_id order by at, memory_id',
    { memory_id },
  )

/**
 * Call before memories are removed, in the same transaction. A memory that was merged into a removed one becomes
 * independent again and holds as long as that one did. It takes over which memories the removed one had ended and which
 * had ended it.
 */
export const passOn = (database: Database, ids: readonly string[]): void => {
  const heirs = database.all<{ heir: string; gone: string }>(
    `select memory_id as heir, into_id as gone from memory_merges
     where into_id in (select value from json_each(:ids)) and memory_id not in (select value from json_each(:ids))
     order by at, memory_id`,
    { ids: JSON.stringify(ids) },
  )
  for (const each of heirs) {
    database.run(
      'update memories set valid_to = (select valid_to from memories where memory_id = :gone) where memory_id = :heir',
      each,
    )
    copyEnded(database, each.gone, each.heir)
    copySuperseders(database, each.gone, each.heir)
  }
}
