/** Matches a sender's identities with known persons, and finds identities that passed from one person to another. */
import { isSame, lidsOf, type Identity, type Person } from './person.ts'

/** An identity that another account had until now. */
export interface ReassignedIdentity {
  readonly identity: Identity
  readonly from: Person
}

export interface Claims {
  /** Known persons who are this sender: none, one, or several who turn out to be one. */
  readonly same: readonly Person[]
  readonly passed: readonly ReassignedIdentity[]
}

/** The account is the surest identity, a username the least: another account can take it at any time. */
const SUREST_FIRST: readonly Identity['kind'][] = ['lid', 'phone', 'username']

/**
 * Matches a sender's identities. A LID is an account of WhatsApp; phone number and username can change. So persons are
 * one when one of them has no account yet, or both have the same. A number or username that is seen with another account
 * has passed to another person, who must not see what was said before.
 */
export const matchIdentities = (
  identities: readonly Identity[],
  holderOf: (identity: Identity) => Person | undefined,
): Claims => {
  const accounts = lidsOf(identities)
  const same: Person[] = []
  const passed: ReassignedIdentity[] = []
  for (const identity of identities.toSorted((a, b) => rank(a) - rank(b))) {
    const holder = holderOf(identity)
    if (holder === undefined || same.some(each => each.person_id === holder.person_id)) continue
    const theirs = lidsOf(holder.identities)
    const other = accounts.length > 0 && theirs.length > 0 && !theirs.some(each => accounts.includes(each))
    if (other && identity.kind !== 'lid') passed.push({ identity, from: holder })
    else {
      same.push(holder)
      accounts.push(...theirs)
    }
  }
  return { same, passed }
}

/**
 * Identities that a person no longer has: an account that shows its number (or username) has that one and no other.
 * A person whom the operator merged from two accounts keeps the identities of both.
 */
export const releasedIdentities = (person: Person, shown: readonly Identity[]): readonly Identity[] => {
  const [account, another] = lidsOf(person.identities)
  if (account === undefined || another !== undefined || !lidsOf(shown).includes(account)) return []
  return person.identities.filter(
    ({ kind, value }) =>
      kind !== 'lid' && shown.some(each => each.kind === kind) && !shown.some(each => isSame(each, { kind, value })),
  )
}

const rank = ({ kind }: Identity): number => SUREST_FIRST.indexOf(kind)
