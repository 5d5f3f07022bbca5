/** Reads and records the data for rebuilding and verifying in `vectors.db`. */
import type { Scope } from '../../messages/scope.ts'
import type { CollectionNumber, MaintenanceTable, WaitingVector } from '../collection-allocator.ts'
import type { StoredVector } from '../vector-store.ts'
import { toWaiting, WHOLE_VECTORS, type AllocationRows, type VectorRow } from './allocation-rows.ts'

/** The data for rebuilding and verifying the index. */
export class SqliteMaintenanceTable implements MaintenanceTable {
  readonly #rows: AllocationRows

  constructor(rows: AllocationRows) {
    this.#rows = rows
  }

  async begin(): Promise<void> {
    this.#rows.run(
      `insert or ignore into rebuilds (space, up_to)
       select :space, coalesce(max(collection), 0) from collections where space = :space`,
    )
  }

  async left(): ReturnType<MaintenanceTable['left']> {
    const up_to = this.#rows.get<{ up_to: number }>('select up_to from rebuilds where space = :space')?.up_to
    if (up_to === undefined) return undefined
    const left = this.#rows.all<{ collection: number; n: number }>(
      `select collection, (select count(*) from vectors v where v.collection = c.collection and indexed = 1) n
       from collections c where space = :space and state = 'live' and collection <= :up_to order by collection`,
      { up_to },
    )
    return { collections: left.map(each => each.collection), vectors: left.reduce((sum, each) => sum + each.n, 0) }
  }

  async end(): Promise<void> {
    this.#rows.run('delete from rebuilds where space = :space')
  }

  async indexed(
    collection: CollectionNumber,
    after: number,
    limit: number,
  ): Promise<readonly Omit<WaitingVector, 'vector'>[]> {
    return this.#rows.all(
      `select seq, item_id, scope from vectors
       where collection = :collection and indexed = 1 and seq > :after order by seq limit :limit`,
      { collection, after, limit },
    )
  }

  async current(
    collection: CollectionNumber,
    item_ids: readonly string[],
  ): Promise<ReadonlyMap<string, Scope | undefined>> {
    const ids = JSON.stringify(item_ids)
    const leaving = this.#rows.all<{ item_id: string }>(
      `select item_id from removals
       where collection = :collection and item_id in (select value from json_each(:ids))`,
      { collection, ids },
    )
    const there = this.#rows.all<{ item_id: string; scope: Scope; indexed: number }>(
      `select item_id, scope, indexed from vectors
       where space = :space and collection = :collection and item_id in (select value from json_each(:ids))`,
      { collection, ids },
    )
    return new Map([
      ...leaving.map(each => [each.item_id, undefined] as const),
      ...there.map(each => [each.item_id, each.indexed === 1 ? each.scope : undefined] as const),
    ])
  }

  async stored(item_ids: readonly string[]): Promise<readonly StoredVector[]> {
    return this.#rows
      .all<VectorRow>(`${WHOLE_VECTORS} where space = :space and item_id in (select value from json_each(:ids))`, {
        ids: JSON.stringify(item_ids),
      })
      .map(toWaiting)
  }
}
