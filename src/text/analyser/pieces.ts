/** Cuts a folded text into pieces of one script each: words, figures, names with signs. */
import { FIGURES } from './numbers.ts'

/** How the words of a script are found. `other`: words with spaces between them, unchanged. */
export type Script =
  'latin' | 'hebrew' | 'arabic' | 'cyrillic' | 'hangul' | 'han' | 'segmented' | 'other' | 'figures' | 'sign'

/** A piece of a text. */
export interface Piece {
  /** In lower case. */
  readonly text: string
  readonly script: Script
  /** The text between it and the previous piece; at most two characters of that. */
  readonly before: string
  /** Its start and end in the folded text. */
  readonly from: number
  readonly to: number
  /** `a` or `p` after figures: am, pm. */
  readonly half: string | undefined
}

/** Letters of each script, with the marks that folding leaves on them. */
const LETTERS: readonly (readonly [Script, string])[] = [
  ['latin', '\\p{scx=Latn}'],
  ['hebrew', '\\p{scx=Hebr}'],
  ['arabic', '\\p{scx=Arab}'],
  ['cyrillic', '\\p{scx=Cyrl}'],
  ['hangul', '\\p{scx=Hang}'],
  // Chinese, and Japanese in its three scripts.
  ['han', '\\p{scx=Hani}\\p{scx=Hira}\\p{scx=Kana}'],
  ['segmented', '\\p{scx=Thai}\\p{scx=Laoo}\\p{scx=Khmr}\\p{scx=Mymr}'],
]
const LETTER_OR_MARK = '[\\p{L}\\p{M}]'
const KNOWN = LETTERS.map(([, letters]) => letters).join('')
const RUNS = [
  ...LETTERS.map(([script, letters]) => [script, `[[${letters}]&&${LETTER_OR_MARK}]+`] as const),
  ['other', `[${LETTER_OR_MARK}--[${KNOWN}]]+`] as const,
]

/** Names with signs: C++, C#, .NET, and blood types: A+, O−. */
const SIGNS =
  '(?<![a-z0-9])(?:[a-z](?:[+]{2}|#)|(?:ab?|b|o)[+\\u2212])(?![+\\p{L}\\p{N}])|(?<![\\p{L}\\p{N}])[.]net(?![\\p{L}\\p{N}])'

/** Most words: matching them first saves nearly half of the time. */
const PLAIN_WORD = '[a-z]{3,}(?![\\p{L}\\p{M}])|[א-ת]+(?![\\p{L}\\p{M}])'

const PIECE = new RegExp(`${PLAIN_WORD}|(${FIGURES})|(${SIGNS})|${RUNS.map(([, run]) => run).join('|')}`, 'gv')
const SCRIPT_OF = RUNS.map(([script, run]) => [script, new RegExp(`^${run}`, 'v')] as const)
const LATIN_WORD = /^[a-z]/
const HEBREW_WORD = /^[א-ת]/
const HALF_DAY = / ?([ap])[.]?m(?![\p{L}\p{N}])/uy
const LONGEST_BETWEEN = 2

const scriptOf = (word: string): Script => {
  if (LATIN_WORD.test(word)) return 'latin'
  if (HEBREW_WORD.test(word)) return 'hebrew'
  return SCRIPT_OF.find(([, run]) => run.test(word))?.[0] ?? 'other'
}

/** The pieces of a text in order. @param folded a folded text in lower case */
export function* piecesOf(folded: string): Generator<Piece, void> {
  let end = 0
  // Not by `matchAll`, which copies the pattern: V8 compiles a copy anew after it has collected garbage a few times.
  for (let next = 0; ;) {
    PIECE.lastIndex = next
    const match = PIECE.exec(folded)
    if (match === null) return
    next = PIECE.lastIndex
    const [text, figures, sign] = match
    const from = match.index
    // After an hour, "pm" is part of it.
    if (from < end) continue
    let to = from + text.length
    const before = folded.slice(Math.max(end, from - LONGEST_BETWEEN), from)
    let half: string | undefined
    if (figures !== undefined) {
      HALF_DAY.lastIndex = to
      const found = HALF_DAY.exec(folded)
      if (found !== null) to += found[0].length
      half = found?.[1]
    }
    const script = figures !== undefined ? 'figures' : sign !== undefined ? 'sign' : scriptOf(text)
    yield { text, script, before, from, to, half }
    end = to
  }
}
