/** Writes the inside of a line in WhatsApp's marks: `*bold*`, `_italic_`, `~struck~`. */
import { readInline } from './markdown-inline.ts'
import type { Piece, Style } from './markdown-pieces.ts'

type Border = Extract<Piece, { kind: 'border' }>

const WORD = /[\p{L}\p{N}]/u

/**
 * A text of Markdown without block structure as WhatsApp shows it. WhatsApp knows a style only within one line and only
 * where no letter touches its marks from outside: a style over several lines gets marks on each, one inside a word none.
 */
export const inlineToWhatsApp = (markdown: string): string =>
  written(onEachLine(withoutDoubles(readInline(markdown), [])))

/** The same as one bold line, for headings. */
export const boldToWhatsApp = (markdown: string): string => {
  const inner = withoutDoubles(readInline(markdown), ['*'])
  const bold = (opens: boolean): Border => ({ kind: 'border', style: '*', opens })
  return written(onEachLine([bold(true), ...inner, bold(false)]))
}

/** The words alone, without any marks: for places where WhatsApp shows none. */
export const inlineToPlain = (markdown: string): string =>
  readInline(markdown)
    .map(piece =>
      piece.kind === 'border' ? '' : piece.kind === 'code' ? piece.text.replace(/^(`+)(.*)\1$/s, '$2') : piece.text,
    )
    .join('')

/** Leaves out a style inside the same style: WhatsApp would take its opening mark for the closing one. */
const withoutDoubles = (pieces: readonly Piece[], around: readonly Style[]): readonly Piece[] => {
  const open = [...around]
  return pieces.filter(piece => {
    if (piece.kind !== 'border') return true
    if (piece.opens) return open.push(piece.style) === 1 + open.indexOf(piece.style)
    const last = open.lastIndexOf(piece.style)
    const first = open.indexOf(piece.style)
    open.splice(last, 1)
    return last === first
  })
}

/** Ends every style at the end of a line and begins it anew on the next. */
const onEachLine = (pieces: readonly Piece[]): readonly Piece[] => {
  const open: Border[] = []
  return pieces.flatMap((piece): readonly Piece[] => {
    if (piece.kind === 'border') {
      if (piece.opens) open.push(piece)
      else
        open.splice(
          open.findLastIndex(each => each.style === piece.style),
          1,
        )
      return [piece]
    }
    if (piece.kind === 'code' || open.length === 0) return [piece]
    const ends = open.map((each): Border => ({ ...each, opens: false })).reverse()
    return piece.text
      .split('\n')
      .flatMap((text, index): readonly Piece[] =>
        index === 0
          ? [{ kind: 'text', text }]
          : [...ends, { kind: 'text', text: '\n' }, ...open, { kind: 'text', text }],
      )
  })
}

const written = (pieces: readonly Piece[]): string => {
  const kept = new Set(shownBorders(pieces))
  return pieces
    .map((piece, index) => (piece.kind !== 'border' ? piece.text : kept.has(index) ? piece.style : ''))
    .join('')
}

/** Places of the borders that WhatsApp understands: something between them, no letter outside. */
const shownBorders = (pieces: readonly Piece[]): readonly number[] => {
  let text = ''
  const offsets = pieces.map(piece => {
    const offset = text.length
    if (piece.kind !== 'border') text += piece.text
    return offset
  })
  const open: number[] = []
  return pieces.flatMap((piece, index): readonly number[] => {
    if (piece.kind !== 'border') return []
    if (piece.opens) {
      open.push(index)
      return []
    }
    const first = open.pop() ?? index
    const [from = 0, to = 0] = [offsets[first], offsets[index]]
    const inside = text.slice(from, to)
    return inside === '' || inside !== inside.trim() || touchesWord(text, from, to) ? [] : [first, index]
  })
}

const touchesWord = (text: string, from: number, to: number): boolean =>
  WORD.test(Array.from(text.slice(Math.max(0, from - 2), from)).at(-1) ?? '') ||
  WORD.test(String.fromCodePoint(text.codePointAt(to) ?? 0))
