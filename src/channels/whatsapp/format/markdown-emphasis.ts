/** Finds which `*`, `_` and `~~` of a line belong together (CommonMark 0.31, section 6.2 and its algorithm). */
import type { Piece, Style } from './markdown-pieces.ts'

/** A run of `*`, `_` or `~` that may open or close an emphasis. */
export interface Delimiter {
  readonly kind: 'delimiter'
  readonly char: Style
  readonly count: number
  readonly canOpen: boolean
  readonly canClose: boolean
}

const SPACE = /^[\s\p{Z}]?$/u
const PUNCTUATION = /^[\p{P}\p{S}]$/u

/** The run with which a text begins, if it may be one of an emphasis. `before` is the character in front of it. */
export const runOf = (rest: string, before: string): Delimiter | undefined => {
  const run = /^(?:\*+|_+|~+)/.exec(rest)?.[0]
  if (run === undefined) return undefined
  const char = run.charAt(0) as Style
  // One tilde is "about", and WhatsApp's own mark.
  if (char === '~' && run.length !== 2)
    return { kind: 'delimiter', char, count: run.length, canOpen: false, canClose: false }
  const after = Array.from(rest.slice(run.length, run.length + 2))[0] ?? ''
  const opens = !SPACE.test(after) && (!PUNCTUATION.test(after) || SPACE.test(before) || PUNCTUATION.test(before))
  const closes = !SPACE.test(before) && (!PUNCTUATION.test(before) || SPACE.test(after) || PUNCTUATION.test(after))
  const inWords = char === '_'
  return {
    kind: 'delimiter',
    char,
    count: run.length,
    canOpen: opens && (!inWords || !closes || PUNCTUATION.test(before)),
    canClose: closes && (!inWords || !opens || PUNCTUATION.test(after)),
  }
}

/** A delimiter with what is left of it, and the borders that it became. */
interface Open {
  readonly delimiter: Delimiter
  left: number
  readonly closing: Piece[]
  readonly opening: Piece[]
}

/** Replaces delimiters by borders of styles; what has no partner stays as it was written. */
export const matchDelimiters = (items: readonly (Piece | Delimiter)[]): readonly Piece[] => {
  const all = items.map(item =>
    item.kind === 'delimiter' ? { delimiter: item, left: item.count, closing: [], opening: [] } : item,
  )
  const openers: Open[] = []
  for (const item of all) {
    if (!('delimiter' in item)) continue
    if (item.delimiter.canClose) close(item, openers)
    if (item.delimiter.canOpen && item.left > 0) openers.push(item)
  }
  return all.flatMap(item => {
    if (!('delimiter' in item)) return [item]
    const rest: Piece[] = item.left === 0 ? [] : [{ kind: 'text', text: item.delimiter.char.repeat(item.left) }]
    return [...item.closing, ...rest, ...item.opening]
  })
}

/** Closes as many of the openers as this run has partners among; those in between have lost their chance. */
const close = (closer: Open, openers: Open[]): void => {
  while (closer.left > 0) {
    const index = openers.findLastIndex(opener => fits(opener, closer))
    const opener = openers[index]
    if (opener === undefined) return
    const used = Math.min(2, opener.left, closer.left)
    const style: Style = closer.delimiter.char === '~' ? '~' : used === 2 ? '*' : '_'
    opener.opening.unshift({ kind: 'border', style, opens: true })
    closer.closing.push({ kind: 'border', style, opens: false })
    opener.left -= used
    closer.left -= used
    openers.length = opener.left > 0 ? index + 1 : index
  }
}

const fits = (opener: Open, closer: Open): boolean => {
  const [one, other] = [opener.delimiter, closer.delimiter]
  if (one.char !== other.char) return false
  // The rule of three: `a**b*c` must not close half of the first run.
  const both = one.canClose || other.canOpen
  return !(both && (one.count + other.count) % 3 === 0 && (one.count % 3 !== 0 || other.count % 3 !== 0))
}
