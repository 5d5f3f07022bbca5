/** Collects the words of consecutive messages, and creates the postings of one part. */
import { emojiIn, wordsOf, type Word } from '../../text/analyser/analyser.ts'
import { TimeSlices } from '../../platform/yield.ts'
import { compareTerms } from './word-pages.ts'
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
/** What is sorted at once: words and messages; and words that begin with the same letters. */
const SLICE_TOKENS = 1 << 15
const SLICE_TERMS = 1 << 10
const SORTED_LETTERS = 3
/** More terms than a part can have. */
const MOST_TERMS = 2 ** 24
/** How many words of one message are indexed; a longer text is a document rather than a message. */
const MOST_WORDS = 5000

/** The term of two consecutive stop words. */
export const pairTerm = (first: string, second: string): string => first + PAIR_MARK + second

/** Whether a term is spelled as people write it, so that it can be a completion or a correction. */
export const isSpelled = (term: string): boolean => !term.includes(PAIR_MARK)

/** The numbers of a word's terms in a part. */
interface WordNumbers {
  readonly main: number
  /** Of its other forms, which are found and not counted. */
  readonly others: readonly number[]
}

/** Collects (word, message, position) in flat arrays; sorted by word, they become the postings. */
export class PartBuilder {
  /** The sequence number of the first message. */
  readonly from: number
  #to: number
  #messages = 0
  #tokens = 0
  readonly #of_words = new Map<string, number>()
  /** The analyser gives the same object for the same word, as long as it keeps it. */
  readonly #numbers = new Map<Word, WordNumbers>()
  readonly #pairs = new Map<number, number>()
  readonly #terms: string[] = []
  #of_term = new Uint32Array(1 << 16)
  #places = new Uint32Array(1 << 16)
  readonly #lengths: Uint16Array
  /** Where the places of each word end, once they are sorted. */
  #ends = new Uint32Array()
  /** The numbers of words by their beginnings. */
  readonly #groups = new Map<string, number[]>()

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
    let stop: number | undefined
    for (let at = 0; at < count; at++) {
      const word = words[at]
      if (word === undefined) break
      const { main, others } = this.#numbers.get(word) ?? this.#numbersOf(word)
      this.#put(main, offset, at)
      for (const each of others) this.#put(each, offset, NO_POSITION)
      if (word.stop && stop !== undefined) this.#put(this.#pair(stop, main), offset, NO_POSITION)
      stop = word.stop ? main : undefined
    }
    for (const each of emojiIn(content)) this.#put(this.#numberOf(each), offset, NO_POSITION)
    this.#lengths[offset] = Math.max(1, count)
    this.#to = seq
    this.#messages++
    return Math.max(1, count)
  }

  /** Brings what was added into the order of the words' numbers, in slices; then come `postings`. */
  async sort(): Promise<void> {
    const slices = new TimeSlices()
    const ends = new Uint32Array(this.#terms.length)
    const tokens = this.#tokens
    for (let from = 0; from < tokens; from += SLICE_TOKENS) {
      for (let at = from; at < Math.min(tokens, from + SLICE_TOKENS); at++) {
        const term = this.#of_term[at] ?? 0
        ends[term] = (ends[term] ?? 0) + 1
      }
      await slices.pause()
    }
    let sum = 0
    for (let term = 0; term < ends.length; term++) {
      const count = ends[term] ?? 0
      ends[term] = sum
      sum += count
    }
    const sorted = new Uint32Array(tokens)
    for (let from = 0; from < tokens; from += SLICE_TOKENS) {
      for (let at = from; at < Math.min(tokens, from + SLICE_TOKENS); at++) {
        const term = this.#of_term[at] ?? 0
        const to = ends[term] ?? 0
        sorted[to] = this.#places[at] ?? 0
        ends[term] = to + 1
      }
      await slices.pause()
    }
    for (let number = 0; number < this.#terms.length; number++) {
      this.#group(number)
      if (number % SLICE_TERMS === 0) await slices.pause()
    }
    this.#places = sorted
    this.#tokens = 0
    this.#ends = ends
  }

  /** The postings of all words, in the order of the words: after `sort`. */
  *postings(): Generator<readonly [term: string, EncodedPostings], void> {
    const encoder = new PostingEncoder()
    const positions = new Uint16Array(MOST_WORDS + 1)
    for (const number of this.#inOrder()) {
      const to = this.#ends[number] ?? 0
      for (let at = number === 0 ? 0 : (this.#ends[number - 1] ?? 0); at < to;) {
        const offset = (this.#places[at] ?? 0) >>> 16
        let count = 0
        for (; at < to && (this.#places[at] ?? 0) >>> 16 === offset; at++) {
          const position = (this.#places[at] ?? 0) & 0xffff
          if (position !== NO_POSITION) positions[count++] = position
        }
        encoder.add(offset, this.#lengths[offset] ?? 1, positions, 0, count)
      }
      yield [this.#terms[number] ?? '', encoder.end()]
    }
  }

  /** The numbers of the words in the order of the words: those with the same beginning are sorted when it is their turn. */
  *#inOrder(): Generator<number, void> {
    const terms = this.#terms
    for (const beginning of [...this.#groups.keys()].sort(compareTerms)) {
      const group = this.#groups.get(beginning) ?? []
      yield* group.sort((a, b) => compareTerms(terms[a] ?? '', terms[b] ?? ''))
    }
  }

  #group(number: number): void {
    const beginning = (this.#terms[number] ?? '').slice(0, SORTED_LETTERS)
    const group = this.#groups.get(beginning)
    if (group === undefined) this.#groups.set(beginning, [number])
    else group.push(number)
  }

  #put(term: number, offset: number, position: number): void {
    if (this.#tokens === this.#of_term.length) {
      this.#of_term = grown(this.#of_term)
      this.#places = grown(this.#places)
    }
    this.#of_term[this.#tokens] = term
    this.#places[this.#tokens++] = (offset << 16) | position
  }

  #numbersOf(word: Word): WordNumbers {
    const { main, also, parts, written } = word
    const numbers = {
      main: this.#numberOf(main),
      others: [
        ...(written === main ? [] : [this.#numberOf(WRITTEN_MARK + written)]),
        ...[...also, ...parts].map(each => this.#numberOf(each)),
      ],
    }
    this.#numbers.set(word, numbers)
    return numbers
  }

  #pair(first: number, second: number): number {
    const key = first * MOST_TERMS + second
    const known = this.#pairs.get(key)
    if (known !== undefined) return known
    const number = this.#numberOf(pairTerm(this.#terms[first] ?? '', this.#terms[second] ?? ''))
    this.#pairs.set(key, number)
    return number
  }

  #numberOf(term: string): number {
    let number = this.#of_words.get(term)
    if (number === undefined) {
      number = this.#terms.push(term) - 1
      this.#of_words.set(term, number)
    }
    return number
  }
}

const grown = (values: Uint32Array): Uint32Array<ArrayBuffer> => {
  const larger = new Uint32Array(2 * values.length)
  larger.set(values)
  return larger
}
