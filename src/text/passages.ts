/** Cuts a long text into passages of a few sentences or list items, and ranks them by relevance to a question. */
import { once } from '../platform/once.ts'
import { subjectsOf } from './content-stems.ts'
import { cutStart } from './cut.ts'

/** Part of a text: from this UTF-16 unit up to, not including, that one. */
export interface Passage {
  readonly from: number
  readonly to: number
}

/** A piece of a text that is not cut, and the words by which a question finds it. */
export interface TextPiece extends Passage {
  /** Computed on first use. */
  readonly stems: ReadonlySet<string>
}

/** Stems that a question asks for, and the weight of each. */
export type QuestionWords = ReadonlyMap<string, number>

/** How much of a text is compared with the question; the rest follows in its order. */
const MOST_COMPARED_CHARACTERS = 24_000

const sentences = once(() => new Intl.Segmenter('en', { granularity: 'sentence' }))

/**
 * The passages of a text: the most relevant to the question first, the others in the order of the text. Together they
 * are the text. Each has about `size` characters, and none begins or ends inside a visible character.
 * @param pieces where the text may be cut: `piecesOf` with the same text and size
 */
export const passagesByWorth = (
  text: string,
  size: number,
  words: QuestionWords,
  pieces = piecesOf(text, size),
): readonly Passage[] => {
  const found = pieces.map(piece => (words.size === 0 ? NOTHING : piece.stems.intersection(words)))
  const best: Passage[] = []
  const used = new Uint8Array(pieces.length)
  for (let n = 0; n < MOST_RANKED; n++) {
    const core = bestCore(pieces, found, used, size, words)
    if (core === undefined) break
    const [first, last] = extended(core, pieces, used, size)
    used.fill(1, first, last + 1)
    best.push(spanOf(pieces, first, last))
  }
  return [...best, ...joined(pieces, used, size)]
}

/** A passage of an excerpt with the text before it: a blank, or a mark for omitted text. */
export interface TextPart extends Passage {
  readonly lead: string
}

/**
 * The text of these passages, in the order of the text, with a mark where something was left out. Joined, the parts are
 * the excerpt; the last one may have only a mark.
 */
export const excerptParts = (text: string, passages: readonly Passage[]): readonly TextPart[] => {
  const inOrder = passages.toSorted((a, b) => a.from - b.from)
  const parts: TextPart[] = []
  let end = 0
  for (const { from, to } of inOrder) {
    const between = text.slice(end, from)
    const separator = between.trim() !== '' ? ` ${LEFT_OUT}` : between
    parts.push({ lead: parts.length === 0 ? separator.trimStart() : separator, from, to })
    end = to
  }
  if (text.slice(end).trim() !== '') parts.push({ lead: ` ${LEFT_OUT.trim()}`, from: end, to: end })
  return parts
}

/** The text of a part. */
export const partText = (text: string, { lead, from, to }: TextPart): string => lead + text.slice(from, to)

const LEFT_OUT = '… '

/** UTF-16 units after a cut that show where a visible character ends. */
const MARGIN = 100

/** How many passages are chosen by the question. */
const MOST_RANKED = 4
const NOTHING: ReadonlySet<string> = new Set()

/** Sentences and lines, without surrounding blanks; one longer than `size` is cut at a blank. */
export const piecesOf = (text: string, size: number): readonly TextPiece[] => {
  const pieces: Passage[] = []
  // One pass over all lines: a separate segmenter call for each line would be many times slower.
  for (const { segment, index } of sentences().segment(text)) {
    const from = index + (segment.length - segment.trimStart().length)
    pieces.push(...cutLong(text, { from, to: from + segment.trim().length }, size))
  }
  return pieces.filter(({ from, to }) => to > from).map(({ from, to }) => new Piece(text, from, to))
}

class Piece implements TextPiece {
  readonly #text: string
  readonly from: number
  readonly to: number
  #stems: ReadonlySet<string> | undefined

  constructor(text: string, from: number, to: number) {
    this.#text = text
    this.from = from
    this.to = to
  }

  get stems(): ReadonlySet<string> {
    return (this.#stems ??=
      this.to > MOST_COMPARED_CHARACTERS ? NOTHING : subjectsOf(this.#text.slice(this.from, this.to)))
  }
}

const cutLong = (text: string, { from, to }: Passage, size: number): readonly Passage[] => {
  const pieces: Passage[] = []
  let at = from
  while (to - at > size) {
    const part = text.slice(at, at + size)
    const blank = part.search(/\s\S*$/)
    const length = blank > size / 2 ? blank : Math.max(1, cutStart(text.slice(at, at + 2 * size + MARGIN), size).length)
    pieces.push({ from: at, to: at + length })
    at += length
    while (at < to && /\s/.test(text.charAt(at))) at++
  }
  return [...pieces, { from: at, to }]
}

type Span = readonly [first: number, last: number]

const lengthOf = (pieces: readonly Passage[], first: number, last: number): number =>
  (pieces[last]?.to ?? 0) - (pieces[first]?.from ?? 0)

const spanOf = (pieces: readonly Passage[], first: number, last: number): Passage => ({
  from: pieces[first]?.from ?? 0,
  to: pieces[last]?.to ?? 0,
})

/**
 * The neighbouring pieces within `size` that contain most of the question's words; among equals, the shortest and
 * earliest.
 */
const bestCore = (
  pieces: readonly Passage[],
  found: readonly ReadonlySet<string>[],
  used: Uint8Array,
  size: number,
  words: QuestionWords,
): Span | undefined => {
  let best: { readonly span: Span; readonly worth: number; readonly length: number } | undefined
  for (let first = 0; first < pieces.length; first++) {
    if (used[first] === 1 || (found[first]?.size ?? 0) === 0) continue
    const seen = new Set<string>()
    let worth = 0
    for (let last = first; last < pieces.length && used[last] !== 1; last++) {
      const length = lengthOf(pieces, first, last)
      if (last > first && length > size) break
      for (const stem of found[last] ?? NOTHING) {
        if (!seen.has(stem)) worth += words.get(stem) ?? 0
        seen.add(stem)
      }
      if (best === undefined || worth > best.worth || (worth === best.worth && length < best.length)) {
        best = { span: [first, last], worth, length }
      }
    }
  }
  return best?.span
}

/** Adds the next and the previous piece, in turn, as far as `size` allows. */
const extended = ([from, to]: Span, pieces: readonly Passage[], used: Uint8Array, size: number): Span => {
  let [first, last] = [from, to]
  for (let grown = true; grown;) {
    grown = false
    if (last + 1 < pieces.length && used[last + 1] !== 1 && lengthOf(pieces, first, last + 1) <= size) {
      last++
      grown = true
    }
    if (first > 0 && used[first - 1] !== 1 && lengthOf(pieces, first - 1, last) <= size) {
      first--
      grown = true
    }
  }
  return [first, last]
}

/** The unused pieces, with neighbours joined as far as `size` allows. */
const joined = (pieces: readonly Passage[], used: Uint8Array, size: number): readonly Passage[] => {
  const passages: Passage[] = []
  for (let first = 0; first < pieces.length; first++) {
    if (used[first] === 1) continue
    let last = first
    while (last + 1 < pieces.length && used[last + 1] !== 1 && lengthOf(pieces, first, last + 1) <= size) last++
    passages.push(spanOf(pieces, first, last))
    first = last
  }
  return passages
}
