/** Renders the inline content of Markdown in WhatsApp's marks: `*bold*`, `_italic_`, `~struck~`, code in backticks. */
import type { Token, Tokens } from 'marked'

/** A style that WhatsApp knows: bold, italic, strikethrough. */
type Style = '*' | '_' | '~'

/** A piece of a line: words, code with its backticks, or the start or end of a style. */
type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'border'; readonly style: Style; readonly opens: boolean }

type Border = Extract<Piece, { kind: 'border' }>

const WORD = /[\p{L}\p{N}]/u
const LINE_BREAK = /^<br\s*\/?>$/i
const ENTITY = /&(amp|lt|gt|quot|nbsp|#39);/g
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ', '#39': "'" }

/**
 * Converts inline tokens to WhatsApp's marks. WhatsApp recognises a style only within one line, and only if no letter
 * touches its marks from outside. A style over several lines gets marks on each line; a style inside a word gets none.
 */
export const inlineToWhatsApp = (tokens: readonly Token[]): string =>
  written(onEachLine(withoutDoubles(piecesOf(tokens), [])))

/** The same as one bold line, for headings. */
export const boldToWhatsApp = (tokens: readonly Token[]): string => {
  const inner = withoutDoubles(piecesOf(tokens), ['*'])
  const bold = (opens: boolean): Border => ({ kind: 'border', style: '*', opens })
  return written(onEachLine([bold(true), ...inner, bold(false)]))
}

/** The words without any marks, for places where WhatsApp displays none. */
export const inlineToPlain = (tokens: readonly Token[]): string =>
  piecesOf(tokens)
    .map(piece =>
      piece.kind === 'border' ? '' : piece.kind === 'code' ? piece.text.replace(/^(`+)(.*)\1$/s, '$2') : piece.text,
    )
    .join('')

const words = (text: string): Piece => ({ kind: 'text', text })

const styled = (style: Style, inner: readonly Piece[]): readonly Piece[] => [
  { kind: 'border', style, opens: true },
  ...inner,
  { kind: 'border', style, opens: false },
]

const piecesOf = (tokens: readonly Token[]): readonly Piece[] => tokens.flatMap(pieceOf)

const pieceOf = (token: Token): readonly Piece[] => {
  const inner = (): readonly Piece[] => piecesOf((token as Tokens.Generic).tokens ?? [])
  switch (token.type) {
    case 'strong':
      return styled('*', inner())
    case 'em':
      return styled('_', inner())
    case 'del':
      // A single tilde means "about", and is WhatsApp's own mark.
      return token.raw.startsWith('~~') ? styled('~', inner()) : [words('~'), ...inner(), words('~')]
    case 'codespan':
      return [{ kind: 'code', text: codeText(token as Tokens.Codespan) }]
    case 'br':
      return [words('\n')]
    case 'escape':
      return [words((token as Tokens.Escape).text)]
    case 'html':
      return [words(LINE_BREAK.test(token.raw) ? '\n' : token.raw)]
    case 'link':
    case 'image':
      return linkPieces(token as Tokens.Link | Tokens.Image)
    default:
      if ((token as Tokens.Generic).tokens !== undefined) return inner()
      return [words(token.raw.replace(ENTITY, (_, name: string) => ENTITIES[name] ?? ''))]
  }
}

/** Code in the marks that WhatsApp knows: one backtick, or three if the code itself contains one. */
const codeText = ({ raw }: Tokens.Codespan): string => {
  const fence = /^`+/.exec(raw)?.[0] ?? ''
  const code = raw.slice(fence.length, -fence.length)
  const inner = /^ .*`.* $/s.test(code) ? code.slice(1, -1) : code
  const marks = fence.length >= 3 || inner.includes('`') ? '```' : '`'
  return `${marks}${inner}${marks}`
}

const withoutScheme = (address: string): string => address.replace(/^(?:mailto|tel):/i, '')
const bare = (address: string): string => address.replace(/^https?:\/\//i, '').replace(/\/$/, '')

/** A link as `words (address "title")`, or as its address alone if the words say nothing else. */
const linkPieces = (link: Tokens.Link | Tokens.Image): readonly Piece[] => {
  if (link.raw.startsWith('<')) return [words(withoutScheme(link.raw.slice(1, -1)))]
  // A bare address.
  if (!/^!?\[/.test(link.raw)) return [words(link.raw)]
  const label = link.text.trim()
  const address = withoutScheme(link.href)
  const title = link.title ? ` "${link.title}"` : ''
  if (label === '' || bare(label) === bare(address)) return [words(`${address === '' ? label : address}${title}`)]
  const behind = `${address}${title}`.trim()
  return [
    ...('tokens' in link ? piecesOf(link.tokens) : [words(label)]),
    ...(behind === '' ? [] : [words(` (${behind})`)]),
  ]
}

/** Drops a style inside the same style: WhatsApp would take its opening mark for the closing one. */
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

/** Ends every style at the end of a line and begins it again on the next. */
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

/** Positions of the borders that WhatsApp recognises: text between them, and no letter outside. */
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
