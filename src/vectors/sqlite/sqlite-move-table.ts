/** Moves scopes from one collection to another, in the tables of `vectors.db`. */
import type { Scope } from '../../messages/scope.ts'
import type { Collection, CollectionNumber, Move, MoveTable, WaitingVector } from '../collection-allocator.ts'
import { scopesToMove, type ScopeSize } from '../collection-policy.ts'
import { toWaiting, WHOLE_VECTORS, type AllocationRows, type VectorRow } from './allocation-rows.ts'

/** Moves of scopes from one collection to another. */
export class SqliteMoveTable implements MoveTable {
  readonly #rows: AllocationRows
  readonly #most: number

  constructor(rows: AllocationRows, most: number) {
    this.#rows = rows
    this.#most = most
  }

  async overgrown(collection: CollectionNumber): Promise<Move | undefined> {
    const live = this.#rows.live(collection)
    if (live === undefined || live.alone) return undefined
    const leaving = scopesToMove(this.#sizes(collection), this.#most)
    return leaving === undefined ? undefined : { from: collection, ...leaving }
  }

  async whole(collection: CollectionNumber): Promise<Move | undefined> {
    const live = this.#rows.live(collection)
    const scopes = this.#rows
      .all<{ scope: Scope }>('select scope from allocations where collection = :collection', { collection })
      .map(each => each.scope)
    return live === undefined || scopes.length === 0 ? undefined : { from: collection, scopes, alone: live.alone }
  }

  async begin(move: Move): Promise<Collection> {
    return this.#rows.transaction(() => this.#rows.give('filling', move.alone))
  }

  async copies(move: Move, after: number, limit: number): Promise<readonly WaitingVector[]> {
    return this.#rows
      .all<VectorRow>(
        `${WHOLE_VECTORS} where collection = :from and indexed = 1 and seq > :after
           and scope in (select value from json_each(:scopes)) order by seq limit :limit`,
        { from: move.from, after, limit, scopes: JSON.stringify(move.scopes) },
      )
      .map(toWaiting)
  }

  async finish(move: Move, to: CollectionNumber, copied: readonly Omit<WaitingVector, 'vector'>[]): Promise<void> {
    const { from } = move
    const scopes = JSON.stringify(move.scopes)
    const copies = JSON.stringify(copied.map(each => each.seq))
    const ids = JSON.stringify(copied.map(each => each.item_id))
    this.#rows.transaction(() => {
      this.#rows.run(`update collections set state = 'live' where collection = :to`, { to })
      this.#rows.run(
        `update allocations set collection = :to where space = :space and collection = :from
           and scope in (select value from json_each(:scopes))`,
        { to, from, scopes },
      )
      const emptied =
        this.#rows.number('select count(*) as n from allocations where collection = :from', { from }) === 0
      if (!emptied) {
        this.#rows.run(
          `insert or ignore into removals (collection, item_id) select collection, item_id from vectors
           where collection = :from and seq in (select value from json_each(:copies))`,
          { from, copies },
        )
      }
      // A replaced vector has another seq; one whose scope has changed is no longer marked as indexed.
      this.#rows.run(
        `update vectors set collection = :to
         where collection = :from and indexed = 1 and seq in (select value from json_each(:copies))`,
        { to, from, copies },
      )
      // Vectors that were deleted or changed while they were copied.
      this.#rows.run(
        `insert or ignore into removals (collection, item_id) select :to, value from json_each(:ids)
         where value not in (select item_id from vectors where collection = :to)`,
        { to, ids },
      )
      // Vectors that were not copied follow as waiting work.
      this.#rows.run(
        `update vectors set indexed = 0 where collection = :from and indexed = 1
           and scope in (select value from json_each(:scopes))`,
        { from, scopes },
      )
      if (emptied) this.#rows.retire(from)
    })
  }

  /** Scopes of a collection, the largest first. */
  #sizes(collection: CollectionNumber): readonly ScopeSize[] {
    return this.#rows.all(
      `select scope, count(*) as vectors from vectors where collection = :collection
       group by scope order by vectors desc, scope`,
      { collection },
    )
  }
}
