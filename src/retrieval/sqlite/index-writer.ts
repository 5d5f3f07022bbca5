/** Writes messages into the full-text index in SQLite. */
import type { Database } from '../../database/sqlite/database.ts'
import type { Scope } from '../../messages/scope.ts'
import { entryOf } from '../../platform/entry-of.ts'
import { COLUMN_PART_SIZE, DOCUMENT_BYTES, encodeDocument, REMOVED_DOCUMENT } from '../full-text/columnar-store.ts'
import { readMessage, type IndexedMessage } from '../full-text/index-document.ts'
import type { MessageState } from '../full-text/full-text-index.ts'
import { encodeEntries, postingPartOf, withoutOrdinals } from '../full-text/posting-codec.ts'
import { termsIn, writeTerms } from './document-terms.ts'
import { SpeakerRows } from './speaker-rows.ts'

interface KeptRow {
  readonly scope_no: number
  readonly ordinal: number
  readonly stems: string
}

interface Entry {
  readonly ordinal: number
  readonly count: number
}

/** What a step changed in the columns of one scope. */
export interface ColumnChanges {
  /** The columns by ordinal. */
  readonly columns: ReadonlyMap<number, Uint8Array>
  /** Whether messages left the scope. */
  readonly shrunk: boolean
}

/** The changes to the blobs of one scope, collected first so that each blob is written once. */
class Changes implements ColumnChanges {
  /** Stem → part → entries to add. */
  readonly added = new Map<string, Map<number, Entry[]>>()
  /** Stem → part → ordinals to remove. */
  readonly removed = new Map<string, Map<number, Set<number>>>()
  readonly columns = new Map<number, Uint8Array>()
  shrunk = false

  entriesToAdd(stem: string, part: number): Entry[] {
    const parts = entryOf(this.added, stem, () => new Map<number, Entry[]>())
    return entryOf(parts, part, () => [])
  }

  ordinalsToRemove(stem: string, part: number): Set<number> {
    const parts = entryOf(this.removed, stem, () => new Map<number, Set<number>>())
    return entryOf(parts, part, () => new Set<number>())
  }
}

const POSTING_KEY = 'scope_no = :scope_no and stem = :stem and part = :part'

/** Writes within the open transaction. */
export class IndexWriter {
  readonly #database: Database
  readonly #speakers: SpeakerRows

  constructor(database: Database) {
    this.#database = database
    this.#speakers = new SpeakerRows(database)
  }

  /** Updates messages to their newest version; returns the changes by the number of the scope. */
  apply(states: readonly MessageState[]): ReadonlyMap<number, ColumnChanges> {
    const changes = new Map<number, Changes>()
    const changesOf = (scope_no: number): Changes => entryOf(changes, scope_no, () => new Changes())
    for (const { message_id, now } of states) {
      const before = this.#find(message_id)
      if (before !== undefined) this.#takeOut(before, changesOf(before.scope_no))
      const scope_no = now === undefined ? undefined : this.#numberOf(now.scope)
      if (before !== undefined && before.scope_no !== scope_no) {
        this.#database.run('delete from documents where message_id = :message_id', { message_id })
        changesOf(before.scope_no).shrunk = true
      }
      if (now === undefined || scope_no === undefined) continue
      // An edited message keeps its ordinal, because its position in the conversation stays the same.
      const ordinal = before?.scope_no === scope_no ? before.ordinal : this.#nextOrdinal(scope_no)
      this.#putIn(scope_no, ordinal, now.message, changesOf(scope_no))
    }
    for (const [scope_no, change] of changes) {
      this.#removePostings(scope_no, change)
      this.#addPostings(scope_no, change)
      this.#writeColumns(scope_no, change)
      if (change.shrunk) this.#speakers.forgetSilent(scope_no)
    }
    return changes
  }

