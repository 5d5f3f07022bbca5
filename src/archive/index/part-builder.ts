/** Collects the words of messages that follow each other, and makes the postings of a part of them. */
import { emojiIn, wordsOf } from '../../text/analyser/analyser.ts'
import { PostingEncoder, type EncodedPostings } from './posting-encoder.ts'

/** Prefix of a word as it was written, if that differs from its common form; no common form begins with it. */
export const WRITTEN_MARK = '='
/**
 * Separates two consecutive stop words, which have a term of their own: otherwise, searching for “of the” would be
 * slow.
 */
const PAIR_MARK = ' '
/** Replaces the position of a form that can be found but is not counted. */
const NO_POSITION = 0xffff
/** Words of one message that are indexed; what comes after is a document. */
const MOST_WORDS = 5000

/** The term of two consecutive stop words. */
export const pairTerm = (first: string, second: string): string => first + PAIR_MARK + second

/** Whether a term is spelled as people write it, so that it can be a completion or a correction. */
export const isSpelled = (term: string): boolean => !term.includes(PAIR_MARK)

/** Collects (word, message, position) in flat arrays; sorting them by word makes the postings. */
export class PartBuilder {
  /** The sequence number of the first message. */
  readonly from: number
  #to: number
  #messages = 0
  #tokens = 0
  readonly #numbers = new Map<string, number>()
  /** The same for words as they are written. */
  readonly #written = new Map<string, number>()
  readonly #terms: string[] = []
  #of_term = new Uint32Array(1 << 16)
  #places = new Uint32Array(1 << 16)
  readonly #lengths: Uint16Array

  /** @param range how many sequence numbers the part may span */
  constructor(from: number, range: number) {
    this.from = from
    this.#to = from
    this.#lengths = new Uint16Array(range)
  }

  get to(): number {
    return this.#to
  }

  get messages(): number {
    return this.#messages
  }

  /** Adds a message; messages must be added in their order. @returns the number of its words */
  add(seq: number, content: string): number {
    const offset = seq - this.from
    const words = wordsOf(content)
    const count = Math.min(words.length, MOST_WORDS)
    let stop: string | undefined
    for (let at = 0; at < count; at++) {
      const word = words[at]
      if (word === undefined) break
      const { main, also, parts, written } = word
      this.#put(this.#numberOf(main), offset, at)
      if (written !== main) this.#put(this.#numberOfWritten(written), offset, NO_POSITION)
      for (const each of also) this.#put(this.#numberOf(each), offset, NO_POSITION)
      for (const each of parts) this.#put(this.#numberOf(each), offset, NO_POSITION)
      if (word.stop && stop !== undefined) this.#put(this.#numberOf(pairTerm(stop, main)), offset, NO_POSITION)
      stop = word.stop ? main : undefined
    }
    for (const each of emojiIn(content)) this.#put(this.#numberOf(each), offset, NO_POSITION)
    this.#lengths[offset] = Math.max(1, count)
    this.#to = seq
    this.#messages++
    return Math.max(1, count)
  }

  /** The postings of all words, in the order of the words. */
  *postings(): Generator<readonly [term: string, EncodedPostings], void> {
    const ends = this.#sorted()
    const order = this.#terms.map((term, number) => ({ term, number })).sort((a, b) => (a.term < b.term ? -1 : 1))
    const encoder = new PostingEncoder()
    const positions = new Uint16Array(MOST_WORDS + 1)
    for (const { term, number } of order) {
      const to = ends[number] ?? 0
      for (let at = number === 0 ? 0 : (ends[number - 1] ?? 0); at < to;) {
        const offset = (this.#places[at] ?? 0) >>> 16
        let count = 0
        for (; at < to && (this.#places[at] ?? 0) >>> 16 === offset; at++) {
          const position = (this.#places[at] ?? 0) & 0xffff
          if (position !== NO_POSITION) positions[count++] = position
        }
        encoder.add(offset, this.#lengths[offset] ?? 1, positions, 0, count)
      }
      yield [term, encoder.end()]
    }
  }

  /** Brings the places into the order of the terms' numbers. @returns where each term's end */
  #sorted(): Uint32Array {
    const ends = new Uint32Array(this.#terms.length)
    for (let at = 0; at < this.#tokens; at++) ends[this.#of_term[at] ?? 0] = (ends[this.#of_term[at] ?? 0] ?? 0) + 1
    let sum = 0
    const starts = ends.map(count => {
      const start = sum
      sum += count
      return start
    })
    const sorted = new Uint32Array(this.#tokens)
    for (let at = 0; at < this.#tokens; at++) {
      const term = this.#of_term[at] ?? 0
      const to = starts[term] ?? 0
      sorted[to] = this.#places[at] ?? 0
      starts[term] = to + 1
    }
    this.#places = sorted
    this.#tokens = 0
    return starts
  }

  #put(term: number, offset: number, position: number): void {
    if (this.#tokens === this.#of_term.length) {
      this.#of_term = grown(this.#of_term)
      this.#places = grown(this.#places)
    }
    this.#of_term[this.#tokens] = term
    this.#places[this.#tokens++] = (offset << 16) | position
  }

  #numberOf(term: string): number {
    let number = this.#numbers.get(term)
    if (number === undefined) {
      number = this.#terms.push(term) - 1
      this.#numbers.set(term, number)
    }
    return number
  }

  #numberOfWritten(written: string): number {
    let number = this.#written.get(written)
    if (number === undefined) {
      number = this.#terms.push(WRITTEN_MARK + written) - 1
      this.#written.set(written, number)
    }
    return number
  }
}

const grown = (values: Uint32Array): Uint32Array<ArrayBuffer> => {
  const larger = new Uint32Array(2 * values.length)
  larger.set(values)
  return larger
}
