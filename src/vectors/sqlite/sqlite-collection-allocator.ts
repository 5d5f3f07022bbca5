/** The collection allocator in `vectors.db`, beside the vectors. */
import type { Database, Parameters } from '../../database/sqlite/database.ts'
import type { Scope } from '../../messages/scope.ts'
import type {
  CollectionAllocator,
  Batch,
  Collection,
  CollectionNumber,
  MoveTable,
  MaintenanceTable,
  PurgeTable,
  WaitingVector,
} from '../collection-allocator.ts'
import { COLLECTION_VECTORS } from '../collection-policy.ts'
import type { StoredVector } from '../vector-store.ts'
import {
  AllocationRows,
  COLLECTION_COLUMNS,
  toCollection,
  toWaiting,
  WHOLE_VECTORS,
  type CollectionRow,
  type VectorRow,
} from './allocation-rows.ts'
import { SqliteMoveTable } from './sqlite-move-table.ts'
import { CollectionAssignment } from './collection-assignment.ts'
import { SqliteMaintenanceTable } from './sqlite-maintenance-table.ts'
import { SqlitePurgeTable } from './sqlite-purge-table.ts'

export interface CollectionAllocatorDeps {
  readonly space: string
  /** Size of a collection. */
  readonly collection_vectors?: number
  /** Other spaces whose collections are in use. */
  readonly in_use?: readonly string[]
  /** Whether this table cleans up collections of spaces that are not in use; exactly one table does. */
  readonly tidies?: boolean
}

/** The allocation table of one space, in `vectors.db` beside the vectors. */
export const createSqliteCollectionAllocator = (
  database: Database,
  deps: CollectionAllocatorDeps,
): CollectionAllocator => new SqliteCollectionAllocator(database, deps)

class SqliteCollectionAllocator implements CollectionAllocator {
  readonly space: string
  readonly moves: MoveTable
  readonly #rows: AllocationRows
  readonly #most: number
  readonly tidies: boolean
  /** Spaces that this table does not touch, as JSON. */
  readonly #others: string
  readonly maintenance: MaintenanceTable
  readonly purge: PurgeTable

