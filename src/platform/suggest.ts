/** Finds the known name that a misspelt one was probably meant to be. */
import { editDistance } from './edit-distance.ts'

/** Share of the letters of a name that may differ. */
const MAX_DIFFERENCE = 1 / 3

/** Longer than any name, misspelt or not: comparing takes time proportional to the product of both lengths. */
const MOST_CHARACTERS = 200

/**
 * The known name that `name` most likely misspells; `undefined` if none is close. Case, `_` and `-` are ignored. Of
 * dotted names only the last part must be close, which also finds a key that was written in the wrong section; among
 * equally close names the one nearest as a whole wins.
 */
export const suggest = (name: string, known: readonly string[]): string | undefined =>
  name.length > MOST_CHARACTERS ? undefined : nearest(name, known)

const nearest = (name: string, known: readonly string[]): string | undefined =>
  known
    .map(each => ({
      each,
      difference: differenceOf(lastPart(name), lastPart(each)),
      distance: editDistance(name, each),
    }))
    .filter(({ difference }) => difference <= MAX_DIFFERENCE)
    .sort((a, b) => a.difference - b.difference || a.distance - b.distance)[0]?.each

const lastPart = (name: string): string => name.slice(name.lastIndexOf('.') + 1)
const normalise = (name: string): string => name.toLowerCase().replace(/[_-]/g, '')

/** The share of letters that differ: 0 for equal names, 1 for names without a letter in common. */
const differenceOf = (a: string, b: string): number => {
  const [one, other] = [normalise(a), normalise(b)]
  return editDistance(one, other) / Math.max(one.length, other.length, 1)
}
