/**
 * Counts tokens word by word. The tokens of a text are those of its words, and people use the same few thousand words
 * again and again, so their counts are cached: a text takes a fifth of the time.
 */

/** What counting needs of an encoding. */
export interface WordEncoder {
  /** How it splits a text into words, in the syntax of Rust. */
  readonly pattern: string
  /** The tokens of a word. */
  readonly count: (word: string) => number
}

/** The words at the beginning of a text. */
export interface BeginningWords {
  /** Their characters. */
  readonly length: number
  readonly tokens: number
  /** The word after them, which has too many tokens; `undefined`: the text ends there. */
  readonly next: string | undefined
}

/** Words up to this length are cached; longer ones are rarely said twice. */
const MOST_CHARACTERS = 24
/** Words in each of the two generations of the cache: with their counts, 1 MB in all. */
const GENERATION_WORDS = 8192

export class WordTokens {
  readonly #word: RegExp
  readonly #count: WordEncoder['count']
  /** Words of the present generation, and of the one before: those that are used again move to the present one. */
  #known = new Map<string, number>()
  #before: ReadonlyMap<string, number> = new Map()
  /** The long word that was counted last: a long row of one sign is cut into many that are equal. */
  #long = { word: '', tokens: 0 }

  constructor({ pattern, count }: WordEncoder) {
    // In Rust, a blank is every character of the property; in JavaScript, `\s` is another set.
    const blanks = pattern.replaceAll('\\s', '\\p{White_Space}').replaceAll('\\S', '\\P{White_Space}')
    this.#word = new RegExp(blanks, 'gu')
    this.#count = count
  }

  /** The tokens of a text. */
  count(text: string): number {
    let tokens = 0
    for (const word of text.match(this.#word) ?? []) tokens += this.#of(word)
    return tokens
  }

  /** The words at the beginning of a text that have at most `most` tokens together. */
  beginning(text: string, most: number): BeginningWords {
    let tokens = 0
    this.#word.lastIndex = 0
    for (;;) {
      const length = this.#word.lastIndex
      const next = this.#word.exec(text)?.[0]
      if (next === undefined) return { length: text.length, tokens, next }
      const own = this.#of(next)
      if (tokens + own > most) return { length, tokens, next }
      tokens += own
    }
  }

  #of(word: string): number {
    if (word.length > MOST_CHARACTERS) return this.#ofLong(word)
    const known = this.#known.get(word)
    if (known !== undefined) return known
    const tokens = this.#before.get(word) ?? this.#count(word)
    this.#remember(copyOf(word), tokens)
    return tokens
  }

  #ofLong(word: string): number {
    if (word !== this.#long.word) this.#long = { word: copyOf(word), tokens: this.#count(word) }
    return this.#long.tokens
  }

  #remember(word: string, tokens: number): void {
    if (this.#known.size >= GENERATION_WORDS) {
      this.#before = this.#known
      this.#known = new Map()
    }
    this.#known.set(word, tokens)
  }
}

/** V8 keeps the whole text in memory for a part of it: a copy consists of the word alone. */
const copyOf = (word: string): string => word.split('').join('')
