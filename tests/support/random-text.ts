/** Repeatable randomness for tests that try many texts. */
import { randomBits } from './random-numbers.ts'

export interface Random {
  /** A whole number from 0 to below `n`. */
  below(n: number): number
  pick<T>(from: readonly T[]): T
}

/** The same for the same seed. */
export const random = (seed: number): Random => {
  const bits = randomBits(seed)
  const below = (n: number): number => bits() % n
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
