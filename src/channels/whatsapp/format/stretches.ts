/** Cuts a long Markdown text into stretches that can be formatted one by one. */

/**
 * Longest stretch in characters. For some texts a Markdown parser takes time quadratic in their length. One stretch
 * takes at most some tens of milliseconds, and the time for all of them grows linearly with the text.
 */
const MOST_CHARACTERS = 4000
/** A cut before this would only create more stretches. */
const LEAST_CHARACTERS = MOST_CHARACTERS / 4

const FENCE = '```'
const OPENS_FENCE = /^ {0,3}(?:`{3,}|~{3,})/

/**
 * How suitable a cut before a line is: 0 inside a run of lines of one block, 1 between two such runs, 2 between blocks.
 */
type Rank = 0 | 1 | 2

interface Cut {
  /** Lines of the stretch before the cut. */
  readonly lines: number
  readonly characters: number
  readonly rank: Rank
}

/**
 * The stretches of a text, each with its line ends. Joined, they are the text again, except that a code block longer
 * than a stretch gets fences in each part. Cuts between blocks if possible, else before a line that is not indented,
 * else between lines, else between words.
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

/** Lines with their ends; long lines in pieces. */
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

/** Where a piece of a long line ends: after a space, else between two characters. */
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
  /** The line that opened the code block at the end of the lines. */
  #fence: string | undefined
  length = 0
  /** True if it contains only a fence that a cut left open. */
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

  /** Removes and returns the lines before the best cut; the lines after it stay. */
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
