import type { Scope } from '../../messages/scope.ts'
import type { Collection, CollectionNumber, Move, MoveTable, WaitingVector } from '../allocation-table.ts'
import { toWaiting, VECTOR_COLUMNS, type AllocationRows, type VectorRow } from './allocation-rows.ts'

/** A shared collection may outgrow its size by this factor, with the scopes that it has, before some of them move. */
const SPLIT_FACTOR = 1.5

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
    const sizes = this.#sizes(collection)
    const largest = sizes[0]
    if (live === undefined || live.alone || largest === undefined) return undefined
    if (largest.n > this.#most) return { from: collection, scopes: [largest.scope], alone: true }
    let left = sizes.reduce((sum, each) => sum + each.n, 0)
    if (left <= this.#most * SPLIT_FACTOR) return undefined
    const scopes: Scope[] = []
    for (const { scope, n } of sizes) {
      if (left <= this.#most) break
      scopes.push(scope)
      left -= n
    }
    return { from: collection, scopes, alone: false }
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
        `select ${VECTOR_COLUMNS} from vectors where collection = :from and indexed = 1 and seq > :after
           and scope in (select value from json_each(:scopes)) order by seq limit :limit`,
        { from: move.from, after, limit, scopes: JSON.stringify(move.scopes) },
      )
      .map(toWaiting)
  }

  async finish(move: Move, to: CollectionNumber, copied: readonly Omit<WaitingVector, 'vector'>[]): Promise<void> {
    const { from } = move
    this.#rows.transaction(() => {
      this.#rows.run(`update collections set state = 'live' where collection = :to`, { to })
      for (const { seq, memory_id, scope } of copied) {
        this.#rows.leave(seq, from)
        const same = this.#rows.run(
          `update vectors set collection = :to, indexed = 1
           where seq = :seq and scope = :scope and collection = :from and indexed = 1`,
          { to, seq, scope, from },
        )
        // It was deleted or changed while it was copied.
        if (same === 0) this.#rows.noteRemoval(to, memory_id)
      }
      for (const scope of move.scopes) {
        this.#rows.run(
          `update allocations set collection = :to where space = :space and scope = :scope and collection = :from`,
          { to, scope, from },
        )
        // What was not copied follows as waiting work.
        this.#rows.run(`update vectors set indexed = 0 where collection = :from and scope = :scope`, { scope, from })
      }
      const left = this.#rows.number('select count(*) as n from allocations where collection = :from', { from })
      if (left === 0) this.#rows.retire(from)
    })
  }

  /** Scopes of a collection, the largest first. */
  #sizes(collection: CollectionNumber): readonly { readonly scope: Scope; readonly n: number }[] {
    return this.#rows.all(
      'select scope, count(*) as n from vectors where collection = :collection group by scope order by n desc, scope',
      { collection },
    )
  }
}
