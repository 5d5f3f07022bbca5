/** Memories in `denidin.db`. */
import type { Database, Parameters } from '../../database/sqlite/database.ts'
import { readInBatches } from '../../database/sqlite/in-batches.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { MessageId } from '../../messages/message.ts'
import { scopeOfPerson, type Scope } from '../../messages/scope.ts'
import type { ErasureBounds, PersonalData, PersonalRecord } from '../../people/personal-data.ts'
import type { PersonId } from '../../people/person.ts'
import type { MemoryRecord } from '../memory.ts'
import type {
  MemoryChange,
  MemoryFilter,
  MemoryPage,
  MemoryStore,
  Merge,
  MergeRecord,
  MemoryLocation,
} from '../memory-store.ts'
import { COLUMNS, OWN_COLUMNS, toMemory, type MemoryRow } from './memory-rows.ts'
import { mergeMemories, mergesInto } from './memory-merges.ts'
import { removeMemories } from './memory-removal.ts'
import { endMemories, type Superseder } from './superseded-memories.ts'
import * as ofPerson from './sqlite-memory-person.ts'

/** Whether a memory, or something that it was learned from, was forgotten: such a memory is not added again. */
export type IsForgotten = (memory: MemoryRecord) => Promise<boolean>

/** Memories in `denidin.db`. */
export const createSqliteMemoryStore = (
  database: Database,
  isForgotten: IsForgotten = async () => false,
): MemoryStore & PersonalData => new SqliteMemoryStore(database, isForgotten)

class SqliteMemoryStore implements MemoryStore, PersonalData {
  readonly name = 'memories'
  readonly tables = ['memories', 'memory_persons']
  readonly #database: Database
  readonly #isForgotten: IsForgotten

  constructor(database: Database, isForgotten: IsForgotten) {
    this.#database = database
    this.#isForgotten = isForgotten
  }

