/** Merges several parts into one, without messages that were removed or read again since. */
import type { Database } from '../../../database/sqlite/database.ts'
import type { Columns } from '../columns.ts'
import type { IndexPart } from '../index-part.ts'
import { BLOCK_MESSAGES, PostingEncoder, type EncodedPostings } from '../posting-encoder.ts'
import { decodePositions, emptyBlock, TermPostings } from '../term-postings.ts'
import { wordsTable, type WordRow } from './index-parts.ts'

/** A part to merge. */
export interface MergeSource {
  readonly part: IndexPart
  /** Its words are counted in the vocabulary. */
  readonly counted: boolean
  /** Messages of which another source has a newer version. */
  readonly superseded: ReadonlySet<number>
}

/** A word of the merged part. */
export interface MergedWord {
  readonly term: string
  /** `found` is 0 if no message with the word is left. */
  readonly postings: EncodedPostings
  /** The change of its count in the vocabulary. */
  readonly change: number
}

interface MergeRow extends WordRow {
  readonly term: string
  readonly positions: Uint8Array
}

/** Words that are read at once. */
const PAGE = 500

/** The order of SQLite: by UTF-8, which differs from that of JavaScript beyond the first 65,536 characters. */
const compareTerms = (a: string, b: string): number =>
  /[\ud800-\udfff]/.test(a + b) ? Buffer.compare(Buffer.from(a), Buffer.from(b)) : a < b ? -1 : a > b ? 1 : 0

/** The words of a part in their order, a page at a time. */
class WordStream {
  readonly source: MergeSource
  readonly #database: Database
  #page: readonly MergeRow[] = []
  #at = 0
  #ended = false

  constructor(database: Database, source: MergeSource) {
    this.#database = database
    this.source = source
    this.#read('')
  }

  get head(): MergeRow | undefined {
    return this.#page[this.#at]
  }

  next(): void {
    this.#at++
    if (this.#at >= this.#page.length && !this.#ended) this.#read(this.#page.at(-1)?.term ?? '')
  }

  #read(after: string): void {
    this.#page = this.#database.all<MergeRow & Record<string, number | string | Uint8Array>>(
      `select term, found, heads, documents, positions from ${wordsTable(this.source.part.part)}
       where term > :after order by term limit ${String(PAGE)}`,
      { after },
    )
    this.#at = 0
    this.#ended = this.#page.length < PAGE
  }
}

/** A message with a word, as one of the sources holds it. */
interface Entry {
  readonly offset: number
  readonly values: Uint16Array
  readonly from: number
  readonly to: number
}

/** Yields the merged words of all sources in their order. `first` is the first sequence number of the new part. */
export function* mergeParts(
  database: Database,
  sources: readonly MergeSource[],
  columns: Columns,
  first: number,
): Generator<MergedWord, void> {
  const streams = sources.map(source => new WordStream(database, source))
  const encoder = new PostingEncoder()
  const lengths = columns.column('words')
  for (;;) {
    let term: string | undefined
    for (const { head } of streams) {
      if (head !== undefined && (term === undefined || compareTerms(head.term, term) < 0)) term = head.term
    }
    if (term === undefined) return
    const own = streams.filter(({ head }) => head?.term === term)
    const entries = own.flatMap(stream => entriesOf(stream, columns, first))
    if (own.length > 1) entries.sort((a, b) => a.offset - b.offset)
    for (const { offset, values, from, to } of entries)
      encoder.add(offset, lengths[first + offset] ?? 1, values, from, to)
    const before = own.reduce((sum, { source, head }) => sum + (source.counted ? (head?.found ?? 0) : 0), 0)
    yield { term, postings: encoder.end(), change: entries.length - before }
    for (const stream of own) stream.next()
  }
}

const entriesOf = ({ head, source }: WordStream, columns: Columns, first: number): Entry[] => {
  if (head === undefined) return []
  const postings = new TermPostings(head)
  const roles = columns.column('role')
  const entries: Entry[] = []
  const block = emptyBlock()
  for (let number = 0; number < postings.blocks; number++) {
    postings.decode(number, block)
    const { starts, values } = decodePositions(head.positions, postings.positionsFrom(number), block)
    for (let at = 0; at < Math.min(block.size, BLOCK_MESSAGES); at++) {
      const seq = source.part.first + (block.offsets[at] ?? 0)
      if ((roles[seq] ?? 0) === 0 || source.superseded.has(seq)) continue
      entries.push({ offset: seq - first, values, from: starts[at] ?? 0, to: starts[at + 1] ?? 0 })
    }
  }
  return entries
}
