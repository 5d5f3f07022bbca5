/** The memories of one person in the memory store. */
import type { Database } from '../../database/sqlite/database.ts'
import { scopeOfPerson, SHARED_SCOPE, type Scope } from '../../messages/scope.ts'
import { recordedTime, type ErasureBounds, type PersonalRecord } from '../../people/personal-data.ts'
import type { PersonId } from '../../people/person.ts'
import type { MemoryRecord } from '../memory.ts'
import type { MemoryLocation } from '../memory-store.ts'

/** Memories of a person's own scope, and those that their messages contributed to. */
export const OF_PERSON = `(scope = :scope
  or memory_id in (select memory_id from memory_persons where person_id = :person_id))`

/** Those of them that are deleted when the person is forgotten. */
export const OF_PERSON_ERASED = `${OF_PERSON} and memory_id not in (select value from json_each(:stays))`

/** Memories of groups that came from one person's messages alone. */
export const OF_SPEAKER = `scope like 'chat:%'
  and memory_id in (select memory_id from memory_persons where person_id = :person_id)
  and not exists (select 1 from memory_persons p where p.memory_id = memories.memory_id and p.person_id <> :person_id)`

export const personParameters = (person_id: PersonId): { readonly scope: Scope; readonly person_id: PersonId } => ({
  scope: scopeOfPerson(person_id),
  person_id,
})

export const erasureParameters = (
  person_id: PersonId,
  { memories = [] }: ErasureBounds,
): { readonly scope: Scope; readonly person_id: PersonId; readonly stays: string } => ({
  ...personParameters(person_id),
  stays: JSON.stringify(memories),
})

/** Memories that may be handed to a person: none with text of other members of a group, such as its summaries. */
export const OWN = `(scope = :scope or (${OF_SPEAKER}))`

/** The locations of a person's memories. */
export const locationsOfPerson = (database: Database, person_id: PersonId): readonly MemoryLocation[] =>
  database.all<MemoryLocation>(
    `select memory_id, scope from memories where ${OF_PERSON} order by seq`,
    personParameters(person_id),
  )

/**
 * Goes from group to group, and in each only to the first such memory: a person may have ten thousand memories of their
 * own.
 */
export const groupsOfSpeaker = (database: Database, person_id: PersonId): readonly Scope[] =>
  database
    .all<{ scope: Scope }>(
      `with recursive groups (scope) as (
         select min(scope) from memories where scope >= 'chat:' and scope < 'chat;'
         union all
         select (select min(scope) from memories where scope > groups.scope and scope < 'chat;')
           from groups where groups.scope is not null)
       select scope from groups where exists (
         select 1 from memories where memories.scope = groups.scope
           and exists (select 1 from memory_persons p
             where p.memory_id = memories.memory_id and p.person_id = :person_id)
           and not exists (select 1 from memory_persons p
             where p.memory_id = memories.memory_id and p.person_id <> :person_id))`,
      { person_id },
    )
    .map(row => row.scope)

export const recentScopes = (database: Database, limit: number): readonly Scope[] =>
  database
    .all<{ scope: Scope }>(
      'select scope from memories where scope <> :shared group by scope order by max(seq) desc limit :limit',
      { shared: SHARED_SCOPE, limit },
    )
    .map(row => row.scope)

/** A memory in the form that its person may read. */
export const memoryRecord = (memory: MemoryRecord): PersonalRecord => ({
  section: 'memories',
  fields: {
    memory_id: memory.memory_id,
    where: memory.scope,
    kind: memory.kind,
    category: memory.category,
    tier: memory.tier,
    importance: memory.importance,
    said_from: recordedTime(memory.said_from),
    said_to: recordedTime(memory.said_to),
    valid_from: recordedTime(memory.valid_from),
    valid_to: recordedTime(memory.valid_to),
    merged_into: memory.merged_into ?? null,
    supersedes: memory.supersedes.join(', '),
    text: memory.text,
    quote: memory.quote ?? null,
    about: memory.entities.map(({ value }) => value).join(', '),
  },
})
