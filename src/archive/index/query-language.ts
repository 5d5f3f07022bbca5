/**
 * Parses the text of a search: words, "phrases", beginn*, AND, OR, NOT, -word and parentheses. Every text has a
 * meaning: if it is not a valid query, its plain words are searched.
 */

/** A parsed query. */
export type WrittenQuery =
  /** Consecutive words, which the analyser reads together. */
  | { readonly kind: 'words'; readonly text: string }
  | { readonly kind: 'phrase'; readonly text: string }
  | { readonly kind: 'prefix'; readonly text: string }
  | { readonly kind: 'not'; readonly of: WrittenQuery }
  /** `stated`: the user wrote AND. */
  | { readonly kind: 'all'; readonly of: readonly WrittenQuery[]; readonly stated: boolean }
  | { readonly kind: 'any'; readonly of: readonly WrittenQuery[] }

export interface ParsedQuery {
  /** `undefined` if the text is empty. */
  readonly query: WrittenQuery | undefined
  /** The text could not be parsed, and is searched as plain words. */
  readonly as_plain_words: boolean
  /** A * is not at the end of a word, or is in a phrase, and stands for nothing there. */
  readonly ignored_star: boolean
}

/** Longer queries are cut. */
const LONGEST_QUERY = 1000
/** No user nests parentheses more deeply than this. */
const MOST_DEPTH = 20

type Token =
  { readonly kind: 'and' | 'or' | 'not' | 'open' | 'close' } | { readonly kind: 'operand'; readonly of: WrittenQuery }

const QUOTES = '"“”„«»״'
/** A quotation mark inside a Hebrew abbreviation does not begin or end a phrase: it has letters on both sides. */
const TOKEN = new RegExp(
  String.raw`\s*(?:(?<phrase>(?<minus>-?)[${QUOTES}](?<quoted>[^${QUOTES}]*(?:(?<=\p{L})["״“”](?=\p{L})[^${QUOTES}]*)*)[${QUOTES}](?![\p{L}\p{N}]))|(?<sign>[()])|(?<word>[^\s()]+))`,
  'uy',
)
const OPERATORS: ReadonlyMap<string, 'and' | 'or' | 'not'> = new Map([
  ['AND', 'and'],
  ['OR', 'or'],
  ['NOT', 'not'],
])
const STAR_AT_WORD = /(?<=[\p{L}\p{N}])\*+|\*+(?=[\p{L}\p{N}])/gu
const LONE_QUOTE = new RegExp(`(?<![\\p{L}\\p{N}])[${QUOTES}]|[${QUOTES}](?![\\p{L}\\p{N}])`, 'u')

/** Thrown and caught only in this file. */
class NotReadable extends Error {}

export const parseQuery = (written: string): ParsedQuery => {
  const text = written.slice(0, LONGEST_QUERY).trim()
  if (!hasWord(text)) return { query: undefined, as_plain_words: false, ignored_star: false }
  try {
    const tokens = tokensOf(text)
    const beginnings = tokens.filter(each => each.kind === 'operand' && each.of.kind === 'prefix').length
    const ignored_star = (text.match(STAR_AT_WORD)?.length ?? 0) > beginnings
    return { query: new QueryReader(tokens).read(), as_plain_words: false, ignored_star }
  } catch (error) {
    if (!(error instanceof NotReadable)) throw error
    const words = plainWords(text)
    // Of operators alone, their words are looked for.
    const query: WrittenQuery = { kind: 'words', text: hasWord(words) ? words : text }
    return { query, as_plain_words: true, ignored_star: text.match(STAR_AT_WORD) !== null }
  }
}

const hasWord = (text: string): boolean => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(text)

const plainWords = (text: string): string =>
  text
    .replace(/\b(?:AND|OR|NOT)\b/g, ' ')
    .replace(new RegExp(`[()*]|(?<![\\p{L}\\p{N}])[${QUOTES}-]+|[${QUOTES}]+(?![\\p{L}\\p{N}])`, 'gu'), ' ')
    .trim()

const tokensOf = (text: string): readonly Token[] => {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const { phrase, minus, quoted = '', sign, word = '' } = match.groups ?? {}
    if (phrase !== undefined) {
      if (minus === '-') tokens.push({ kind: 'not' })
      tokens.push({ kind: 'operand', of: { kind: 'phrase', text: quoted } })
    } else if (sign !== undefined) {
      tokens.push({ kind: sign === '(' ? 'open' : 'close' })
    } else {
      tokens.push(...wordTokens(word))
    }
    if (TOKEN.lastIndex >= text.length) break
  }
  return tokens
}

const wordTokens = (word: string): readonly Token[] => {
  const operator = OPERATORS.get(word)
  if (operator !== undefined) return [{ kind: operator }]
  if (/^-+$/.test(word)) return []
  // A minus before a digit is the sign of a number: -5.
  if (/^-[^\d-]/.test(word)) return [{ kind: 'not' }, ...wordTokens(word.slice(1))]
  if (LONE_QUOTE.test(word)) throw new NotReadable()
  if (/^[^*]*[\p{L}\p{N}]\*$/u.test(word)) return [{ kind: 'operand', of: { kind: 'prefix', text: word.slice(0, -1) } }]
  return [{ kind: 'operand', of: { kind: 'words', text: word } }]
}

/** A recursive descent parser: OR binds more loosely than AND, and AND more loosely than NOT. */
class QueryReader {
  readonly #tokens: readonly Token[]
  #at = 0
  #depth = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  read(): WrittenQuery {
    const query = this.#any()
    if (this.#at < this.#tokens.length) throw new NotReadable()
    return query
  }

  get #next(): Token['kind'] | undefined {
    return this.#tokens[this.#at]?.kind
  }

  #any(): WrittenQuery {
    const of = [this.#all()]
    while (this.#next === 'or') {
      this.#at++
      of.push(this.#all())
    }
    return of.length === 1 && of[0] !== undefined ? of[0] : { kind: 'any', of }
  }

  #all(): WrittenQuery {
    const of: WrittenQuery[] = [this.#one()]
    let stated = false
    while (this.#next !== undefined && this.#next !== 'or' && this.#next !== 'close') {
      const joined = this.#next === 'and'
      if (joined) {
        this.#at++
        stated = true
      }
      const next = this.#one()
      const last = of.at(-1)
      // Consecutive words are read together: 050 123 4567 is one number.
      if (!joined && last?.kind === 'words' && next.kind === 'words') {
        of[of.length - 1] = { kind: 'words', text: `${last.text} ${next.text}` }
      } else of.push(next)
    }
    return of.length === 1 && of[0] !== undefined ? of[0] : { kind: 'all', of, stated }
  }

  #one(): WrittenQuery {
    const token = this.#tokens[this.#at++]
    switch (token?.kind) {
      case 'operand':
        return token.of
      case 'not':
        return { kind: 'not', of: this.#one() }
      case 'open': {
        if (++this.#depth > MOST_DEPTH) throw new NotReadable()
        const inner = this.#any()
        if (this.#next !== 'close') throw new NotReadable()
        this.#at++
        this.#depth--
        return inner
      }
      default:
        throw new NotReadable()
    }
  }
}
