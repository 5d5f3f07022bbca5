/** A memory as a row of its table. */
import type { MessageId } from '../../messages/message.ts'
import type { PersonId } from '../../people/person.ts'
import type { Entity, MemoryRecord } from '../memory.ts'

/** Lists are JSON arrays, and missing values are null. */
export interface MemoryRow extends Omit<
  MemoryRecord,
  'person_ids' | 'sources' | 'entities' | 'session_id' | 'valid_to' | 'supersedes' | 'quote' | 'merged_into'
> {
  readonly person_ids: string
  readonly sources: string
  readonly entities: string
  readonly session_id: string | null
  readonly valid_to: number | null
  readonly supersedes: string
  readonly merged_into: string | null
  readonly quote: string | null
}

export const OWN_COLUMNS = `memory_id, scope, kind, text, category, tier, importance, session_id, said_from, said_to,
  valid_from, valid_to, quote, entities, created_at`
export const COLUMNS = `${OWN_COLUMNS},
  (select json_group_array(person_id) from memory_persons p where p.memory_id = memories.memory_id) as person_ids,
  (select json_group_array(message_id) from memory_sources s where s.memory_id = memories.memory_id) as sources,
  (select json_group_array(e.memory_id order by e.rowid) from superseded_memories e
    where e.by_id = memories.memory_id) as supersedes,
  (select into_id from memory_merges m where m.memory_id = memories.memory_id) as merged_into`

export const toMemory = (row: MemoryRow): MemoryRecord => ({
  ...row,
  session_id: row.session_id ?? undefined,
  valid_to: row.valid_to ?? undefined,
  merged_into: row.merged_into ?? undefined,
  quote: row.quote ?? undefined,
  person_ids: JSON.parse(row.person_ids) as PersonId[],
  sources: JSON.parse(row.sources) as MessageId[],
  supersedes: JSON.parse(row.supersedes) as string[],
  entities: JSON.parse(row.entities) as Entity[],
})