  async add(memory: MemoryRecord): Promise<{ readonly added: boolean; readonly memory: MemoryRecord }> {
    if (!memory.scope.isWellFormed()) throw new DenidinError('invalid_input', 'the scope of a memory is not valid text')
    if (await this.#isForgotten(memory)) return { added: false, memory }
    return await this.#database.durably(() => {
      const { person_ids, sources, entities, supersedes, merged_into: _merged, ...columns } = memory
      const { memory_id } = memory
      const added = this.#database.run(
        `insert into memories (${OWN_COLUMNS})
         values (:memory_id, :scope, :kind, :text, :category, :tier, :importance, :session_id, :said_from, :said_to,
           :valid_from, :valid_to, :quote, :entities, :created_at)
         on conflict do nothing`,
        {
          ...columns,
          session_id: memory.session_id ?? null,
          valid_to: memory.valid_to ?? null,
          quote: memory.quote ?? null,
          entities: JSON.stringify(entities),
        },
      )
      if (added > 0) {
        this.#database.run(
          'insert or ignore into memory_persons (memory_id, person_id) select :memory_id, value from json_each(:ids)',
          { memory_id, ids: JSON.stringify(person_ids) },
        )
        this.#addSources(memory_id, sources)
        endMemories(this.#database, memory.scope, supersedes, { memory_id, at: memory.said_from })
      }
      const current =
        this.#read('memory_id = :memory_id', { memory_id })[0] ??
        this.#read(`session_id = :session_id and kind in ('session_summary', 'session_transcript')`, {
          session_id: memory.session_id ?? null,
        })[0]
      return { added: added > 0, memory: current ?? memory }
    })
  }

  async supersede(scope: Scope, memory_id: string, by: Superseder): Promise<void> {
    await this.#database.durably(() => {
      endMemories(this.#database, scope, [memory_id], by)
    })
  }

  async removeOfSession(session_id: string): Promise<readonly string[]> {
    return removeMemories(this.#database, 'session_id = :session_id', { session_id })
  }

  async remove(scope: Scope, memory_ids: readonly string[]): Promise<readonly string[]> {
    return removeMemories(this.#database, '+scope = :scope and memory_id in (select value from json_each(:ids))', {
      scope,
      ids: JSON.stringify(memory_ids),
    })
  }

  async change(scope: Scope, memory_id: string, change: MemoryChange): Promise<boolean> {
    return await this.#database.durably(() => {
      const found = this.#database.run(
        `update memories set tier = coalesce(:tier, tier), importance = coalesce(:importance, importance),
           valid_to = case when :ends then :valid_to else valid_to end,
           said_from = min(said_from, coalesce(:said_at, said_from)), said_to = max(said_to, coalesce(:said_at, said_to))
         where scope = :scope and memory_id = :memory_id`,
        {
          scope,
          memory_id,
          tier: change.tier ?? null,
          importance: change.importance ?? null,
          ends: change.valid_to === undefined ? 0 : 1,
          valid_to: change.valid_to ?? null,
          said_at: change.said_at ?? null,
        },
      )
      if (found > 0) this.#addSources(memory_id, change.add_sources ?? [])
      return found > 0
    })
  }

  async merge(scope: Scope, merge: Merge): Promise<boolean> {
    return mergeMemories(this.#database, scope, merge)
  }

  async mergesInto(memory_id: string): Promise<readonly MergeRecord[]> {
    return mergesInto(this.#database, memory_id)
  }

  // `+scope`: without the plus, SQLite would scan the whole scope instead of looking up the ids.
  async get(scope: Scope, ids: readonly string[]): Promise<readonly MemoryRecord[]> {
    return this.#read('+scope = :scope and memory_id in (select value from json_each(:ids))', {
      scope,
      ids: JSON.stringify(ids),
    })
  }

  async ofSources(scope: Scope, message_ids: readonly MessageId[]): Promise<readonly MemoryRecord[]> {
    return this.#read(
      `+scope = :scope and memory_id in
         (select memory_id from memory_sources where message_id in (select value from json_each(:ids)))`,
      { scope, ids: JSON.stringify(message_ids) },
    )
  }

  async supersedersOf(scope: Scope, ids: readonly string[]): Promise<readonly MemoryRecord[]> {
    return this.#read(
      `+scope = :scope and memory_id in
         (select by_id from superseded_memories where memory_id in (select value from json_each(:ids)))
       and memory_id not in (select memory_id from memory_merges)`,
      { scope, ids: JSON.stringify(ids) },
    )
  }

  async summariesOf(session_ids: readonly string[]): Promise<readonly MemoryRecord[]> {
    return this.#read(
      `session_id in (select value from json_each(:ids)) and kind in ('session_summary', 'session_transcript')`,
      { ids: JSON.stringify(session_ids) },
    )
  }

  async list(scope: Scope, page: MemoryPage & MemoryFilter): Promise<readonly MemoryRecord[]> {
    return this.#page('scope = :scope', { scope }, page)
  }

  async listAll(page: MemoryPage & MemoryFilter): Promise<readonly MemoryRecord[]> {
    return this.#page('true', {}, page)
  }

  async ofSpeaker(person_id: PersonId, page: MemoryPage & MemoryFilter): Promise<readonly MemoryRecord[]> {
    return this.#page(ofPerson.OF_SPEAKER, { person_id }, page)
  }

  async scopesOf(ids: readonly string[]): Promise<ReadonlyMap<string, Scope>> {
    const rows = this.#database.all<{ memory_id: string; scope: Scope }>(
      'select memory_id, scope from memories where memory_id in (select value from json_each(:ids))',
      { ids: JSON.stringify(ids) },
    )
    return new Map(rows.map(row => [row.memory_id, row.scope]))
  }

  async countOfScope(scope: Scope, { current = false }: Pick<MemoryFilter, 'current'> = {}): Promise<number> {
    const condition = current ? 'valid_to is null' : 'true'
    return this.#number(`select count(*) as n from memories where scope = :scope and ${condition}`, { scope })
  }

  async counts(): Promise<{ readonly memories: number; readonly scopes: number }> {
    return (
      this.#database.get<{ memories: number; scopes: number }>(
        'select count(*) as memories, count(distinct scope) as scopes from memories',
      ) ?? { memories: 0, scopes: 0 }
    )
  }

  async countsByClass(): ReturnType<MemoryStore['countsByClass']> {
    return this.#database.all(
      'select kind, category, tier, count(*) as memories from memories group by kind, category, tier',
    )
  }

  async reassign(from: PersonId, to: PersonId): Promise<void> {
    this.#database.transaction(() => {
      this.#database.run('update memories set scope = :to where scope = :from', {
        from: scopeOfPerson(from),
        to: scopeOfPerson(to),
      })
      this.#database.run('update or ignore memory_persons set person_id = :to where person_id = :from', { from, to })
      this.#database.run('delete from memory_persons where person_id = :from and :from <> :to', { from, to })
    })
  }

  async count(person_id: PersonId, bounds: ErasureBounds = {}): Promise<number> {
    return this.#number(
      `select count(*) as n from memories where ${ofPerson.OF_PERSON_ERASED}`,
      ofPerson.erasureParameters(person_id, bounds),
    )
  }

  async groupsOfSpeaker(person_id: PersonId): Promise<readonly Scope[]> {
    return ofPerson.groupsOfSpeaker(this.#database, person_id)
  }

  async recentScopes(limit: number): Promise<readonly Scope[]> {
    return ofPerson.recentScopes(this.#database, limit)
  }

  async locationsOfPerson(person_id: PersonId): Promise<readonly MemoryLocation[]> {
    return ofPerson.locationsOfPerson(this.#database, person_id)
  }

  async *export(person_id: PersonId): AsyncIterable<PersonalRecord> {
    const own = { table: 'memories', columns: COLUMNS, where: ofPerson.OWN }
    for await (const rows of readInBatches<MemoryRow>(this.#database, own, ofPerson.personParameters(person_id))) {
      yield* rows.map(row => ofPerson.memoryRecord(toMemory(row)))
    }
  }

  async erase(person_id: PersonId, bounds: ErasureBounds = {}): Promise<number> {
    let erased = 0
    const theirs = { table: 'memories', columns: 'memory_id', where: ofPerson.OF_PERSON_ERASED }
    const parameters = ofPerson.erasureParameters(person_id, bounds)
    for await (const rows of readInBatches<{ memory_id: string }>(this.#database, theirs, parameters)) {
      const ids = JSON.stringify(rows.map(row => row.memory_id))
      erased += removeMemories(this.#database, 'memory_id in (select value from json_each(:ids))', { ids }).length
    }
    return erased
  }

  #addSources(memory_id: string, sources: readonly MessageId[]): void {
    this.#database.run(
      'insert or ignore into memory_sources (memory_id, message_id) select :memory_id, value from json_each(:ids)',
      { memory_id, ids: JSON.stringify(sources) },
    )
  }

  #page(where: string, parameters: Parameters, page: MemoryPage & MemoryFilter): readonly MemoryRecord[] {
    const { limit, before, offset = 0, kinds, category, tier, current } = page
    // A row that `where` does not cover begins no page: whether it exists must not show.
    const older =
      before === undefined ? 'true' : `seq < (select seq from memories where memory_id = :before and ${where})`
    const conditions = [where, older, current === true ? 'valid_to is null' : 'true']
    return this.#read(
      `${conditions.join(' and ')} and (:category is null or category = :category) and (:tier is null or tier = :tier)
         and (:kinds is null or kind in (select value from json_each(:kinds))) order by seq desc limit :limit offset :offset`,
      {
        ...parameters,
        limit,
        offset,
        category: category ?? null,
        tier: tier ?? null,
        kinds: kinds === undefined ? null : JSON.stringify(kinds),
        ...(before === undefined ? {} : { before }),
      },
    )
  }

  #read(where: string, parameters: Parameters): readonly MemoryRecord[] {
    return this.#database.all<MemoryRow>(`select ${COLUMNS} from memories where ${where}`, parameters).map(toMemory)
  }

  #number(sql: string, parameters: Parameters): number {
    return this.#database.get<{ n: number }>(sql, parameters)?.n ?? 0
  }
}
