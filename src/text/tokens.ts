/** Counts tokens as OpenAI's current models do, and cuts texts to a number of tokens. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Tiktoken } from 'tiktoken/lite'
import { once } from '../platform/once.ts'
import { TimeSlices } from '../platform/yield.ts'
import { cutEnd, cutStart } from './cut.ts'
import { WordTokens, type BeginningWords } from './word-tokens.ts'

/** Counts the tokens of a text like the models of the o200k family, and cuts texts by tokens. */
export interface TokenCounter {
  count(text: string): number
  /** The beginning (`keep: 'start'`) or the end (`keep: 'end'`) of a text, at most `tokens` long. */
  cut(text: string, tokens: number, keep: 'start' | 'end'): string
}

/**
 * Counts with tiktoken's `o200k_base`. The first count takes about 0.3 s, because it loads the encoding, which all
 * counters of the process share, with the cached words. Later counts take about 0.02 ms for a message of a hundred
 * tokens whose words are known, and five times that for other words, so count each message once and store the number
 * with it.
 */
export const createTokenCounter = (): TokenCounter => ({
  count: text => piecesOf(text).reduce((sum, piece) => sum + shared().words.count(piece), 0),
  cut: (text, tokens, keep) => {
    if (text === '' || tokens <= 0) return ''
    return keep === 'start' ? beginningOf(text, tokens) : endOf(text, tokens)
  },
})

/** The characters of a text that are looked at first, to cut it to a number of tokens, and those next to their edge. */
const lookedAt = (tokens: number): { readonly characters: number; readonly edge: number } => {
  const edge = Math.min(EDGE_TOKENS, tokens)
  return { characters: (tokens + edge) * USUAL_CHARACTERS, edge }
}

const beginningOf = (text: string, tokens: number): string => {
  const { edge, characters: first } = lookedAt(tokens)
  for (let characters = first; ; characters *= 2) {
    const whole = characters >= text.length
    const begun = beginningWords(whole ? text : text.slice(0, characters), tokens)
    if (begun === undefined && whole) return text
    // What follows the edge may belong to the last word, or to the blanks before it.
    if (begun === undefined || (!whole && begun.length + begun.next.length + edge > characters)) continue
    if (begun.tokens === tokens) return cutStart(text, begun.length)
    const { encoding } = shared()
    const part = encoding.encode_ordinary(begun.next).subarray(0, tokens - begun.tokens)
    return cutStart(text, begun.length + textOf(part).replace(TORN_END, '').length)
  }
}

/** The words of a text with at most a number of tokens; `undefined`: it has no more. */
const beginningWords = (text: string, most: number): (BeginningWords & { readonly next: string }) | undefined => {
  let [length, tokens] = [0, 0]
  for (const piece of piecesOf(text)) {
    const words = shared().words.beginning(piece, most - tokens)
    length += words.length
    tokens += words.tokens
    if (words.next !== undefined) return { length, tokens, next: words.next }
  }
  return undefined
}

const endOf = (text: string, tokens: number): string => {
  const { edge, characters: first } = lookedAt(tokens)
  for (let characters = first; ; characters *= 2) {
    const whole = characters >= text.length
    const all = encoded(whole ? text : text.slice(-characters))
    if (all.length > (whole ? tokens : tokens + edge)) {
      return cutEnd(text, textOf(Uint32Array.from(all.slice(-tokens))).replace(TORN_START, '').length)
    }
    if (whole) return text
  }
}

/** The tokens of a text. Equal pieces in a row, into which a long row of one sign is cut, are encoded once. */
const encoded = (text: string): readonly number[] => {
  let last: { readonly piece: string; readonly tokens: readonly number[] } | undefined
  return piecesOf(text).flatMap(piece => {
    if (last?.piece !== piece) last = { piece, tokens: [...shared().encoding.encode_ordinary(piece)] }
    return last.tokens
  })
}

/** A cut between two tokens may fall inside a character: its torn bytes decode to U+FFFD and are dropped. */
const TORN_END = /\uFFFD+$/u
const TORN_START = /^\uFFFD+/u

const textOf = (tokens: Uint32Array): string =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(shared().encoding.decode(tokens))

/**
 * Counts the tokens of a text like `count`, in slices, between which other work gets its turn. The last word of each
 * slice may count as one more token.
 */
export const countInSlices = async (counter: Pick<TokenCounter, 'count'>, text: string): Promise<number> => {
  if (text.length <= SLICE_CHARACTERS) return counter.count(text)
  const slices = new TimeSlices()
  let tokens = 0
  for (let from = 0; from < text.length;) {
    const part = cutStart(text.slice(from, from + SLICE_CHARACTERS + LONGEST_GRAPHEME), SLICE_CHARACTERS)
    tokens += counter.count(part)
    from += Math.max(1, part.length)
    await slices.pause()
  }
  return tokens
}

/** More characters than a usual token has: determines how much of a text is encoded first. */
const USUAL_CHARACTERS = 6
/** Tokens next to an edge may differ from those of the whole text; of a short beginning, fewer are looked at. */
const EDGE_TOKENS = 64
/** Characters counted at once: takes a few milliseconds. */
const SLICE_CHARACTERS = 4000
/** A visible character is rarely longer. */
const LONGEST_GRAPHEME = 64

/** Shorter texts stay whole: even without any break they take a few milliseconds. */
const SURELY_QUICK_CHARACTERS = 1000
/** A longer run of letters, signs or blanks is cut: it is not a word of any language, and no dashed line needs more. */
const LONG_RUN = /[\p{L}\p{M}]{128}|[^\s\p{L}\p{N}]{32}|\s{128}/gu

/**
 * tiktoken takes time quadratic in the longest run without a break: 9 s for one message of 65,536 equal letters.
 * Cutting such runs changes their count by one token per part, and leaves every ordinary text unchanged.
 */
const piecesOf = (text: string): readonly string[] => {
  if (text.length < SURELY_QUICK_CHARACTERS || !mayHoldLongRun(text)) return [text]
  const pieces: string[] = []
  let from = 0
  for (const run of text.matchAll(LONG_RUN)) {
    const end = run.index + run[0].length
    pieces.push(text.slice(from, end))
    from = end
  }
  pieces.push(text.slice(from))
  return pieces
}

/** No run is long enough to be cut if there is a space among this many characters. */
const SHORTEST_CUT_RUN = 32
const LONG_BLANK = /\s{128}/

/** Examines few characters: nearly every text has a space among any 32. */
const mayHoldLongRun = (text: string): boolean => {
  let at = 0
  while (at + SHORTEST_CUT_RUN <= text.length) {
    const space = text.lastIndexOf(' ', at + SHORTEST_CUT_RUN - 1)
    if (space < at) return true
    at = space + 1
  }
  return LONG_BLANK.test(text)
}

type Encoding = typeof import('tiktoken/encoders/o200k_base.json')

interface Shared {
  readonly encoding: Tiktoken
  readonly words: WordTokens
}

/** Loads the only encoding that is needed; the whole package would keep five others in memory. */
const shared = once((): Shared => {
  const require = createRequire(import.meta.url)
  const lite = require('tiktoken/lite') as typeof import('tiktoken/lite')
  // Read rather than required: the table has 2 MB, and a required module stays in memory for good.
  const o200k = JSON.parse(readFileSync(require.resolve('tiktoken/encoders/o200k_base.json'), 'utf8')) as Encoding
  const encoding = new lite.Tiktoken(o200k.bpe_ranks, o200k.special_tokens, o200k.pat_str)
  const words = new WordTokens({ pattern: o200k.pat_str, count: word => encoding.encode_ordinary(word).length })
  return { encoding, words }
})
