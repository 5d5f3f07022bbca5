/** Counts tokens as OpenAI's current models do, and cuts texts to a number of tokens. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Tiktoken } from 'tiktoken/lite'
import { TimeSlices } from '../platform/yield.ts'
import { cutEnd, cutStart } from './cut.ts'

/** Counts the tokens of a text like the models of the o200k family, and cuts texts by tokens. */
export interface TokenCounter {
  count(text: string): number
  /** The beginning (`keep: 'start'`) or the end (`keep: 'end'`) of a text, at most `tokens` long. */
  cut(text: string, tokens: number, keep: 'start' | 'end'): string
}

/**
 * Counts with tiktoken's `o200k_base`. The first count takes about 0.3 s, because it loads the encoding, which all
 * counters of the process share. Later counts take about 0.1 ms for a short message and 78 ms for 85,000 tokens, so
 * count each message once and store the number with it.
 */
export const createTokenCounter = (): TokenCounter => {
  const encodePiece = (text: string): Uint32Array => sharedEncoding().encode_ordinary(text)
  const encode = (text: string): Uint32Array => {
    if (text.length < SURELY_QUICK_CHARACTERS) return encodePiece(text)
    const pieces = piecesOf(text).map(encodePiece)
    const [only] = pieces
    if (only !== undefined && pieces.length === 1) return only
    const all = new Uint32Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
    let at = 0
    for (const piece of pieces) {
      all.set(piece, at)
      at += piece.length
    }
    return all
  }
  /**
   * Encodes a little more than `tokens` tokens of the beginning or the end of a text; `undefined` if the whole text has
   * no more.
   */
  const encodeEnough = (text: string, tokens: number, keep: 'start' | 'end'): Uint32Array | undefined => {
    const edge = Math.min(EDGE_TOKENS, tokens)
    for (let characters = (tokens + edge) * USUAL_CHARACTERS; ; characters *= 2) {
      const whole = characters >= text.length
      const all = encode(whole ? text : keep === 'start' ? text.slice(0, characters) : text.slice(-characters))
      if (all.length > (whole ? tokens : tokens + edge)) return all
      if (whole) return undefined
    }
  }
  return {
    count: text => encode(text).length,
    cut: (text, tokens, keep) => {
      if (text === '' || tokens <= 0) return ''
      const all = encodeEnough(text, tokens, keep)
      if (all === undefined) return text
      const part = keep === 'start' ? all.subarray(0, tokens) : all.subarray(all.length - tokens)
      // A cut between two tokens may fall inside a character: its torn bytes decode to U+FFFD and are dropped.
      const cut = new TextDecoder().decode(sharedEncoding().decode(part))
      const whole = keep === 'start' ? cut.replace(/\uFFFD+$/u, '') : cut.replace(/^\uFFFD+/u, '')
      return keep === 'start' ? cutStart(text, whole.length) : cutEnd(text, whole.length)
    },
  }
}

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

/** Shorter texts are encoded whole: even without any break they take a few milliseconds. */
const SURELY_QUICK_CHARACTERS = 1000
/** A longer run of letters, signs or blanks is cut: it is not a word of any language, and no dashed line needs more. */
const LONG_RUN = /[\p{L}\p{M}]{128}|[^\s\p{L}\p{N}]{32}|\s{128}/gu

/**
 * tiktoken takes time quadratic in the longest run without a break: 9 s for one message of 65,536 equal letters.
 * Cutting such runs changes their count by one token per part, and leaves every ordinary text unchanged.
 */
const piecesOf = (text: string): readonly string[] => {
  if (!mayHoldLongRun(text)) return [text]
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

let loaded: Tiktoken | undefined

const sharedEncoding = (): Tiktoken => (loaded ??= loadEncoding())

/** Loads the only encoding that is needed; the whole package would keep five others in memory. */
const loadEncoding = (): Tiktoken => {
  const require = createRequire(import.meta.url)
  const lite = require('tiktoken/lite') as typeof import('tiktoken/lite')
  // Read rather than required: the table has 2 MB, and a required module stays in memory for good.
  const o200k = JSON.parse(readFileSync(require.resolve('tiktoken/encoders/o200k_base.json'), 'utf8')) as Encoding
  return new lite.Tiktoken(o200k.bpe_ranks, o200k.special_tokens, o200k.pat_str)
}
