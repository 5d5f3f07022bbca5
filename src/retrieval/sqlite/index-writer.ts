import type { Database } from '../../database/sqlite/database.ts'
import type { Scope } from '../../messages/scope.ts'
import { COLUMN_PART_SIZE, DOCUMENT_BYTES, encodeDocument, REMOVED_DOCUMENT } from '../full-text/columnar-store.ts'
import { readMessage, type IndexedMessage } from '../full-text/index-document.ts'
import type { MessageState } from '../full-text/full-text-index.ts'
import { encodeEntries, postingPartOf, withoutOrdinals } from '../full-text/posting-codec.ts'
import { createSpeakerRows } from './speaker-rows.ts'

/** Writes messages into the index, inside the transaction that is open. */
export interface IndexWriter {
  /** Brings messages into their newest form; gives the numbers of the scopes in which something changed. */
  apply(states: readonly MessageState[]): ReadonlySet<number>
}

interface KeptRow {
  readonly scope_no: number
  readonly ordinal: number
  readonly stems: string
}

interface Entry {
  readonly ordinal: number
  readonly count: number
}

/** What has to be written into the blobs of one scope; put together first, so that each is written once. */
class Changes {
  /** Stem → part → entries to add. */
  readonly added = new Map<string, Map<number, Entry[]>>()
  /** Stem → part → ordinals to take out. */
  readonly removed = new Map<string, Map<number, Set<number>>>()
  /** Ordinal → its columns. */
  readonly columns = new Map<number, Uint8Array>()
  /** Whether messages left the scope. */
  shrunk = false
}

export const createIndexWriter = (database: Database): IndexWriter => {
  const speakers = createSpeakerRows(database)

  const numberOf = (scope: Scope): number => {
    database.run('insert into scopes (scope) values (:scope) on conflict (scope) do nothing', { scope })
    return database.get<{ scope_no: number }>('select scope_no from scopes where scope = :scope', { scope })
      ?.scope_no as number
  }

  const kept = (message_id: string): KeptRow | undefined =>
    database.get<KeptRow>('select scope_no, ordinal, stems from documents where message_id = :message_id', {
      message_id,
    })

  const nextOrdinal = (scope_no: number): number =>
    (database.get<{ ordinals: number }>(
      'update scopes set ordinals = ordinals + 1 where scope_no = :scope_no returning ordinals',
      { scope_no },
    )?.ordinals ?? 1) - 1

  const takeOut = ({ ordinal, stems }: KeptRow, changes: Changes): void => {
    for (const stem of new Set(stems.split(' ').filter(each => each !== ''))) {
      // Added in the same step: it has no blob yet.
      const waiting = changes.added.get(stem)?.get(postingPartOf(ordinal))
      const at = waiting?.findIndex(each => each.ordinal === ordinal) ?? -1
      if (at >= 0) waiting?.splice(at, 1)
      else
        entry(
          entry(changes.removed, stem, () => new Map<number, Set<number>>()),
          postingPartOf(ordinal),
          () => new Set<number>(),
        ).add(ordinal)
    }
    changes.columns.set(ordinal, REMOVED_DOCUMENT)
  }

  const putIn = (scope_no: number, ordinal: number, message: IndexedMessage, changes: Changes): void => {
    const document = readMessage(message)
    const counts = new Map<string, number>()
    for (const stem of document.stems) counts.set(stem, (counts.get(stem) ?? 0) + 1)
    for (const [stem, count] of counts) {
      entry(
        entry(changes.added, stem, () => new Map<number, Entry[]>()),
        postingPartOf(ordinal),
        () => [],
      ).push({ ordinal, count })
    }
    changes.columns.set(ordinal, encodeDocument(document, speakers.numberOf(scope_no, message)))
    database.run(
      `insert into documents (scope_no, ordinal, message_id, stems) values (:scope_no, :ordinal, :message_id, :stems)
       on conflict (scope_no, ordinal) do update set message_id = excluded.message_id, stems = excluded.stems`,
      { scope_no, ordinal, message_id: message.message_id, stems: document.stems.join(' ') },
    )
  }

  const writePostings = (scope_no: number, { added, removed }: Changes): void => {
    for (const [stem, parts] of removed) {
      for (const [part, ordinals] of parts) {
        const row = database.get<{ body: Uint8Array }>(
          'select body from postings where scope_no = :scope_no and stem = :stem and part = :part',
          { scope_no, stem, part },
        )
        const body = row === undefined ? undefined : withoutOrdinals(row.body, ordinals)
        if (body === undefined || body.byteLength === 0) {
          database.run('delete from postings where scope_no = :scope_no and stem = :stem and part = :part', {
            scope_no,
            stem,
            part,
          })
        } else {
          database.run(
            'update postings set body = :body where scope_no = :scope_no and stem = :stem and part = :part',
            { scope_no, stem, part, body },
          )
        }
      }
    }
    for (const [stem, parts] of added) {
      for (const [part, entries] of parts) {
        if (entries.length === 0) continue
        database.run(
          `insert into postings (scope_no, stem, part, body) values (:scope_no, :stem, :part, :body)
           on conflict (scope_no, stem, part) do update set body = cast(body || excluded.body as blob)`,
          { scope_no, stem, part, body: encodeEntries(entries) },
        )
      }
    }
  }

  const writeColumns = (scope_no: number, { columns }: Changes): void => {
    for (const [part, ordinals] of Map.groupBy(columns.keys(), each => Math.floor(each / COLUMN_PART_SIZE))) {
      const row = database.get<{ columns: Uint8Array }>(
        'select columns from parts where scope_no = :scope_no and part = :part',
        { scope_no, part },
      )
      const last = Math.max(...ordinals) % COLUMN_PART_SIZE
      const bytes = new Uint8Array(Math.max(row?.columns.byteLength ?? 0, (last + 1) * DOCUMENT_BYTES))
      if (row !== undefined) bytes.set(row.columns)
      for (const ordinal of ordinals) {
        bytes.set(columns.get(ordinal) ?? REMOVED_DOCUMENT, (ordinal % COLUMN_PART_SIZE) * DOCUMENT_BYTES)
      }
      database.run(
        `insert into parts (scope_no, part, columns) values (:scope_no, :part, :columns)
         on conflict (scope_no, part) do update set columns = excluded.columns`,
        { scope_no, part, columns: bytes },
      )
    }
  }

  return {
    apply: states => {
      const changes = new Map<number, Changes>()
      const of = (scope_no: number): Changes => entry(changes, scope_no, () => new Changes())
      for (const { message_id, now } of states) {
        const before = kept(message_id)
        if (before !== undefined) takeOut(before, of(before.scope_no))
        const scope_no = now === undefined ? undefined : numberOf(now.scope)
        if (before !== undefined && before.scope_no !== scope_no) {
          database.run('delete from documents where message_id = :message_id', { message_id })
          of(before.scope_no).shrunk = true
        }
        if (now === undefined || scope_no === undefined) continue
        // An edited message stays where it stands in the conversation.
        const ordinal = before?.scope_no === scope_no ? before.ordinal : nextOrdinal(scope_no)
        putIn(scope_no, ordinal, now.message, of(scope_no))
      }
      for (const [scope_no, change] of changes) {
        writePostings(scope_no, change)
        writeColumns(scope_no, change)
        if (change.shrunk) speakers.forgetSilent(scope_no)
      }
      return new Set(changes.keys())
    },
  }
}

const entry = <Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value => {
  let value = map.get(key)
  if (value === undefined) map.set(key, (value = make()))
  return value
}
