/** Cuts out the part of a text that best shows why it was found, and marks the words. */
import { wordsOf } from '../../text/analyser/analyser.ts'
import type { SnippetPiece } from '../archive-search.ts'
import type { SearchPlan } from './search-plan.ts'
import { WRITTEN_MARK } from './part-builder.ts'

/** Characters of a snippet, and of the text that is searched for marks. */
const SNIPPET_CHARACTERS = 240
const MOST_READ_CHARACTERS = 6000
/** Characters before the first marked word. */
const BEFORE = 60

/** Words, and series of figures, which may be one number with signs in between. */
const WORD =
  /\+?\(?\d[\d()./ -]{4,20}\d|[\p{L}\p{M}\p{N}]+(?:['’"״׳._@&-][\p{L}\p{M}\p{N}]+)*|\p{Extended_Pictographic}/uy

/** The terms to mark in a text: all that a plan searches for and does not exclude. */
export const termsOf = ({ leaves }: SearchPlan): ReadonlySet<string> =>
  new Set(leaves.filter(({ weight }) => weight > 0).flatMap(({ terms }) => terms))

interface Span {
  readonly from: number
  readonly to: number
}

/** White space that is no single blank. */
const OTHER_SPACE = /[^\S ]| {2}|^ | $/u

/** Cuts snippets for one search: what it learned of a word in one message holds for the others. */
export class Snippets {
  readonly #terms: ReadonlySet<string>
  readonly #known = new Map<string, boolean>()

  constructor(terms: ReadonlySet<string>) {
    this.#terms = terms
  }

  /** A snippet of a text. Each run of white space becomes one blank. */
  of(content: string): readonly SnippetPiece[] {
    const read = content.slice(0, MOST_READ_CHARACTERS)
    const text = OTHER_SPACE.test(read) ? read.replace(/\s+/gu, ' ').trim() : read
    const spans = this.#terms.size === 0 ? [] : this.#spansOf(text)
    const start = startOf(text, spans)
    const end = Math.min(text.length, start + SNIPPET_CHARACTERS)
    const pieces: SnippetPiece[] = []
    let at = start
    const put = (to: number, matches: boolean): void => {
      if (to > at) pieces.push({ text: text.slice(at, to), matches })
      at = Math.max(at, to)
    }
    for (const { from, to } of spans) {
      if (from < start || to > end) continue
      put(from, false)
      put(to, true)
    }
    put(end, false)
    return [
      ...(start > 0 ? [{ text: '…', matches: false }] : []),
      ...pieces,
      ...(end < text.length || content.length > MOST_READ_CHARACTERS ? [{ text: '…', matches: false }] : []),
    ]
  }

  #spansOf(text: string): readonly Span[] {
    const spans: Span[] = []
    const matches = (word: string): boolean => {
      let known = this.#known.get(word)
      if (known === undefined) {
        known = this.#matches(word)
        this.#known.set(word, known)
      }
      return known
    }
    forEachWord(text, (from, to) => {
      if (matches(text.slice(from, to))) spans.push({ from, to })
    })
    return spans
  }

  #matches(word: string): boolean {
    const terms = this.#terms
    return (
      terms.has(word) ||
      wordsOf(word).some(
        ({ main, also, parts, written }) =>
          terms.has(main) || terms.has(WRITTEN_MARK + written) || [...also, ...parts].some(each => terms.has(each)),
      )
    )
  }
}

const LETTER = 1
const JOIN = 2
const OTHER = 3
/** What a character of English and Hebrew is in `WORD`; 0 for figures, signs that may begin a number, and all else. */
const KINDS = new Uint8Array(1 << 16)
for (const [kind, characters] of [
  [LETTER, 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZאבגדהוזחטיכךלמםנןסעפףצץקרשת'],
  [JOIN, `'’"״׳._@&-`],
  [OTHER, ' !#$%)*,/:;<=>?[\\]^\x60{|}~“”‘–—…'],
] as const)
  for (const each of characters) KINDS[each.charCodeAt(0)] = kind

/** Calls `act` for each match of `WORD`: for words of letters, without the pattern. */
const forEachWord = (text: string, act: (from: number, to: number) => void): void => {
  for (let at = 0; at < text.length;) {
    const kind = KINDS[text.charCodeAt(at)] ?? 0
    if (kind === LETTER) {
      const from = at
      while (isInWord(text, at)) at++
      // A letter of another script or a figure may go on with the word, also behind a sign.
      const next = KINDS[text.charCodeAt(at)] ?? 0
      const goes_on = at < text.length && (next === 0 || (next === JOIN && mayBeLetter(text, at + 1)))
      if (!goes_on) {
        act(from, at)
        continue
      }
      at = from
    } else if (kind !== 0) {
      at++
      continue
    }
    WORD.lastIndex = at
    const [word] = WORD.exec(text) ?? []
    if (word !== undefined) act(at, at + word.length)
    at += word?.length ?? ((text.codePointAt(at) ?? 0) > LAST_OF_ONE_UNIT ? 2 : 1)
  }
}

const LAST_OF_ONE_UNIT = 0xffff

const mayBeLetter = (text: string, at: number): boolean => at < text.length && (KINDS[text.charCodeAt(at)] ?? 0) === 0

const isInWord = (text: string, at: number): boolean => {
  const kind = KINDS[text.charCodeAt(at)]
  return kind === LETTER || (kind === JOIN && KINDS[text.charCodeAt(at + 1)] === LETTER)
}

/** Where the snippet with the most marks begins: at a word. */
const startOf = (text: string, spans: readonly Span[]): number => {
  if (text.length <= SNIPPET_CHARACTERS) return 0
  let best = 0
  let most = 0
  for (const { from } of spans) {
    const start = Math.max(0, from - BEFORE)
    const marked = spans.filter(each => each.from >= from && each.to <= start + SNIPPET_CHARACTERS).length
    if (marked > most) {
      most = marked
      best = start
    }
  }
  const latest = Math.min(best, text.length - SNIPPET_CHARACTERS)
  const blank = latest === 0 ? -1 : text.indexOf(' ', latest)
  return latest === 0 ? 0 : blank >= 0 && blank - latest < BEFORE ? blank + 1 : latest
}