  constructor(database: Database, deps: CollectionAllocatorDeps) {
    this.space = deps.space
    this.tidies = deps.tidies ?? true
    this.#others = JSON.stringify(deps.in_use ?? [])
    this.#rows = new AllocationRows(database, deps.space)
    this.#most = deps.collection_vectors ?? COLLECTION_VECTORS
    this.maintenance = new SqliteMaintenanceTable(this.#rows)
    this.purge = new SqlitePurgeTable(this.#rows)
    this.moves = new SqliteMoveTable(this.#rows, this.#most)
  }

  /** Read each time: a damaged file may have been recreated. */
  get instance(): string {
    return this.#rows.get<{ instance: string }>('select instance from instance')?.instance ?? ''
  }

  async find(scope: Scope): Promise<Collection | undefined> {
    return this.#rows.find(scope)
  }

  async indexed(scope: Scope): Promise<number> {
    return this.#rows.number(
      'select count(*) as n from vectors where scope = :scope and space = :space and indexed = 1',
      { scope },
    )
  }

  async scopes(): Promise<readonly Scope[]> {
    return this.#rows
      .all<{ scope: Scope }>('select scope from allocations where space = :space')
      .map(each => each.scope)
  }

  async vectorsOf(scope: Scope, limit: number): Promise<readonly StoredVector[]> {
    return this.#rows
      .all<VectorRow>(`${WHOLE_VECTORS} where scope = :scope and space = :space and indexed = 1 limit :limit`, {
        scope,
        limit,
      })
      .map(toWaiting)
  }

  async collections(): Promise<readonly Collection[]> {
    return this.#rows
      .all<CollectionRow>(
        `select ${COLLECTION_COLUMNS} from collections where ${this.#ours} order by collection`,
        this.#named,
      )
      .map(toCollection)
  }

  async every(): Promise<readonly Collection[]> {
    return this.#rows.all<CollectionRow>(`select ${COLLECTION_COLUMNS} from collections`).map(toCollection)
  }

  async bounds(collection: CollectionNumber): Promise<{ readonly least: number; readonly most: number }> {
    const { least, held } = this.#rows.get<{ least: number; held: number }>(
      'select coalesce(sum(indexed), 0) as least, count(*) as held from vectors where collection = :collection',
      { collection },
    ) ?? { least: 0, held: 0 }
    return {
      least,
      most:
        held + this.#rows.number('select count(*) as n from removals where collection = :collection', { collection }),
    }
  }

  async samples(collection: CollectionNumber, limit: number): Promise<readonly StoredVector[]> {
    const { first, last } = this.#rows.get<{ first: number | null; last: number | null }>(
      'select min(seq) as first, max(seq) as last from vectors where collection = :collection and indexed = 1',
      { collection },
    ) ?? { first: null, last: null }
    if (first === null || last === null) return []
    const samples = new Map<number, VectorRow>()
    for (let n = 0; n < limit; n++) {
      const row = this.#rows.get<VectorRow>(
        `${WHOLE_VECTORS} where collection = :collection and indexed = 1 and seq >= :from
         order by seq limit 1`,
        { collection, from: Math.floor(first + ((last - first) * n) / Math.max(1, limit - 1)) },
      )
      if (row !== undefined) samples.set(row.seq, row)
    }
    return [...samples.values()].map(toWaiting)
  }

  async pending(): Promise<number> {
    return this.#rows.number('select count(*) as n from vectors where space = :space and indexed = 0')
  }

  async take(limit: number): Promise<readonly Batch[]> {
    return this.#rows.transaction(() => {
      const assignment = new CollectionAssignment(this.#rows, this.#most)
      const batches = new Map<CollectionNumber, { collection: Collection; vectors: WaitingVector[] }>()
      for (const row of this.#rows.all<VectorRow>(
        `${WHOLE_VECTORS} where space = :space and indexed = 0 order by seq limit :limit`,
        { limit },
      )) {
        const assigned = this.#rows.find(row.scope) ?? assignment.allocate(row.scope)
        const { collection } = assigned
        if (row.collection !== collection) {
          this.#rows.leave(row.seq)
          this.#rows.run('update vectors set collection = :collection where seq = :seq', { collection, seq: row.seq })
        }
        // An item that is added now replaces the one that was to be deleted.
        this.#rows.run('delete from removals where collection = :collection and item_id = :item_id', {
          collection,
          item_id: row.item_id,
        })
        const batch = batches.get(collection) ?? { collection: assigned, vectors: [] }
        batch.vectors.push(toWaiting(row))
        batches.set(collection, batch)
      }
      return [...batches.values()]
    })
  }

  async confirm(collection: CollectionNumber, vectors: readonly WaitingVector[]): Promise<void> {
    this.#rows.transaction(() => {
      for (const { seq, scope } of vectors) {
        this.#rows.run(
          'update vectors set indexed = 1 where seq = :seq and scope = :scope and collection = :collection',
          { seq, scope, collection },
        )
      }
    })
  }

  async removals(limit: number): Promise<{ collection: CollectionNumber; item_ids: readonly string[] } | undefined> {
    const first = this.#rows.get<{ collection: number }>(
      `select collection from removals join collections using (collection) where space = :space limit 1`,
    )
    if (first === undefined) return undefined
    const rows = this.#rows.all<{ item_id: string }>(
      'select item_id from removals where collection = :collection limit :limit',
      { collection: first.collection, limit },
    )
    return { collection: first.collection, item_ids: rows.map(row => row.item_id) }
  }

  async removed(collection: CollectionNumber, item_ids: readonly string[], blanked: boolean): Promise<void> {
    this.#rows.transaction(() => {
      if (!blanked) {
        this.#rows.run('update unclean_collections set blanked = 0 where collection = :collection', { collection })
      }
      this.#rows.run(
        'delete from removals where collection = :collection and item_id in (select value from json_each(:ids))',
        { collection, ids: JSON.stringify(item_ids) },
      )
    })
  }

  async made(collection: CollectionNumber): Promise<void> {
    this.#rows.run(`update collections set state = 'live' where collection = :collection and state = 'new'`, {
      collection,
    })
  }

  async retire(collection: CollectionNumber): Promise<void> {
    this.#rows.transaction(() => this.#rows.retire(collection))
  }

  async retireLeftovers(): Promise<void> {
    this.#rows.transaction(() => {
      for (const { collection } of this.#rows.all<{ collection: number }>(
        `select collection from collections
         where ${this.#ours} and (space <> :space and state <> 'retired' or state = 'filling')`,
        this.#named,
      )) {
        this.#rows.retire(collection)
      }
    })
  }

  async dropped(collection: CollectionNumber): Promise<void> {
    this.#rows.run(`delete from collections where collection = :collection and state = 'retired'`, { collection })
  }

  /** SQL condition for the collections that this table may change. */
  get #ours(): string {
    return this.tidies ? 'space not in (select value from json_each(:others))' : 'space = :space'
  }

  get #named(): Parameters {
    return this.tidies ? { others: this.#others } : {}
  }
}
