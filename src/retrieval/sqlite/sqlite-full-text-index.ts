/** The full-text index in SQLite. */
import type { Database } from '../../database/sqlite/database.ts'
import type { MessageId } from '../../messages/message.ts'
import type { Scope } from '../../messages/scope.ts'
import type { ErasureBounds } from '../../people/personal-data.ts'
import type { PersonId } from '../../people/person.ts'
import type {
  FullTextIndex,
  IndexedPersons,
  IndexProgress,
  MessageState,
  ScopeReader,
} from '../full-text/full-text-index.ts'
import { IndexCache } from './index-cache.ts'
import { IndexWriter } from './index-writer.ts'
import { createScopeReader } from './scope-reader.ts'

/** How many groups of a speaker a search reads: the most recent ones. */
const MOST_GROUPS = 50

/** How many rows one statement removes when a scope is forgotten. */
const DROPPED_AT_ONCE = 2000

/** The tables with rows of a scope, with the columns that identify a row in it. */
const SCOPE_TABLES = [
  ['postings', 'stem, part'],
  ['documents', 'ordinal'],
  ['parts', 'part'],
  ['speakers', 'speaker'],
] as const

/** Keeps separate postings, columns and speakers for each scope. */
export const createSqliteFullTextIndex = (database: Database): SqliteFullTextIndex => new SqliteFullTextIndex(database)

export class SqliteFullTextIndex implements FullTextIndex, IndexedPersons {
  readonly name = 'index'
  readonly tables = ['scopes', 'speakers']
  readonly #database: Database
  readonly #cache: IndexCache
  readonly #writer: IndexWriter

  constructor(database: Database) {
    this.#database = database
    this.#cache = new IndexCache(database)
    this.#writer = new IndexWriter(database)
  }

  /** The file was recreated: no data that was read from the old one is valid. */
  renewed(): void {
    this.#cache.clear()
  }

  async open(scope: Scope): Promise<ScopeReader | undefined> {
    const scope_no = this.#scopeNumber(scope)
    return scope_no === undefined ? undefined : createScopeReader(this.#database, scope_no, this.#cache.of(scope_no))
  }

  async groupsOfSpeaker(person_id: PersonId): Promise<readonly Scope[]> {
    return this.#database
      .all<{ scope: Scope }>(
        `select s.scope from scopes s
         where s.scope_no in (select scope_no from speakers where person_id = :person_id and bot = 0)
           and substr(s.scope, 1, 5) = 'chat:'
         order by s.scope_no desc limit :limit`,
        { person_id, limit: MOST_GROUPS },
      )
      .map(row => row.scope)
  }

  async apply(states: readonly MessageState[], reached: Partial<IndexProgress>): Promise<void> {
    const changed = this.#database.transaction(() => {
      const scopes = this.#writer.apply(states)
      this.#record(reached)
      return scopes
    })
    for (const [scope_no, changes] of changed) this.#cache.follow(scope_no, changes)
  }

  async dropScope(scope: Scope): Promise<boolean> {
    const scope_no = this.#scopeNumber(scope)
    if (scope_no === undefined) return true
    this.#cache.forget(scope_no)
    return this.#database.transaction(() => {
      for (const [table, key] of SCOPE_TABLES) {
        const removed = this.#database.run(
          `delete from ${table} where scope_no = :scope_no and (${key}) in
             (select ${key} from ${table} where scope_no = :scope_no limit ${String(DROPPED_AT_ONCE)})`,
          { scope_no },
        )
        if (removed > 0) return false
      }
      this.#database.run('delete from scopes where scope_no = :scope_no', { scope_no })
      return true
    })
  }

  async progress(): Promise<IndexProgress> {
    const row = this.#database.get<{ change: number; filled_to: number | null }>(
      'select change, filled_to from progress',
    )
    return { change: row?.change ?? 0, filled_to: row === undefined ? 0 : (row.filled_to ?? undefined) }
  }

  async checkpoint(): Promise<void> {
    this.#database.get('pragma wal_checkpoint(truncate)')
  }

  async scopesOf(message_ids: readonly MessageId[]): Promise<ReadonlyMap<MessageId, Scope>> {
    const rows = this.#database.all<{ message_id: string; scope: Scope }>(
      `select message_id, scope from documents join scopes using (scope_no)
       where message_id in (select value from json_each(:ids))`,
      { ids: JSON.stringify(message_ids) },
    )
    return new Map(rows.map(row => [row.message_id, row.scope]))
  }

  async idsOf({ limit, after = '' }: Parameters<FullTextIndex['idsOf']>[0]): Promise<readonly MessageId[]> {
    return this.#database
      .all<{ message_id: string }>(
        'select message_id from documents where message_id > :after order by message_id limit :limit',
        { limit, after },
      )
      .map(row => row.message_id)
  }

  async counts(): Promise<{ readonly messages: number; readonly scopes: number }> {
    return (
      this.#database.get<{ messages: number; scopes: number }>(
        'select (select count(*) from documents) messages, (select count(*) from scopes) scopes',
      ) ?? { messages: 0, scopes: 0 }
    )
  }

  async countOfScope(scope: Scope): Promise<number> {
    return this.#number(
      'select count(*) n from documents where scope_no = (select scope_no from scopes where scope = :scope)',
      { scope },
    )
  }

  /** In the scope of a spared message the person remains a speaker, which does not count. */
  async count(person_id: PersonId, { spared = [] }: ErasureBounds = {}): Promise<number> {
    return this.#number(
      `with stays as (
         select scope_no, ordinal from documents where message_id in (select value from json_each(:spared)))
       select (select count(*) from speakers
                 where person_id = :person_id and scope_no not in (select scope_no from stays)) + (
         select count(*) from documents
         where scope_no = (select scope_no from scopes where scope = 'person:' || :person_id)
           and (scope_no, ordinal) not in stays) n`,
      { person_id, spared: JSON.stringify(spared) },
    )
  }

  /** The person's messages have changed, and are read again. */
  async reassign(from: PersonId, to: PersonId): Promise<void> {
    this.#database.run('update speakers set person_id = :to where person_id = :from', { from, to })
  }

  #scopeNumber(scope: Scope): number | undefined {
    return this.#database.get<{ scope_no: number }>('select scope_no from scopes where scope = :scope', { scope })
      ?.scope_no
  }

  /** An explicit `filled_to: undefined` means that all messages have been read; without the key nothing changes. */
  #record(reached: Partial<IndexProgress>): void {
    const { change, filled_to } = reached
    if (change !== undefined) this.#database.run('update progress set change = :change', { change })
    if (Object.keys(reached).includes('filled_to')) {
      this.#database.run('update progress set filled_to = :filled_to', { filled_to: filled_to ?? null })
    }
  }

  #number(sql: string, parameters: Record<string, string>): number {
    return this.#database.get<{ n: number }>(sql, parameters)?.n ?? 0
  }
}
