/** Reads the documents of a Chroma database that no server runs on: the long-term memory of a Python DeniDin. */
import { DatabaseSync } from 'node:sqlite'
import { stat } from 'node:fs/promises'
import { isNoDatabase } from '../../../database/sqlite/database-errors.ts'

/** One document with its metadata. */
export interface ChromaDocument {
  readonly collection: string
  readonly id: string
  readonly text: string
  readonly metadata: Readonly<Record<string, string | number>>
}

interface MetadataRow {
  readonly document: number
  readonly collection: string
  readonly id: string
  readonly key: string
  readonly value: string | number | null
}

/** The key under which Chroma keeps the text itself. */
const TEXT_KEY = 'chroma:document'

const SQL = `select e.id document, c.name collection, e.embedding_id id, m.key,
    coalesce(m.string_value, m.int_value, m.float_value, m.bool_value) value
  from embeddings e
    join segments s on s.id = e.segment_id
    join collections c on c.id = s.collection
    join embedding_metadata m on m.id = e.id
  order by e.id, m.key`

/**
 * Every document with a text, one at a time, in the order in which they were stored.
 * @returns nothing if there is no database
 * @throws Error whose message is a clause, if the database is damaged or has other tables
 */
export async function* chromaDocuments(path: string): AsyncGenerator<ChromaDocument> {
  const exists = await stat(path).then(
    found => found.isFile(),
    () => false,
  )
  if (!exists) return
  const database = openDatabase(path)
  try {
    let rows: MetadataRow[] = []
    for (const row of database.prepare(SQL).iterate()) {
      const next = row as unknown as MetadataRow
      if (rows[0] !== undefined && rows[0].document !== next.document) {
        yield* documentOf(rows)
        rows = []
      }
      rows.push(next)
    }
    yield* documentOf(rows)
  } catch (error) {
    throw clauseOf(error)
  } finally {
    database.close()
  }
}

const openDatabase = (path: string): DatabaseSync => {
  try {
    return new DatabaseSync(path, { readOnly: true })
  } catch (error) {
    throw clauseOf(error)
  }
}

const clauseOf = (error: unknown): Error => {
  if (isNoDatabase(error)) return new Error('it is not a database', { cause: error })
  const { message } = error as Error
  const what = message.startsWith('no such') ? 'it is not a database of Chroma' : 'it is damaged'
  return new Error(`${what} (${message})`, { cause: error })
}

const documentOf = (rows: readonly MetadataRow[]): readonly ChromaDocument[] => {
  const [first] = rows
  const text = rows.find(({ key }) => key === TEXT_KEY)?.value
  if (first === undefined || typeof text !== 'string' || text.trim() === '') return []
  const entries = rows.flatMap(({ key, value }) => (value === null || key === TEXT_KEY ? [] : [[key, value] as const]))
  return [{ collection: first.collection, id: first.id, text, metadata: Object.fromEntries(entries) }]
}
