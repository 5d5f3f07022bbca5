/** Repeatable randomness for tests that try many texts. */
export interface Random {
  /** A whole number from 0 to below `n`. */
  below(n: number): number
  pick<T>(from: readonly T[]): T
}

/** Numbers that look random and are the same for the same seed (mulberry32). */
export const random = (seed: number): Random => {
  let state = seed >>> 0
  const below = (n: number): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % n
  }
  return { below, pick: from => from[below(from.length)]! }
}

const MARKS = [
  '*',
  '**',
  '***',
  '_',
  '__',
  '~~',
  '~',
  '`',
  '``',
  '```',
  '[',
  ']',
  '](',
  ')',
  '![',
  '<',
  '>',
  '|',
  '\\',
  '#',
]
const BEGINNINGS = [
  '',
  '',
  '',
  '# ',
  '## ',
  '- ',
  '  - ',
  '    * ',
  '1. ',
  '> ',
  '> > ',
  '| ',
  '```',
  '~~~',
  '---',
  '    ',
  '- [ ] ',
]

/** A text in which Markdown's marks stand anywhere, balanced or not, between numbered words such as `w12x`. */
export const wildMarkdown = (seed: number): string => {
  const { below, pick } = random(seed)
  let word = 0
  const part = (): string =>
    below(3) === 0 ? pick(MARKS) : `${pick(['w', 'W', 'מ', 'é'])}${String(++word)}x${pick(['', ' ', ' ', ', ', '. '])}`
  const line = (): string => pick(BEGINNINGS) + Array.from({ length: below(7) }, part).join('')
  return Array.from({ length: 1 + below(12) }, () => `${line()}${pick(['\n', '\n', '\n\n'])}`).join('')
}

/** The numbered words of a text made by `wildMarkdown`, in their order. */
export const wildWords = (text: string): readonly string[] => text.match(/[wWמé]\d+x/g) ?? []
