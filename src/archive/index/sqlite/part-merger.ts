/** Merges several parts into one, without messages that were removed or read again since. */
import type { Database } from '../../../database/sqlite/database.ts'
import type { Columns } from '../columns.ts'
import type { IndexPart } from '../index-part.ts'
import { PostingEncoder, type EncodedPostings } from '../posting-encoder.ts'
import { BlockPositions, emptyBlock, TermPostings } from '../term-postings.ts'
import { compareTerms, PageReader, type FoundWord } from '../word-pages.ts'
import { wordsTable } from './index-parts.ts'

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

/** Blocks of a word that are merged in one step. */
const STEP_BLOCKS = 8

/** Pages that are read at once. */
const PAGES = 8

interface PageRow {
  readonly first: string
  readonly words: Uint8Array
  readonly positions: Uint8Array
}

/** The words of a part in their order. */
class WordStream {
  readonly source: MergeSource
  readonly #database: Database
  #pages: readonly PageRow[] = []
  #page = -1
  #reader: PageReader | undefined
  /** The word that is next; `undefined` at the end. */
  term: string | undefined

  constructor(database: Database, source: MergeSource) {
    this.#database = database
    this.source = source
    this.next()
  }

  get word(): FoundWord | undefined {
    return this.#reader?.word
  }

  get positions(): Uint8Array {
    return this.#pages[this.#page]?.positions ?? new Uint8Array()
  }

  next(): void {
    while (this.#reader?.next() !== true) {
      if (!this.#turn()) {
        this.term = undefined
        return
      }
    }
    this.term = this.#reader.term
  }

  #turn(): boolean {
    if (++this.#page >= this.#pages.length) {
      this.#pages = this.#database.all<PageRow & Record<string, string | Uint8Array>>(
        `select first, words, positions from ${wordsTable(this.source.part.part)}
         where first > :after order by first limit ${String(PAGES)}`,
        { after: this.#pages.at(-1)?.first ?? '' },
      )
      this.#page = 0
    }
    const page = this.#pages[this.#page]
    this.#reader = page === undefined ? undefined : new PageReader(page.words)
    return page !== undefined
  }
}

/** A message with a word, as one of the sources holds it. */
interface Entry {
  readonly offset: number
  readonly values: Uint16Array
  readonly from: number
  readonly to: number
}

/**
 * Yields the merged words of all sources in their order, and `undefined` between steps of a word of many messages.
 * @param first the first sequence number of the new part
 */
export function* mergeParts(
  database: Database,
  sources: readonly MergeSource[],
  columns: Columns,
  first: number,
): Generator<MergedWord | undefined, void> {
  const streams = sources
    .map(source => new WordStream(database, source))
    .sort((a, b) => a.source.part.first - b.source.part.first)
  const overlapping = sources.some(({ superseded }) => superseded.size > 0)
  const encoder = new PostingEncoder()
  const lengths = columns.column('words')
  for (;;) {
    let term: string | undefined
    for (const stream of streams) {
      if (stream.term !== undefined && (term === undefined || compareTerms(stream.term, term) < 0)) term = stream.term
    }
    if (term === undefined) return
    const own = streams.filter(stream => stream.term === term)
    let found = 0
    let before = 0
    const add = ({ offset, values, from, to }: Entry): void => {
      found++
      encoder.add(offset, lengths[first + offset] ?? 1, values, from, to)
    }
    if (overlapping && own.length > 1) {
      const entries: Entry[] = []
      const keep = ({ offset, values, from, to }: Entry): void => {
        entries.push({ offset, values: values.slice(from, to), from: 0, to: to - from })
      }
      for (const stream of own) yield* stepsOf(stream, columns, first, keep)
      entries.sort((a, b) => a.offset - b.offset).forEach(add)
    } else for (const stream of own) yield* stepsOf(stream, columns, first, add)
    for (const { source, word } of own) if (source.counted) before += word?.found ?? 0
    yield { term, postings: encoder.end(), change: found - before }
    for (const stream of own) stream.next()
  }
}

const NO_VALUES = new Uint16Array()
/**
 * Where blocks are decoded: a merge of a million blocks would otherwise leave as many buffers to the garbage collector,
 * which stops the thread. What is decoded is used before the merge pauses, so that merges can share them.
 */
const BUFFERS = { block: emptyBlock(), positions: new BlockPositions() }

/**
 * Gives all messages with the word of a stream to `act`, some blocks at a time.
 * @param act takes an entry that is valid until it returns
 */
function* stepsOf(
  { word, positions, source }: WordStream,
  columns: Columns,
  first: number,
  act: (entry: Entry) => void,
): Generator<undefined, void> {
  if (word === undefined) return
  const postings = new TermPostings(word)
  const own = positions.subarray(word.from, word.to)
  const roles = columns.column('role')
  const { block, positions: decoded } = BUFFERS
  const entry: { -readonly [field in keyof Entry]: Entry[field] } = { offset: 0, values: NO_VALUES, from: 0, to: 0 }
  for (let number = 0; number < postings.blocks; number++) {
    postings.decode(number, block)
    decoded.decode(own, postings.positionsFrom(number), block)
    const { starts, values } = decoded
    entry.values = values
    for (let at = 0; at < block.size; at++) {
      const seq = source.part.first + (block.offsets[at] ?? 0)
      if ((roles[seq] ?? 0) === 0 || source.superseded.has(seq)) continue
      entry.offset = seq - first
      entry.from = starts[at] ?? 0
      entry.to = starts[at + 1] ?? 0
      act(entry)
    }
    if (number % STEP_BLOCKS === STEP_BLOCKS - 1) yield undefined
  }
}
