/** Keeps the columns and speakers of the most recently searched scopes in memory. */
import { LRUCache } from 'lru-cache'
import type { Database } from '../../database/sqlite/database.ts'
import type { MessageId } from '../../messages/message.ts'
import { decodeColumns, withAdded, type Columns } from '../full-text/columnar-store.ts'
import type { Speaker } from '../full-text/full-text-index.ts'
import type { ColumnChanges } from './index-writer.ts'

/** The data of a scope that every search needs. */
export interface ScopeFrame {
  readonly columns: Columns
  readonly speakers: readonly Speaker[]
  readonly ordinals: KnownOrdinals
  /** Stems that were listed since the last change of the scope, by the query. */
  readonly stems: Map<string, readonly string[]>
}

/** For how many messages decoded columns are kept: about 45 bytes each. */
const MOST_MESSAGES = 300_000
/** How many ordinals of one scope are kept: messages of its current session, which has thousands, and recent hits. */
const MOST_ORDINALS = 16_000
/** Larger additions are not applied in memory: they come while the index is being filled, when searches are rare. */
const MOST_ADDED = 8

/** Columns and speakers of the most recently searched scopes. */
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
    const frame = { ...this.#read(scope_no), ordinals: new KnownOrdinals(), stems: new Map() }
    this.#frames.set(scope_no, frame)
    return frame
  }

  /** Adds messages that were appended after all others; after any other change, the scope is read again. */
  follow(scope_no: number, changes: ColumnChanges): void {
    const kept = this.#frames.get(scope_no)
    if (kept === undefined) return
    const added = addedBehind(kept.columns.size, changes)
    if (added === undefined) this.forget(scope_no)
    else {
      const columns = withAdded(kept.columns, added)
      this.#frames.set(scope_no, { ...kept, columns, speakers: this.#speakers(scope_no), stems: new Map() })
    }
  }

  forget(scope_no: number): void {
    this.#frames.delete(scope_no)
  }

  clear(): void {
    this.#frames.clear()
  }

  #read(scope_no: number): Pick<ScopeFrame, 'columns' | 'speakers'> {
    const parts = this.#database
      .all<{ columns: Uint8Array }>('select columns from parts where scope_no = :scope_no order by part', { scope_no })
      .map(row => row.columns)
    return { columns: decodeColumns(Buffer.concat(parts)), speakers: this.#speakers(scope_no) }
  }

  #speakers(scope_no: number): readonly Speaker[] {
    return this.#database
      .all<{ speaker: number; person_id: string; bot: number; names: string }>(
        'select speaker, person_id, bot, names from speakers where scope_no = :scope_no order by speaker',
        { scope_no },
      )
      .map(row => ({ ...row, bot: row.bot === 1, names: JSON.parse(row.names) as string[] }))
  }
}

/** The columns of messages that were appended to the first `size`; `undefined` if anything else changed. */
const addedBehind = (size: number, { columns, shrunk }: ColumnChanges): Uint8Array | undefined => {
  const ordinals = [...columns.keys()].sort((a, b) => a - b)
  if (shrunk || ordinals.length > MOST_ADDED || ordinals.some((ordinal, at) => ordinal !== size + at)) return undefined
  return Buffer.concat(ordinals.flatMap(ordinal => columns.get(ordinal) ?? []))
}

/** Ordinals of messages of one scope that certainly exist: when a message is removed, the whole frame is discarded. */
class KnownOrdinals {
  readonly #ordinals = new Map<MessageId, number>()

  of(message_id: MessageId): number | undefined {
    return this.#ordinals.get(message_id)
  }

  add(message_id: MessageId, ordinal: number): void {
    this.#ordinals.set(message_id, ordinal)
    if (this.#ordinals.size <= MOST_ORDINALS) return
    // The one that was added first: a cleared map would be filled again by the next search.
    for (const oldest of this.#ordinals.keys()) {
      this.#ordinals.delete(oldest)
      return
    }
  }
}
