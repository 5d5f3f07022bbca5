/** The people whom a sender of an export may be, by name: an address book calls them otherwise than they call themselves. */
import { looseName } from '../../messages/forgotten-words.ts'
import type { Person } from '../../people/person.ts'
import { editDistance } from '../../platform/edit-distance.ts'

const MOST_OFFERED = 5
/** Longer names are compared by their beginning: comparing takes time by the product of both lengths. */
const MOST_CHARACTERS = 40
/** How much alike two names are that may be of one person: 0 for nothing in common, 1 for the same name. */
const LEAST_ALIKE = 0.5

const SAME_WORD = 0.9
const SAME_BEGINNING = 0.7
/** Letters that two words must both begin with. */
const BEGINNING_LETTERS = 3

const wordsOf = (name: string): readonly string[] => name.split(/[^\p{L}\p{N}]+/u).filter(word => word.length > 1)

const alike = (one: string, other: string): number => {
  if (one === other) return 1
  const others = wordsOf(other)
  const words = wordsOf(one)
  if (words.some(word => others.includes(word))) return SAME_WORD
  const begins = (a: string, b: string): boolean => a.length >= BEGINNING_LETTERS && b.startsWith(a)
  if (words.some(word => others.some(each => begins(word, each) || begins(each, word)))) return SAME_BEGINNING
  return 1 - editDistance(one, other) / Math.max(one.length, other.length)
}

/** The people with the names that are most like a sender's, closest first. */
export const closestPeople = (name: string, people: readonly Person[]): readonly Person[] => {
  const sought = looseName(name).slice(0, MOST_CHARACTERS)
  return people
    .flatMap(person => {
      const near = person.name === undefined ? 0 : alike(sought, looseName(person.name).slice(0, MOST_CHARACTERS))
      return near >= LEAST_ALIKE ? [{ person, near }] : []
    })
    .toSorted((a, b) => b.near - a.near)
    .slice(0, MOST_OFFERED)
    .map(({ person }) => person)
}
