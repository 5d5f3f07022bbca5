/** The vector store in `vectors.db`. */
import type { Database } from '../../database/sqlite/database.ts'
import { yieldToEventLoop } from '../../platform/yield.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { Scope } from '../../messages/scope.ts'
import { MESSAGE_ITEM_PREFIX } from '../item-id.ts'
import { takesLength, type StoredVector, type VectorStore } from '../vector-store.ts'
import { toBlob, toVector } from './blobs.ts'

/** Vectors deleted in one transaction. */
const DELETED_AT_ONCE = 200
/** Vectors that one step of dropping a space deletes: some milliseconds. */
const DROPPED_AT_ONCE = 500

const OF_SCOPE_BUT = 'scope = :scope and item_id not in (select value from json_each(:except))'

/** The first text that sorts after all texts beginning with `prefix`. */
const behind = (prefix: string): string =>
  prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)

/** The range of ids with a prefix among all ids. */
const OTHERS_FROM = MESSAGE_ITEM_PREFIX
const OTHERS_TO = behind(MESSAGE_ITEM_PREFIX)

interface VectorRow {
  readonly seq: number
  readonly item_id: string
  readonly scope: Scope
  readonly vector: Uint8Array
}

/** Vectors in `vectors.db`. Any change is immediately waiting work in the allocation table of the same file. */
export const createSqliteVectorStore = (database: Database): VectorStore => new SqliteVectorStore(database)

