/** Keeps the columns and speakers of the scopes that were searched last in memory. */
import { LRUCache } from 'lru-cache'
import type { Database } from '../../database/sqlite/database.ts'
import { decodeColumns, type Columns } from '../full-text/columnar-store.ts'
import type { Speaker } from '../full-text/full-text-index.ts'

/** What is read of a scope before any search. */
export interface ScopeFrame {
  readonly columns: Columns
  readonly speakers: readonly Speaker[]
}

/** Messages whose columns are kept decoded: about 45 bytes each. */
const MOST_MESSAGES = 300_000

/** Columns and speakers of the scopes that were asked last, until something in them changes. */
export class IndexCache {
  readonly #database: Database
  readonly #frames = new LRUCache<number, ScopeFrame>({
    maxSize: MOST_MESSAGES,
    sizeCalculation: frame => frame.columns.size + 1,
  })

  constructor(database: Database) {
    this.#database = database
  }

  of(scope_no: number): ScopeFrame {
    const kept = this.#frames.get(scope_no)
    if (kept !== undefined) return kept
    const frame = this.#read(scope_no)
    this.#frames.set(scope_no, frame)
    return frame
  }

  forget(scope_no: number): void {
    this.#frames.delete(scope_no)
  }

  clear(): void {
    this.#frames.clear()
  }

  #read(scope_no: number): ScopeFrame {
    const parts = this.#database
      .all<{ columns: Uint8Array }>('select columns from parts where scope_no = :scope_no order by part', { scope_no })
      .map(row => row.columns)
    const speakers = this.#database
      .all<{ speaker: number; person_id: string; bot: number; names: string }>(
        'select speaker, person_id, bot, names from speakers where scope_no = :scope_no order by speaker',
        { scope_no },
      )
      .map(row => ({ ...row, bot: row.bot === 1, names: JSON.parse(row.names) as string[] }))
    return { columns: decodeColumns(Buffer.concat(parts)), speakers }
  }
}
