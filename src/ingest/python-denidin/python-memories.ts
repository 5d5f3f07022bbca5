/** The long-term memories of a Python DeniDin: whose they are, what kind they are, and when they were said. */
import { join } from 'node:path'
import { textOf } from '../json-values.ts'
import { chatOf, instantIn, type PythonChat } from './python-records.ts'
import { chromaDocuments, type ChromaDocument } from './sqlite/chroma-documents.ts'

/** Kinds of memories, by the names that they have here. */
export type PythonMemoryKind = 'session_summary' | 'session_transcript' | 'explicit'

export interface PythonMemory {
  readonly id: string
  /** `undefined`: it belongs to no conversation, such as what the bot told everyone. */
  readonly chat: PythonChat | undefined
  readonly collection: string
  readonly kind: PythonMemoryKind
  readonly text: string
  readonly session_id: string | undefined
  /** The number of the person that it is about, if it says so. */
  readonly phone: string | undefined
  /** Milliseconds since the Unix epoch. */
  readonly said_from: number | undefined
  readonly said_to: number | undefined
}

/** The database of Chroma in a data folder. */
export const memoryDatabase = (root: string): string => join(root, 'memory', 'chroma.sqlite3')

/**
 * One at a time. @throws Error with a clause that says why the database cannot be read
 */
export async function* pythonMemories(root: string, zone: string): AsyncGenerator<PythonMemory> {
  for await (const document of chromaDocuments(memoryDatabase(root))) yield memoryOf(document, zone)
}

const memoryOf = ({ id, collection, text, metadata }: ChromaDocument, zone: string): PythonMemory => {
  const from = instantIn(zone, metadata['session_start']) ?? instantIn(zone, metadata['created_at'])
  const to = instantIn(zone, metadata['session_end']) ?? from
  return {
    id,
    chat: chatOf(metadata['whatsapp_chat']) ?? chatOfCollection(collection) ?? chatOf(metadata['user_phone']),
    collection,
    kind: kindOf(metadata['type']),
    text,
    session_id: textOf(metadata['session_id']),
    phone: textOf(metadata['user_phone']),
    said_from: from,
    said_to: to,
  }
}

const kindOf = (type: string | number | undefined): PythonMemoryKind => {
  if (type === 'session_summary') return 'session_summary'
  return type === 'session_summary_fallback' ? 'session_transcript' : 'explicit'
}

/** `memory_972501234567`, `memory_972501234567_at_c.us_private`, `memory_1203630000_at_g.us`. */
const COLLECTION = /^memory_(?<id>[\d-]+)(?:_at_(?<server>c\.us|g\.us))?(?:_public|_private)?$/

const chatOfCollection = (collection: string): PythonChat | undefined => {
  const { id = '', server = 'c.us' } = COLLECTION.exec(collection)?.groups ?? {}
  return chatOf(`${id}@${server}`)
}