  #numberOf(scope: Scope): number {
    this.#database.run('insert into scopes (scope) values (:scope) on conflict (scope) do nothing', { scope })
    return this.#database.get<{ scope_no: number }>('select scope_no from scopes where scope = :scope', { scope })
      ?.scope_no as number
  }

  #find(message_id: string): KeptRow | undefined {
    return this.#database.get<KeptRow>(
      'select scope_no, ordinal, stems from documents where message_id = :message_id',
      { message_id },
    )
  }

  #nextOrdinal(scope_no: number): number {
    const row = this.#database.get<{ ordinals: number }>(
      'update scopes set ordinals = ordinals + 1 where scope_no = :scope_no returning ordinals',
      { scope_no },
    )
    return (row?.ordinals ?? 1) - 1
  }

  #takeOut({ ordinal, stems }: KeptRow, changes: Changes): void {
    const part = postingPartOf(ordinal)
    for (const stem of termsIn(stems)) {
      // Entries that the same step added: they have no blob yet.
      const waiting = changes.added.get(stem)?.get(part)
      const at = waiting?.findIndex(each => each.ordinal === ordinal) ?? -1
      if (at >= 0) waiting?.splice(at, 1)
      else changes.ordinalsToRemove(stem, part).add(ordinal)
    }
    changes.columns.set(ordinal, REMOVED_DOCUMENT)
  }

  #putIn(scope_no: number, ordinal: number, message: IndexedMessage, changes: Changes): void {
    const document = readMessage(message)
    const counts = new Map<string, number>()
    for (const stem of [...document.stems, ...document.forms, ...document.keys])
      counts.set(stem, (counts.get(stem) ?? 0) + 1)
    for (const [stem, count] of counts) changes.entriesToAdd(stem, postingPartOf(ordinal)).push({ ordinal, count })
    changes.columns.set(ordinal, encodeDocument(document, this.#speakers.numberOf(scope_no, message)))
    this.#database.run(
      `insert into documents (scope_no, ordinal, message_id, stems) values (:scope_no, :ordinal, :message_id, :stems)
       on conflict (scope_no, ordinal) do update set message_id = excluded.message_id, stems = excluded.stems`,
      { scope_no, ordinal, message_id: message.message_id, stems: writeTerms(document) },
    )
  }

  #removePostings(scope_no: number, { removed }: Changes): void {
    for (const [stem, parts] of removed) {
      for (const [part, ordinals] of parts) {
        const key = { scope_no, stem, part }
        const row = this.#database.get<{ body: Uint8Array }>(`select body from postings where ${POSTING_KEY}`, key)
        const body = row === undefined ? undefined : withoutOrdinals(row.body, ordinals)
        if (body === undefined || body.byteLength === 0) {
          this.#database.run(`delete from postings where ${POSTING_KEY}`, key)
        } else {
          this.#database.run(`update postings set body = :body where ${POSTING_KEY}`, { ...key, body })
        }
      }
    }
  }

  #addPostings(scope_no: number, { added }: Changes): void {
    for (const [stem, parts] of added) {
      for (const [part, entries] of parts) {
        if (entries.length === 0) continue
        this.#database.run(
          `insert into postings (scope_no, stem, part, body) values (:scope_no, :stem, :part, :body)
           on conflict (scope_no, stem, part) do update set body = cast(body || excluded.body as blob)`,
          { scope_no, stem, part, body: encodeEntries(entries) },
        )
      }
    }
  }

  #writeColumns(scope_no: number, { columns }: Changes): void {
    for (const [part, ordinals] of Map.groupBy(columns.keys(), each => Math.floor(each / COLUMN_PART_SIZE))) {
      const row = this.#database.get<{ columns: Uint8Array }>(
        'select columns from parts where scope_no = :scope_no and part = :part',
        { scope_no, part },
      )
      const last = Math.max(...ordinals) % COLUMN_PART_SIZE
      const bytes = new Uint8Array(Math.max(row?.columns.byteLength ?? 0, (last + 1) * DOCUMENT_BYTES))
      if (row !== undefined) bytes.set(row.columns)
      for (const ordinal of ordinals) {
        bytes.set(columns.get(ordinal) ?? REMOVED_DOCUMENT, (ordinal % COLUMN_PART_SIZE) * DOCUMENT_BYTES)
      }
      this.#database.run(
        `insert into parts (scope_no, part, columns) values (:scope_no, :part, :columns)
         on conflict (scope_no, part) do update set columns = excluded.columns`,
        { scope_no, part, columns: bytes },
      )
    }
  }
}
