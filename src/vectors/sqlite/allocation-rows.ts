/** Statements that the tables of the collection allocator share. */
import type { Database, Parameters } from '../../database/sqlite/database.ts'
import type { Scope } from '../../messages/scope.ts'
import type { Collection, CollectionNumber, WaitingVector } from '../collection-allocator.ts'
import { toVector } from './blobs.ts'

export interface CollectionRow {
  readonly collection: number
  readonly space: string
  readonly state: Collection['state']
  readonly alone: number
}

export interface VectorRow {
  readonly seq: number
  readonly item_id: string
  readonly scope: Scope
  readonly vector: Uint8Array
  readonly collection: number | null
}

export const WHOLE_VECTORS = 'select seq, item_id, scope, vector, collection from vectors join embeddings using (seq)'
export const COLLECTION_COLUMNS = 'collection, space, state, alone'

export const toCollection = ({ collection, space, state, alone }: CollectionRow): Collection => ({
  collection,
  space,
  state,
  alone: alone === 1,
})

export const toWaiting = ({ seq, item_id, scope, vector }: VectorRow): WaitingVector => ({
  seq,
  item_id,
  scope,
  vector: toVector(vector),
})

/** Statements that the allocation table and its moves share. `:space` is filled in where a statement names it. */
export class AllocationRows {
  readonly space: string
  readonly #database: Database

  constructor(database: Database, space: string) {
    this.#database = database
    this.space = space
  }

  transaction<T>(act: () => T): T {
    return this.#database.transaction(act)
  }

  run(sql: string, parameters: Parameters = {}): number {
    return this.#database.run(sql, this.#named(sql, parameters))
  }

  get<T extends object>(sql: string, parameters: Parameters = {}): T | undefined {
    return this.#database.get<T>(sql, this.#named(sql, parameters))
  }

  all<T extends object>(sql: string, parameters: Parameters = {}): T[] {
    return this.#database.all<T>(sql, this.#named(sql, parameters))
  }

  number(sql: string, parameters: Parameters = {}): number {
    return this.get<{ n: number }>(sql, parameters)?.n ?? 0
  }

  find(scope: Scope): Collection | undefined {
    const row = this.get<CollectionRow>(
      `select collection, collections.space, state, alone from allocations join collections using (collection)
       where allocations.space = :space and scope = :scope`,
      { scope },
    )
    return row === undefined ? undefined : toCollection(row)
  }

  live(collection: CollectionNumber): Collection | undefined {
    const row = this.get<CollectionRow>(
      `select ${COLLECTION_COLUMNS} from collections where collection = :collection and state = 'live'`,
      { collection },
    )
    return row === undefined ? undefined : toCollection(row)
  }

  /** Assigns a new collection. */
  give(state: Collection['state'], alone: boolean): Collection {
    this.run('insert into collections (space, state, alone) values (:space, :state, :alone)', {
      state,
      alone: alone ? 1 : 0,
    })
    return { collection: this.number('select last_insert_rowid() as n'), space: this.space, state, alone }
  }

  /** Records that the collection that may contain a vector has to delete it. */
  leave(seq: number): void {
    this.run(
      `insert or ignore into removals (collection, item_id)
       select collection, item_id from vectors where seq = :seq and collection is not null`,
      { seq },
    )
  }

  retire(collection: CollectionNumber): void {
    this.run('delete from allocations where collection = :collection', { collection })
    this.run('delete from removals where collection = :collection', { collection })
    this.run('update vectors set collection = null, indexed = 0 where collection = :collection', { collection })
    this.run(`update collections set state = 'retired' where collection = :collection`, { collection })
  }

  #named(sql: string, parameters: Parameters): Parameters {
    return sql.includes(':space') ? { ...parameters, space: this.space } : parameters
  }
}
