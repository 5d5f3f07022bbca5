/** Reads and records in `vectors.db` which index files still contain deleted vectors. */
import type { CollectionNumber, PurgeTable, UncleanCollection } from '../collection-allocator.ts'
import type { AllocationRows } from './allocation-rows.ts'

/** Collections whose files still contain deleted vectors. */
export class SqlitePurgeTable implements PurgeTable {
  readonly #rows: AllocationRows

  constructor(rows: AllocationRows) {
    this.#rows = rows
  }

  async unclean(): Promise<readonly UncleanCollection[] | undefined> {
    if (this.#rows.get('select 1 from index_files where purging = 1') === undefined) return undefined
    return this.#rows
      .all<{ collection: CollectionNumber; blanked: number }>(
        `select collection, blanked from unclean_collections join collections using (collection)
         where space = :space and state <> 'retired' order by collection`,
      )
      .map(({ collection, blanked }) => ({ collection, blanked: blanked === 1 }))
  }

  async cleaned(collection: CollectionNumber): Promise<void> {
    this.#rows.run(
      `delete from unclean_collections where collection = :collection and blanked = 1
         and not exists (select 1 from removals where collection = :collection)`,
      { collection },
    )
  }

  async isClean(): Promise<boolean> {
    return this.#rows.get('select 1 from unclean_collections limit 1') === undefined
  }

  async end(): Promise<void> {
    this.#rows.run(
      'update index_files set unclean = 0, purging = 0 where not exists (select 1 from unclean_collections)',
    )
  }
}
