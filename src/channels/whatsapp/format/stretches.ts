/** Cuts a long Markdown text into stretches that can be formatted one by one. */

/**
 * Longest stretch in characters. A Markdown parser takes time by the square of the length of some texts: one stretch
 * takes at most some tens of milliseconds, and all of them together time that grows with the length of the text.
 */
const MOST_CHARACTERS = 4000
/** A cut before this would only make more stretches. */
const LEAST_CHARACTERS = MOST_CHARACTERS / 4

const FENCE = '```'
const OPENS_FENCE = /^ {0,3}(?:`{3,}|~{3,})/

/** How well a text can be cut before a line: inside a row of lines of one block, between two such rows, between blocks. */
type Rank = 0 | 1 | 2

interface Cut {
  /** Lines of the stretch before the cut. */
  readonly lines: number
  readonly characters: number
  readonly rank: Rank
}

/**
 * Stretches of a text, each with its line ends: put together they are the text again, but for a block of code that is
 * longer than a stretch: each part of it has fences of its own. Cut between blocks where possible, else before a line
 * that is not indented, else between lines, else between words.
 */
export function* stretchesOf(markdown: string): Generator<string, void> {
  if (markdown.length <= MOST_CHARACTERS) {
    yield markdown
    return
  }
  const open = new OpenStretch()
  for (const line of shortLines(markdown)) {
    while (!open.isEmpty && open.length + line.length > MOST_CHARACTERS) yield open.cut()
    open.add(line)
  }
  yield open.rest()
}

/** Lines with their ends, long ones in pieces. */
function* shortLines(text: string): Generator<string, void> {
  for (const line of text.match(/[^\n]*\n|[^\n]+/g) ?? []) {
    let from = 0
    while (line.length - from > MOST_CHARACTERS) {
      const end = from + endOfPiece(line.slice(from, from + MOST_CHARACTERS))
      yield line.slice(from, end)
      from = end
    }
    yield line.slice(from)
  }
}

/** Where a piece of a long line ends: behind a space, else between two characters. */
const endOfPiece = (piece: string): number => {
  const space = piece.lastIndexOf(' ') + 1
  if (space > LEAST_CHARACTERS) return space
  const last = piece.charCodeAt(piece.length - 1)
  return last >= 0xd800 && last <= 0xdbff ? piece.length - 1 : piece.length
}

/** The lines since the last cut, and where they could be cut. */
class OpenStretch {
  #lines: string[] = []
  #cuts: Cut[] = []
  /** The line that opened the block of code at the end of the lines. */
  #fence: string | undefined
  length = 0
  /** Nothing but a fence that a cut has left open. */
  isEmpty = true

  add(line: string): void {
    const before = this.#lines.at(-1)
    if (before !== undefined && this.#fence === undefined) {
      this.#cuts.push({ lines: this.#lines.length, characters: this.length, rank: rankBetween(before, line) })
    }
    if (OPENS_FENCE.test(line)) this.#fence = this.#fence === undefined ? line : undefined
    this.#lines.push(line)
    this.length += line.length
    this.isEmpty = false
  }

  /** The lines before the best cut; those behind it stay. */
  cut(): string {
    const best = this.#cuts
      .filter(each => each.characters >= LEAST_CHARACTERS)
      .reduce<Cut | undefined>(
        (found, each) => (found === undefined || each.rank >= found.rank ? each : found),
        undefined,
      )
    const text = this.#lines.slice(0, best?.lines).join('')
    const left = best === undefined ? [] : this.#lines.slice(best.lines)
    const fence = this.#fence
    this.#clear()
    if (best === undefined && fence !== undefined) {
      this.add(fence)
      this.isEmpty = true
      return `${text.trimEnd()}\n${FENCE}\n`
    }
    for (const line of left) this.add(line)
    return text
  }

  /** Everything that is left. */
  rest(): string {
    return this.#lines.join('')
  }

  #clear(): void {
    this.#lines = []
    this.#cuts = []
    this.#fence = undefined
    this.length = 0
    this.isEmpty = true
  }
}

const rankBetween = (before: string, line: string): Rank => {
  if (/^[ \t]/.test(line)) return 0
  if (before.trim() === '') return 2
  return before.includes('|') && line.includes('|') ? 0 : 1
}
