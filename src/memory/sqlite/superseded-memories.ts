/** Which memories ended which, in the table `superseded_memories`. */
import type { Database } from '../../database/sqlite/database.ts'
import type { Scope } from '../../messages/scope.ts'

/** The memory that ends others, and since when; milliseconds since the Unix epoch. */
export interface Superseder {
  readonly memory_id: string
  readonly at: number
}

/** Ends memories of a scope because of another one in it, in the caller's transaction. */
export const endMemories = (
  database: Database,
  scope: Scope,
  memory_ids: readonly string[],
  { memory_id: by, at }: Superseder,
): void => {
  if (memory_ids.length === 0) return
  const ids = JSON.stringify(memory_ids)
  const ended = database.run(
    `insert or ignore into superseded_memories (memory_id, by_id, at, own_end)
       select m.memory_id, :by, :at, case when exists (select 1 from superseded_memories e where e.memory_id = m.memory_id)
           then (select own_end from superseded_memories e where e.memory_id = m.memory_id limit 1)
           else m.valid_to end
       from memories m join memories b on b.memory_id = :by and b.scope = m.scope
       where m.memory_id in (select value from json_each(:ids)) and m.memory_id <> :by and m.scope = :scope`,
    { ids, by, at, scope },
  )
  if (ended === 0) return
  database.run(
    `update memories set valid_to = min(coalesce(valid_to, :at), :at)
     where memory_id in (select memory_id from superseded_memories where by_id = :by)
       and memory_id in (select value from json_each(:ids))`,
    { ids, by, at },
  )
}

/** Lets `to` end every memory that `from` had ended. */
export const copyEnded = (database: Database, from: string, to: string): void => {
  database.run(
    `insert or ignore into superseded_memories (memory_id, by_id, at, own_end)
       select memory_id, :to, at, own_end from superseded_memories where by_id = :from and memory_id <> :to`,
    { from, to },
  )
}

/** Lets every memory that had ended `from` end `to` as well. */
export const copySuperseders = (database: Database, from: string, to: string): void => {
  database.run(
    `insert or ignore into superseded_memories (memory_id, by_id, at, own_end)
       select :to, by_id, at, own_end from superseded_memories where memory_id = :from and by_id <> :to`,
    { from, to },
  )
}

/**
 * Call before memories are removed. Links through a removed memory are bridged, and memories that only the removed ones
 * had ended hold again, as long as they would have held without them.
 */
export const reviveEnded = (database: Database, ids: readonly string[]): void => {
  const gone = { ids: JSON.stringify(ids) }
  database.run(
    `with recursive gone (memory_id) as (select value from json_each(:ids)),
       reached (memory_id, by_id, at, own_end) as (
         select memory_id, by_id, at, own_end from superseded_memories
           where by_id in (select memory_id from gone) and memory_id not in (select memory_id from gone)
         union
         select reached.memory_id, later.by_id, reached.at, reached.own_end
           from reached join superseded_memories later on later.memory_id = reached.by_id
           where reached.by_id in (select memory_id from gone))
     insert or ignore into superseded_memories (memory_id, by_id, at, own_end)
       select memory_id, by_id, at, own_end from reached
       where by_id not in (select memory_id from gone) and by_id <> memory_id`,
    gone,
  )
  database.run(
    `with left_over (memory_id, at, own_end) as (
       select memory_id, min(at) filter (where by_id not in (select value from json_each(:ids))), max(own_end)
       from superseded_memories
       where memory_id in (select memory_id from superseded_memories where by_id in (select value from json_each(:ids)))
       group by memory_id)
     update memories set valid_to = min(coalesce(at, own_end), coalesce(own_end, at))
     from left_over where left_over.memory_id = memories.memory_id
       and not exists (select 1 from memory_merges g where g.memory_id = memories.memory_id
         and g.into_id not in (select value from json_each(:ids)))`,
    gone,
  )
}
