import type { Database, Parameters } from '../../database/sqlite/database.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { Scope } from '../../messages/scope.ts'
import type { PersonalData } from '../../people/personal-data.ts'
import type { PersonId } from '../../people/person.ts'
import type { Memory } from '../memory.ts'
import type { MemoryPage, MemoryStore } from '../memory-store.ts'

interface MemoryRow extends Omit<Memory, 'person_ids'> {
  /** A JSON array. */
  readonly person_ids: string
}

const COLUMNS = `memory_id, scope, kind, text, session_id, said_from, said_to, created_at,
  (select json_group_array(person_id) from memory_persons p where p.memory_id = memories.memory_id) as person_ids`

const toMemory = (row: MemoryRow): Memory => ({ ...row, person_ids: JSON.parse(row.person_ids) as PersonId[] })

/** Memories in `denidin.db`. */
export const createSqliteMemoryStore = (database: Database): MemoryStore & PersonalData =>
  new SqliteMemoryStore(database)

class SqliteMemoryStore implements MemoryStore, PersonalData {
  readonly name = 'memories'
  readonly tables = ['memories', 'memory_persons']
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async add(memory: Memory): Promise<{ readonly added: boolean; readonly memory: Memory }> {
    if (!memory.scope.isWellFormed()) throw new DenidinError('invalid_input', 'the scope of a memory is no valid text')
    return this.#database.transaction(() => {
      const { person_ids, ...columns } = memory
      const added = this.#database.run(
        `insert into memories (memory_id, scope, kind, text, session_id, said_from, said_to, created_at)
         values (:memory_id, :scope, :kind, :text, :session_id, :said_from, :said_to, :created_at)
         on conflict (session_id) do nothing`,
        columns,
      )
      if (added > 0) {
        this.#database.run(
          'insert or ignore into memory_persons (memory_id, person_id) select :memory_id, value from json_each(:ids)',
          { memory_id: memory.memory_id, ids: JSON.stringify(person_ids) },
        )
      }
      const standing = this.#read('session_id = :session_id', { session_id: memory.session_id })[0]
      return { added: added > 0, memory: standing ?? memory }
    })
  }

  async removeOfSession(session_id: string): Promise<boolean> {
    return this.#database.run('delete from memories where session_id = :session_id', { session_id }) > 0
  }

  async get(scope: Scope, ids: readonly string[]): Promise<readonly Memory[]> {
    return this.#read('scope = :scope and memory_id in (select value from json_each(:ids))', {
      scope,
      ids: JSON.stringify(ids),
    })
  }

  async list(scope: Scope, page: MemoryPage): Promise<readonly Memory[]> {
    return this.#page('scope = :scope', { scope }, page)
  }

  async listAll(page: MemoryPage): Promise<readonly Memory[]> {
    return this.#page('true', {}, page)
  }

  async scopesOf(ids: readonly string[]): Promise<ReadonlyMap<string, Scope>> {
    const rows = this.#database.all<{ memory_id: string; scope: Scope }>(
      'select memory_id, scope from memories where memory_id in (select value from json_each(:ids))',
      { ids: JSON.stringify(ids) },
    )
    return new Map(rows.map(row => [row.memory_id, row.scope]))
  }

  async countOfScope(scope: Scope): Promise<number> {
    return this.#number('select count(*) as n from memories where scope = :scope', { scope })
  }

  async counts(): Promise<{ readonly memories: number; readonly scopes: number }> {
    return (
      this.#database.get<{ memories: number; scopes: number }>(
        'select count(*) as memories, count(distinct scope) as scopes from memories',
      ) ?? { memories: 0, scopes: 0 }
    )
  }

  async reassign(from: PersonId, to: PersonId): Promise<void> {
    this.#database.transaction(() => {
      this.#database.run('update memories set scope = :to where scope = :from', {
        from: `person:${from}`,
        to: `person:${to}`,
      })
      this.#database.run('update or ignore memory_persons set person_id = :to where person_id = :from', { from, to })
      this.#database.run('delete from memory_persons where person_id = :from and :from <> :to', { from, to })
    })
  }

  async count(person_id: PersonId): Promise<number> {
    return this.#number(
      `select count(*) as n from memories where scope = :scope
         or memory_id in (select memory_id from memory_persons where person_id = :person_id)`,
      { scope: `person:${person_id}`, person_id },
    )
  }

  #page(where: string, parameters: Parameters, { limit, before }: MemoryPage): readonly Memory[] {
    const older = before === undefined ? 'true' : 'seq < (select seq from memories where memory_id = :before)'
    return this.#read(`${where} and ${older} order by seq desc limit :limit`, {
      ...parameters,
      limit,
      ...(before === undefined ? {} : { before }),
    })
  }

  #read(where: string, parameters: Parameters): readonly Memory[] {
    return this.#database.all<MemoryRow>(`select ${COLUMNS} from memories where ${where}`, parameters).map(toMemory)
  }

  #number(sql: string, parameters: Parameters): number {
    return this.#database.get<{ n: number }>(sql, parameters)?.n ?? 0
  }
}
