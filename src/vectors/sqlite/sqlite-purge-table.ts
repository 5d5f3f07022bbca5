/** What purging the index files of deleted vectors reads and records in `vectors.db`. */
import type { CollectionNumber, PurgeTable } from '../collection-allocator.ts'
import type { AllocationRows } from './allocation-rows.ts'

/** Collections whose files still contain deleted vectors. */
export class SqlitePurgeTable implements PurgeTable {
  readonly #rows: AllocationRows

  constructor(rows: AllocationRows) {
    this.#rows = rows
  }

  async unclean(): Promise<readonly CollectionNumber[] | undefined> {
    if (this.#rows.get('select 1 from index_files where purging = 1') === undefined) return undefined
    return this.#rows
      .all<{ collection: CollectionNumber }>(
        `select collection from unclean_collections join collections using (collection)
         where space = :space and state <> 'retired' order by collection`,
      )
      .map(row => row.collection)
  }

  async end(): Promise<void> {
    this.#rows.run(
      'update index_files set unclean = 0, purging = 0 where not exists (select 1 from unclean_collections)',
    )
  }
}
