import { editDistance } from '../platform/edit-distance.ts'

/** Share of a name's letters that may differ for it to count as a slip of the keyboard. */
const MOST_DIFFERENCE = 0.34

/**
 * The known key that was probably meant, if any: one whose whole path or last name is nearly the same, case, `_` and
 * `-` left aside. A key that only stands in the wrong section is found by its last name.
 */
export const didYouMean = (key: string, known: readonly string[]): string | undefined => {
  const ranked = known
    .map(each => ({ each, difference: Math.min(differenceOf(key, each), differenceOf(last(key), last(each))) }))
    .filter(({ difference }) => difference <= MOST_DIFFERENCE)
    // Among equals, the one in the nearest section.
    .sort((a, b) => a.difference - b.difference || editDistance(key, a.each) - editDistance(key, b.each))
  return ranked[0]?.each
}

const last = (key: string): string => key.slice(key.lastIndexOf('.') + 1)
const plain = (key: string): string => key.toLowerCase().replace(/[_-]/g, '')

const differenceOf = (a: string, b: string): number =>
  editDistance(plain(a), plain(b)) / Math.max(plain(a).length, plain(b).length, 1)
