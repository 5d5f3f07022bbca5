/** A label for a member without a usable name: always the same for one account, and never the digits of its LID. */
import { createHash } from 'node:crypto'
import { lidsOf, phoneOf, type Identity } from './person.ts'

/** Digits of a phone number that are shown. */
const SHOWN_DIGITS = 4
/** Letters that represent a LID: too few to reveal it, enough to distinguish the members of a group. */
const SHOWN_LETTERS = 3
/** No vowels, so that the letters form no word. */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ'

/** `Member 0042` with the last digits of the phone number; `Member QXT` if only the LID is known. */
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