class SqliteVectorStore implements VectorStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async put(space: string, vectors: readonly StoredVector[]): Promise<void> {
    await this.#database.durably(() => {
      for (const { item_id, scope, vector } of vectors) {
        if (!scope.isWellFormed()) throw new DenidinError('invalid_input', 'the scope of a vector is not valid text')
        this.#checkLength(space, vector)
        this.#remove('space = :space and item_id = :item_id', { space, item_id })
        this.#database.run('insert into vectors (space, item_id, scope) values (:space, :item_id, :scope)', {
          space,
          item_id,
          scope,
        })
        this.#database.run('insert into embeddings (seq, vector) values (last_insert_rowid(), :vector)', {
          vector: toBlob(vector),
        })
      }
    })
  }

  async scopesOf(space: string, item_ids: readonly string[]): Promise<ReadonlyMap<string, Scope>> {
    const rows = this.#database.all<{ item_id: string; scope: Scope }>(
      `select item_id, scope from vectors
       where space = :space and item_id in (select value from json_each(:ids))`,
      { space, ids: JSON.stringify(item_ids) },
    )
    return new Map(rows.map(row => [row.item_id, row.scope]))
  }

  async idsOf(
    prefix: string,
    { limit, after = '' }: { readonly limit: number; readonly after?: string },
  ): Promise<readonly string[]> {
    if (prefix !== '') return this.#idsBetween({ from: prefix, after, before: behind(prefix) }, limit)
    const first = this.#idsBetween({ from: '', after, before: OTHERS_FROM }, limit)
    return [...first, ...this.#idsBetween({ from: OTHERS_TO, after, before: undefined }, limit - first.length)]
  }

  async *ofScope(space: string, scope: Scope, batch: number): AsyncIterable<readonly StoredVector[]> {
    let after = 0
    for (;;) {
      const rows = this.#database.all<VectorRow>(
        `select seq, item_id, scope, vector from vectors join embeddings using (seq)
         where scope = :scope and space = :space and seq > :after order by seq limit :batch`,
        { scope, space, after, batch },
      )
      const last = rows.at(-1)
      if (last === undefined) return
      after = last.seq
      yield rows.map(row => ({ item_id: row.item_id, scope: row.scope, vector: toVector(row.vector) }))
    }
  }

  async lengthOf(space: string): Promise<number | undefined> {
    return this.#lengthOf(space)
  }

  async count(space: string): Promise<number> {
    return this.#number('select count(*) as n from vectors where space = :space', { space })
  }

  async holds(space: string, scope?: Scope): Promise<boolean> {
    const found =
      scope === undefined
        ? this.#database.get('select 1 from vectors where space = :space limit 1', { space })
        : this.#database.get('select 1 from vectors where scope = :scope and space = :space limit 1', { scope, space })
    return found !== undefined
  }

  async countIn(space: string, scope: Scope): Promise<number> {
    return this.#number('select count(*) as n from vectors where scope = :scope and space = :space', { scope, space })
  }

  async spaces(): Promise<readonly { readonly space: string; readonly vectors: number }[]> {
    return this.#database.all('select space, count(*) as vectors from vectors group by space order by max(seq) desc')
  }

  async dropSpace(space: string): Promise<boolean> {
    return this.#database.transaction(() => {
      const ids = this.#database.all<{ item_id: string }>(
        'select item_id from vectors where space = :space limit :limit',
        { space, limit: DROPPED_AT_ONCE },
      )
      for (const { item_id } of ids) this.#remove('space = :space and item_id = :item_id', { space, item_id })
      const done = ids.length < DROPPED_AT_ONCE
      if (done) this.#database.run('delete from marks where space = :space', { space })
      return done
    })
  }

  async mark(space: string): Promise<string | undefined> {
    return this.#database.get<{ mark: string }>('select mark from marks where space = :space', { space })?.mark
  }

  async setMark(space: string, mark: string | undefined): Promise<void> {
    if (mark === undefined) this.#database.run('delete from marks where space = :space', { space })
    else
      this.#database.run(
        'insert into marks (space, mark) values (:space, :mark) on conflict (space) do update set mark = excluded.mark',
        { space, mark },
      )
  }

  async countOfScope(scope: Scope, except: readonly string[] = []): Promise<number> {
    const parameters = { scope, except: JSON.stringify(except) }
    return this.#number(`select count(*) as n from vectors where ${OF_SCOPE_BUT}`, parameters)
  }

  async rescope(from: Scope, to: Scope, item_ids?: readonly string[]): Promise<void> {
    const which =
      item_ids === undefined
        ? 'scope = :from and :ids is null'
        : 'scope = :from and item_id in (select value from json_each(:ids))'
    this.#database.run(`update vectors set scope = :to, indexed = 0 where ${which}`, {
      from,
      to,
      ids: item_ids === undefined ? null : JSON.stringify(item_ids),
    })
  }

  async deleteScope(scope: Scope, except: readonly string[] = []): Promise<number> {
    const parameters = { scope, except: JSON.stringify(except) }
    const ids = this.#database.all<{ item_id: string }>(
      `select distinct item_id from vectors where ${OF_SCOPE_BUT}`,
      parameters,
    )
    const before = await this.countOfScope(scope, except)
    await this.delete(ids.map(each => each.item_id))
    return before
  }

  async delete(item_ids: readonly string[]): Promise<void> {
    for (let at = 0; at < item_ids.length; at += DELETED_AT_ONCE) {
      this.#database.transaction(() => {
        for (const item_id of item_ids.slice(at, at + DELETED_AT_ONCE)) {
          this.#remove('item_id = :item_id', { item_id })
        }
      })
      await yieldToEventLoop()
    }
  }

  async requestPurge(): Promise<void> {
    this.#database.run('update index_files set purging = 1 where unclean = 1')
  }

  async purgePending(): Promise<boolean> {
    return this.#database.get('select 1 from index_files where purging = 1') !== undefined
  }

  /** Ids from `from` on, after `after` and before `before`. */
  #idsBetween(
    { from, after, before }: { from: string; after: string; before: string | undefined },
    limit: number,
  ): readonly string[] {
    const beyond = after < from ? 'item_id >= :from' : 'item_id > :from'
    return this.#database
      .all<{ item_id: string }>(
        `select distinct item_id from vectors
         where ${beyond} ${before === undefined ? '' : 'and item_id < :before'} order by item_id limit :limit`,
        { from: after < from ? from : after, limit, ...(before === undefined ? {} : { before }) },
      )
      .map(row => row.item_id)
  }

  /** Deletes rows and records which collections may still contain them. */
  #remove(where: string, parameters: { space?: string; item_id: string }): void {
    this.#database.run(
      `insert or ignore into removals (collection, item_id)
       select collection, item_id from vectors where ${where} and collection is not null`,
      parameters,
    )
    this.#database.run(`delete from vectors where ${where}`, parameters)
  }

  #checkLength(space: string, vector: Float32Array): void {
    const held = this.#lengthOf(space)
    if (takesLength(held, vector.length)) return
    throw new DenidinError(
      'invalid_input',
      `vectors of ${space} have ${String(held ?? 0)} numbers, not ${String(vector.length)}`,
    )
  }

  /** How many numbers each vector of a space has. */
  #lengthOf(space: string): number | undefined {
    const row = this.#database.get<{ bytes: number }>(
      'select length(vector) as bytes from vectors join embeddings using (seq) where space = :space limit 1',
      { space },
    )
    return row === undefined ? undefined : row.bytes / Float32Array.BYTES_PER_ELEMENT
  }

  #number(sql: string, parameters: Record<string, string>): number {
    return this.#database.get<{ n: number }>(sql, parameters)?.n ?? 0
  }
}
