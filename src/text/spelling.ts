/** Finds what an unknown word was probably meant to be: the rule for misspelt words of every search. */
import { editDistanceWithin } from '../platform/edit-distance.ts'

/** From these lengths on, one or two edits are tolerated. */
const ONE_EDIT_LETTERS = 5
const TWO_EDITS_LETTERS = 9
/** Letters at the beginning of a word that are assumed to be right. */
export const SURE_LETTERS = 2
const LETTERS = /^\p{L}+$/u

/** By how many letters a word may be longer or shorter than what it was meant to be. */
export const lettersForgiven = (word: string): number => (word.length >= TWO_EDITS_LETTERS ? 2 : 1)

/** Whether a word consists only of letters and is long enough to look for another spelling. */
export const mayBeMisspelt = (word: string): boolean => word.length >= ONE_EDIT_LETTERS && LETTERS.test(word)

/** The word that needs the fewest edits, if they are few enough; among equals the first. */
export const closestSpelling = (word: string, known: Iterable<string>): string | undefined => {
  const most = lettersForgiven(word)
  let best: { readonly written: string; readonly distance: number } | undefined
  for (const written of known) {
    const distance = editDistanceWithin(word, written, best === undefined ? most : best.distance - 1)
    if (distance <= most && (best === undefined || distance < best.distance)) best = { written, distance }
    if (distance === 0) break
  }
  return best?.written
}
