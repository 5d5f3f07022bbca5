/** Applies the rules of `collection-policy.ts` to the tables of `vectors.db`. */
import type { Scope } from '../../messages/scope.ts'
import type { Collection } from '../collection-allocator.ts'
import { deservesOwnCollection, fitsIntoShared } from '../collection-policy.ts'
import { COLLECTION_COLUMNS, toCollection, type AllocationRows, type CollectionRow } from './allocation-rows.ts'

/** Assigns collections to scopes that have none, within one transaction. */
export class CollectionAssignment {
  readonly #rows: AllocationRows
  readonly #most: number
  /** The newest shared collection, and how many vectors are assigned to it. */
  #shared: { readonly collection: Collection; vectors: number } | undefined

  constructor(rows: AllocationRows, most: number) {
    this.#rows = rows
    this.#most = most
  }

  allocate(scope: Scope): Collection {
    const size = this.#rows.number('select count(*) as n from vectors where space = :space and scope = :scope', {
      scope,
    })
    const assigned = deservesOwnCollection(size, this.#most) ? this.#rows.give('new', true) : this.#share(size)
    this.#rows.run('insert into allocations (space, scope, collection) values (:space, :scope, :collection)', {
      scope,
      collection: assigned.collection,
    })
    return assigned
  }

  #share(size: number): Collection {
    this.#shared ??= this.#newest()
    if (this.#shared === undefined || !fitsIntoShared(this.#shared.vectors, size, this.#most)) {
      this.#shared = { collection: this.#rows.give('new', false), vectors: 0 }
    }
    this.#shared.vectors += size
    return this.#shared.collection
  }

  #newest(): { readonly collection: Collection; vectors: number } | undefined {
    const row = this.#rows.get<CollectionRow>(
      `select ${COLLECTION_COLUMNS} from collections
       where space = :space and alone = 0 and state in ('new', 'live') order by collection desc limit 1`,
    )
    if (row === undefined) return undefined
    const vectors = this.#rows.number(
      `select count(*) as n from allocations a join vectors v on v.space = a.space and v.scope = a.scope
       where a.collection = :collection`,
      { collection: row.collection },
    )
    return { collection: toCollection(row), vectors }
  }
}
