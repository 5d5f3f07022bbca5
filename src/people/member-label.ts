/** What stands for someone without a usable name: the same for one account each time, and never the digits of its LID. */
import { createHash } from 'node:crypto'
import { lidsOf, phoneOf, type Identity } from './person.ts'

/** Digits of a phone number that are shown. */
const SHOWN_DIGITS = 4
/** Letters that stand for a LID; few enough not to tell it, enough to tell the members of a group apart. */
const SHOWN_LETTERS = 3
/** No vowels: the letters form no word. */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ'

/** `Member 0042` by the last digits of the phone number; `Member QXT` where only the LID is known. */
export const memberLabel = (identities: readonly Identity[]): string => {
  const phone = phoneOf(identities)
  if (phone !== undefined) return `Member ${phone.slice(-SHOWN_DIGITS)}`
  const [lid] = lidsOf(identities)
  return lid === undefined ? 'Member' : `Member ${lettersOf(lid)}`
}

const lettersOf = (text: string): string =>
  [...createHash('sha256').update(text).digest().subarray(0, SHOWN_LETTERS)]
    .map(byte => LETTERS[byte % LETTERS.length] ?? '')
    .join('')
