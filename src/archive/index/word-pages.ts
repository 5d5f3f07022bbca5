/**
 * Packs the words of a part into pages. Most words are in few messages: a row of the database for each would cost more
 * than their postings do.
 */
import type { EncodedPostings } from './posting-encoder.ts'

/** Words that follow each other in the order of their bytes. */
export interface WordPage {
  /** The first word of it. */
  readonly first: string
  /** How many bytes of words and lengths there are (varint); for each word its lengths and itself; then heads and documents. */
  readonly words: Uint8Array
  readonly positions: Uint8Array
}

/** A word of a page. */
export interface PageWord {
  readonly term: string
  readonly postings: EncodedPostings
}

/** A word in a page, without its positions. */
export interface FoundWord extends Omit<EncodedPostings, 'positions'> {
  /** Where its positions are in those of the page. */
  readonly from: number
  readonly to: number
}

/** A page is full with so many bytes; a word that needs half of them has one of its own. */
const PAGE_BYTES = 4096

/** Makes pages of words that are added in their order. */
export class PageBuilder {
  #words: PageWord[] = []
  #bytes = 0

  /** @returns the pages that are full now */
  add(word: PageWord): readonly WordPage[] {
    const bytes = word.postings.heads.byteLength + word.postings.documents.byteLength
    const is_large = bytes >= PAGE_BYTES / 2
    const before = is_large ? this.end() : []
    this.#words.push(word)
    this.#bytes += bytes + word.term.length
    return this.#bytes >= PAGE_BYTES || is_large ? [...before, ...this.end()] : before
  }

  /** The last page, if there is one. */
  end(): readonly WordPage[] {
    const [first] = this.#words
    if (first === undefined) return []
    const page = pageOf(first.term, this.#words)
    this.#words = []
    this.#bytes = 0
    return [page]
  }
}

/** A varint has at most five bytes, and a word four of them. */
const MOST_VARINT_BYTES = 5
const NUMBERS = 5

const pageOf = (first: string, words: readonly PageWord[]): WordPage => {
  const terms = words.map(({ term }) => Buffer.from(term))
  const directory = new Uint8Array(terms.reduce((sum, term) => sum + term.byteLength + NUMBERS * MOST_VARINT_BYTES, 0))
  let size = 0
  const put = (value: number): void => {
    let rest = value
    for (; rest >= 0x80; rest >>>= 7) directory[size++] = (rest & 0x7f) | 0x80
    directory[size++] = rest
  }
  for (const [at, { postings }] of words.entries()) {
    const term = terms[at] as Buffer
    put(term.byteLength)
    directory.set(term, size)
    size += term.byteLength
    put(postings.found)
    put(postings.heads.byteLength)
    put(postings.documents.byteLength)
    put(postings.positions.byteLength)
  }
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, size, true)
  return {
    first,
    words: Buffer.concat([
      length,
      directory.subarray(0, size),
      ...words.flatMap(({ postings }) => [postings.heads, postings.documents]),
    ]),
    positions: Buffer.concat(words.map(({ postings }) => postings.positions)),
  }
}

const LENGTH_BYTES = 4

/** Reads a page word by word, from the first to the last. */
export class PageReader {
  /** One view for all words: making one for each takes more time than reading it. */
  readonly #bytes: Buffer
  readonly #end: number
  #at = LENGTH_BYTES
  #data: number
  #term_from = 0
  #term_to = 0
  #found = 0
  #heads = 0
  #documents = 0
  #positions_from = 0
  #positions_to = 0

  constructor(words: Uint8Array) {
    this.#bytes = Buffer.from(words.buffer, words.byteOffset, words.byteLength)
    const [one = 0, two = 0, three = 0, four = 0] = words
    this.#end = LENGTH_BYTES + (one | (two << 8) | (three << 16) | (four << 24))
    this.#data = this.#end
  }

  /** Goes to the next word. @returns false when there is none */
  next(): boolean {
    if (this.#at >= this.#end) return false
    this.#data += this.#heads + this.#documents
    this.#positions_from = this.#positions_to
    this.#term_to = this.#varint()
    this.#term_from = this.#at
    this.#term_to += this.#at
    this.#at = this.#term_to
    this.#found = this.#varint()
    this.#heads = this.#varint()
    this.#documents = this.#varint()
    this.#positions_to = this.#positions_from + this.#varint()
    return true
  }

  get term(): string {
    return this.#bytes.toString('utf8', this.#term_from, this.#term_to)
  }

  get found(): number {
    return this.#found
  }

  is(term: Uint8Array): boolean {
    if (this.#term_to - this.#term_from !== term.byteLength) return false
    for (let at = 0; at < term.byteLength; at++) if (this.#bytes[this.#term_from + at] !== term[at]) return false
    return true
  }

  get word(): FoundWord {
    const heads_to = this.#data + this.#heads
    return {
      found: this.#found,
      heads: this.#bytes.subarray(this.#data, heads_to),
      documents: this.#bytes.subarray(heads_to, heads_to + this.#documents),
      from: this.#positions_from,
      to: this.#positions_to,
    }
  }

  #varint(): number {
    let byte = this.#bytes[this.#at++] ?? 0
    let value = byte & 0x7f
    for (let shift = 7; byte >= 0x80; shift += 7) {
      byte = this.#bytes[this.#at++] ?? 0
      value |= (byte & 0x7f) << shift
    }
    return value
  }
}

/** A word of a page; `undefined` when it is not there. */
export const wordIn = (words: Uint8Array, term: string): FoundWord | undefined => {
  const reader = new PageReader(words)
  const wanted = Buffer.from(term)
  while (reader.next()) if (reader.is(wanted)) return reader.word
  return undefined
}

const FIRST_SURROGATE = 0xd800
const AFTER_SURROGATES = 0xe000

/** The order of SQLite, by UTF-8: beyond the first 65,536 characters it is not that of JavaScript. */
export const compareTerms = (a: string, b: string): number => {
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) {
    const [one, other] = [a.charCodeAt(at), b.charCodeAt(at)]
    if (one === other) continue
    return one >= FIRST_SURROGATE && other >= FIRST_SURROGATE && one < AFTER_SURROGATES !== other < AFTER_SURROGATES
      ? other - one
      : one - other
  }
  return a.length - b.length
}
