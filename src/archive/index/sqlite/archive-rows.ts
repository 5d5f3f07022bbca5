/** Reads messages from `archive.db` for the index, and the notes about their removal or change. */
import { hash } from 'node:crypto'
import type { Database } from '../../../database/sqlite/database.ts'
import type { ArchiveRole, Level, SourceType } from '../../archive-message.ts'
import type { ColumnValues } from '../columns.ts'
import type { IndexNames } from './index-names.ts'

/** A message as the index needs it. */
export interface IndexedRow {
  readonly seq: number
  readonly content: string
  readonly role: ArchiveRole
  readonly at: number | null
  readonly project_id: number | null
  readonly session_no: number | null
  readonly component_id: number | null
  readonly level: Level | null
  readonly source_type: SourceType
  readonly sender_name: string | null
  readonly scope: string | null
  readonly person_id: string | null
  readonly chat_id: string | null
}

type Row = IndexedRow & Record<string, string | number | null>

const COLUMNS =
  'seq, content, role, at, project_id, session_no, component_id, level, source_type, sender_name, scope, person_id, chat_id'

/** A row in the order of `COLUMNS`. */
type RowList = readonly [
  seq: number,
  content: string,
  role: ArchiveRole,
  at: number | null,
  project_id: number | null,
  session_no: number | null,
  component_id: number | null,
  level: Level | null,
  source_type: SourceType,
  sender_name: string | null,
  scope: string | null,
  person_id: string | null,
  chat_id: string | null,
]

const rowOf = ([
  seq,
  content,
  role,
  at,
  project_id,
  session_no,
  component_id,
  level,
  source_type,
  sender_name,
  scope,
  person_id,
  chat_id,
]: RowList): IndexedRow => ({
  seq,
  content,
  role,
  at,
  project_id,
  session_no,
  component_id,
  level,
  source_type,
  sender_name,
  scope,
  person_id,
  chat_id,
})

/** How many notes of removed and changed messages are read at a time. */
const MOST_NOTES = 5000

export class ArchiveRows {
  readonly #archive: Database

  constructor(archive: Database) {
    this.#archive = archive
  }

  /** Messages after one, in their order. */
  after(seq: number, limit: number): readonly IndexedRow[] {
    return this.#archive
      .lists<RowList>(`select ${COLUMNS} from archive_messages where seq > :seq order by seq limit :limit`, {
        seq,
        limit,
      })
      .map(rowOf)
  }

  of(seqs: readonly number[]): readonly IndexedRow[] {
    return this.#archive.all<Row>(
      `select ${COLUMNS} from archive_messages where seq in (select value from json_each(:seqs)) order by seq`,
      { seqs: JSON.stringify(seqs) },
    )
  }

  /** The highest sequence number of an existing message. */
  newest(): number {
    return this.#archive.get<{ seq: number | null }>('select max(seq) seq from archive_messages')?.seq ?? 0
  }

  /** The highest sequence number that was ever assigned. */
  highest(): number {
    return (
      this.#archive.get<{ seq: number }>(`select seq from sqlite_sequence where name = 'archive_messages'`)?.seq ?? 0
    )
  }

  noted(table: 'removed_messages' | 'changed_messages', up_to: number): readonly number[] {
    return this.#archive
      .all<{ seq: number }>(`select seq from ${table} where seq <= :up_to order by seq limit ${String(MOST_NOTES)}`, {
        up_to,
      })
      .map(({ seq }) => seq)
  }

  /** Deletes the notes that the index has followed. */
  followed(table: 'removed_messages' | 'changed_messages', seqs: readonly number[]): void {
    this.#archive.run(`delete from ${table} where seq in (select value from json_each(:seqs))`, {
      seqs: JSON.stringify(seqs),
    })
  }
}

/**
 * A checksum of 4 bytes that detects a changed text. Read from a string: millions of buffers would have the garbage
 * collector stop the thread for tens of milliseconds.
 */
export const checksumOf = (content: string): number => {
  const digest = hash('md5', content, 'binary')
  return (
    (digest.charCodeAt(0) |
      (digest.charCodeAt(1) << 8) |
      (digest.charCodeAt(2) << 16) |
      (digest.charCodeAt(3) << 24)) >>>
    0
  )
}

/** The columns of a message. Adds new names. */
export const columnValues = (row: IndexedRow, names: IndexNames, words: number): ColumnValues => ({
  role: row.role,
  level: row.level ?? undefined,
  source_type: row.source_type,
  at: row.at ?? undefined,
  project: row.project_id ?? 0,
  component: row.component_id ?? 0,
  session: row.session_no ?? 0,
  scope: names.numberOf('scope', row.scope),
  person: names.numberOf('person', row.person_id),
  chat: names.numberOf('chat', row.chat_id),
  sender: names.numberOf('sender', row.sender_name),
  words,
})
