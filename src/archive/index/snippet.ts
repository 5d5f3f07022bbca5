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
  /\+?\(?\d[\d()./ -]{4,20}\d|[\p{L}\p{M}\p{N}]+(?:['’"״׳._@&-][\p{L}\p{M}\p{N}]+)*|\p{Extended_Pictographic}/gu

/** The terms to mark in a text: all that a plan searches for and does not exclude. */
export const termsOf = ({ leaves }: SearchPlan): ReadonlySet<string> =>
  new Set(leaves.filter(({ weight }) => weight > 0).flatMap(({ terms }) => terms))

interface Span {
  readonly from: number
  readonly to: number
}

/** A snippet of a text. White space is one blank each. */
export const snippetOf = (content: string, terms: ReadonlySet<string>): readonly SnippetPiece[] => {
  const text = content.slice(0, MOST_READ_CHARACTERS).replace(/\s+/gu, ' ').trim()
  const spans = terms.size === 0 ? [] : spansOf(text, terms)
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

const spansOf = (text: string, terms: ReadonlySet<string>): readonly Span[] => {
  const known = new Map<string, boolean>()
  const matches = (word: string): boolean => {
    let found = known.get(word)
    if (found === undefined) {
      found = wordsOf(word).some(
        ({ main, also, parts, written }) =>
          terms.has(main) || terms.has(WRITTEN_MARK + written) || [...also, ...parts].some(each => terms.has(each)),
      )
      found ||= terms.has(word)
      known.set(word, found)
    }
    return found
  }
  return [...text.matchAll(WORD)].flatMap(({ 0: word, index }) =>
    matches(word) ? [{ from: index, to: index + word.length }] : [],
  )
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
