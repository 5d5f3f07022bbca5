/** Splits a long reply into messages at the points where a human reader would. */

/**
 * Characters of one message, counted in UTF-16 units as WhatsApp does; readable, and far below WhatsApp's own limit.
 */
export const MOST_CHARACTERS = 4000

const FENCE = '```'
const FENCES_LENGTH = 2 * (FENCE.length + 1)

const sentences = new Intl.Segmenter('en', { granularity: 'sentence' })
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
const segments = (segmenter: Intl.Segmenter, text: string): readonly string[] =>
  Array.from(segmenter.segment(text), each => each.segment)

/** A text's lines, each with its end. */
const linesOf = (text: string): readonly string[] => text.match(/[^\n]*\n|[^\n]+/g) ?? []

/** Ways to split a text, coarsest first; in each, the pieces joined are the text again. */
const WAYS: readonly ((text: string) => readonly string[])[] = [
  // A list item with the indented lines below it.
  text => text.match(/[^\n]*(?:\n[ \t]+[^\n]*)*\n?/g)?.filter(each => each !== '') ?? [],
  linesOf,
  text => segments(sentences, text),
  text => text.match(/\s*\S+\s*/g) ?? [],
  text => segments(graphemes, text),
  // For a single grapheme longer than a message: whole code points at least.
  text => Array.from(text),
]

/**
 * Splits a text into parts of at most `most` characters, in order. It cuts between paragraphs if possible, else between
 * list items, lines, sentences, words, and never inside a visible character. A heading, or a line that ends with a
 * colon, stays with the text that follows it. A code block stays whole if it fits into one part; if it does not, each
 * part of it has its own fences. No word is lost; white space at the cuts is.
 */
export const splitReply = (text: string, most = MOST_CHARACTERS): readonly string[] => {
  const parts: string[] = []
  let current = new OpenPart()
  const flush = (): void => {
    const part = trimmed(current.text)
    if (part !== '') parts.push(part)
    current = new OpenPart()
  }
  const add = (piece: string, way: number): void => {
    if (current.lengthWith(piece) <= most) {
      current.add(piece)
    } else if (trimmed(piece).length <= most) {
      flush()
      current.add(piece)
    } else {
      for (const smaller of WAYS[way]?.(piece) ?? []) add(smaller, way + 1)
    }
  }
  for (const block of announced(blocksOf(text), most)) {
    if (!block.startsWith(FENCE) || trimmed(block).length <= most || most <= FENCES_LENGTH) {
      add(block, 0)
      continue
    }
    flush()
    const pieces = codePieces(block, most - FENCES_LENGTH)
    for (const piece of pieces) add(`${FENCE}\n${piece}\n${FENCE}\n\n`, WAYS.length)
  }
  flush()
  return parts
}

/** The part that is being filled. Its length is known without rereading it, however many pieces it has. */
class OpenPart {
  text = ''

  /** The trimmed length that the part would have with a piece. */
  lengthWith(piece: string): number {
    const end = piece.trimEnd().length
    return this.text === '' ? trimmed(piece).length : end === 0 ? 0 : this.text.length + end
  }

  /** At the start of a part, white space is kept only as the indentation of the first line. */
  add(piece: string): void {
    this.text = this.text === '' ? piece.replace(EMPTY_LINES, '') : this.text + piece
  }
}

const EMPTY_LINES = /^(?:[ \t]*\n)+/

/** Without empty lines around it; spaces before the first word stay, because they may be the indentation of a list. */
const trimmed = (text: string): string => text.replace(EMPTY_LINES, '').trimEnd()

/** Paragraphs and code blocks, each with the empty lines after it. */
const blocksOf = (text: string): readonly string[] => {
  const blocks: string[] = []
  let open = ''
  let inCode = false
  let ended = false
  for (const line of linesOf(text)) {
    const fence = line.trimEnd() === FENCE
    if (!inCode && open !== '' && line.trim() !== '' && (ended || fence)) {
      blocks.push(open)
      open = ''
    }
    open += line
    if (fence) inCode = !inCode
    ended = !inCode && (fence || line.trim() === '')
  }
  return open === '' ? blocks : [...blocks, open]
}

/** Joins a heading or announcement to the block that follows it, if both fit into one part. */
const announced = (blocks: readonly string[], most: number): readonly string[] => {
  const joined: string[] = []
  /** Length of the last block, without white space at its end. */
  let length = 0
  for (const block of blocks.toReversed()) {
    const next = joined.at(-1)
    const joins = next !== undefined && announces(block) && block.length + length <= most
    if (joins) joined[joined.length - 1] = block + next
    else joined.push(block)
    length = joins ? block.length + length : block.trimEnd().length
  }
  return joined.reverse()
}

const announces = (block: string): boolean => /^\*[^*\n]+\*$|^[^\n]*:\**$/.test(block.trim())

/** Lines of code in pieces of at most `most` characters. */
const codePieces = (block: string, most: number): readonly string[] => {
  const code = block
    .trimEnd()
    .replace(/^```\n/, '')
    .replace(/\n?```$/, '')
  const lines = code.split('\n').flatMap(line => (line.length <= most ? [line] : slices(line, most)))
  return lines.reduce<string[]>((pieces, line) => {
    const last = pieces.at(-1)
    if (last === undefined || last.length + 1 + line.length > most) pieces.push(line)
    else pieces[pieces.length - 1] = `${last}\n${line}`
    return pieces
  }, [])
}

const slices = (line: string, most: number): readonly string[] =>
  segments(graphemes, line).reduce<string[]>((pieces, character) => {
    const last = pieces.at(-1)
    if (last === undefined || last.length + character.length > most) pieces.push(character)
    else pieces[pieces.length - 1] = last + character
    return pieces
  }, [])
