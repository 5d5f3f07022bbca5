/** Matches a sender's identities with known people, and finds identities that passed from one person to another. */
import { areOtherAccounts, isSame, lidsOf, type Identity, type Person } from './person.ts'

/** An identity that belonged to another account until now. */
export interface ReassignedIdentity {
  readonly identity: Identity
  readonly from: Person
}

export interface Claims {
  /** Known people who are this sender: none, one, or several who turn out to be the same. */
  readonly same: readonly Person[]
  readonly passed: readonly ReassignedIdentity[]
}

/** The account is the most reliable identity, a username the least: another account can take it at any time. */
const SUREST_FIRST: readonly Identity['kind'][] = ['lid', 'phone', 'username']

/**
 * Matches a sender's identities. A LID is a WhatsApp account; phone number and username can change. So people are the
 * same if they have the same account, or the same number while one of them has no account yet. A number that appears
 * with another account, or with an account that had another number, has passed to another person, who must not see the
 * earlier conversation. The same holds for a username, whatever it appears with: anyone may take one that was given up.
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
    const other = areOtherAccounts(accounts, theirs) && identity.kind !== 'lid'
    if (isUnproven(identity, { same, identities }) || other) passed.push({ identity, from: holder })
    else {
      same.push(holder)
      accounts.push(...theirs)
    }
  }
  return { same, passed }
}

/** Whether an identity is no proof that a sender, who is one of `same`, is the person who had it. */
const isUnproven = (
  { kind }: Identity,
  { same, identities }: { readonly same: readonly Person[]; readonly identities: readonly Identity[] },
): boolean => {
  if (kind === 'username') return identities.some(each => each.kind !== 'username')
  const isShown = (phone: Identity): boolean => identities.some(each => isSame(each, phone))
  const hadAnother = ({ identities: known }: Person): boolean => {
    const phones = known.filter(each => each.kind === 'phone')
    return phones.length > 0 && !phones.some(isShown)
  }
  return kind === 'phone' && same.some(hadAnother)
}

/**
 * Identities that a person no longer has: an account that shows its number (or username) has only that one. A person
 * whom the operator merged from two accounts keeps the identities of both.
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
