/** Counts what a load would add to `archive.db`, in a temporary table so that memory stays bounded. */
import type { Database } from '../../database/sqlite/database.ts'
import { archiveHash } from '../archive-identity.ts'
import type { BatchCounts, FoundMessage, Rehearsal } from '../archive-store.ts'

/** A trial load that only counts; only one can exist at a time. */
export class SqliteRehearsal implements Rehearsal {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
    database.run('create temp table if not exists rehearsed (hash blob primary key) strict, without rowid')
    database.run('delete from rehearsed')
  }

  async count(found: readonly FoundMessage[]): Promise<BatchCounts> {
    let added = 0
    for (const { message } of found) {
      added += this.#database.run(
        `insert or ignore into rehearsed (hash)
         select :hash where not exists (select 1 from archive_messages where hash = :hash)`,
        { hash: archiveHash(message) },
      )
    }
    return { new_unique_messages: added, duplicate_messages: found.length - added }
  }

  [Symbol.dispose](): void {
    this.#database.run('delete from rehearsed')
  }
}
