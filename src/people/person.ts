/** The model of a person: identities, role, and the sender that a channel reports. */

/** Id of a person; it stays the same when names and numbers change. */
export type PersonId = string

/** One identity of a person on a channel. */
export interface Identity {
  /**
   * `lid`: WhatsApp's linked id, digits: the account itself, for as long as it lives; `phone`: digits of the full
   * international number, which may pass to another account; `username`: lower case, without the `@`.
   */
  readonly kind: 'phone' | 'lid' | 'username'
  readonly value: string
}

/** Who sent a message, as far as the channel can tell. At least one identity. */
export interface Sender {
  readonly identities: readonly Identity[]
  readonly name?: string
}

/** A role decides what a person may do, and how much of a conversation is kept in the window for them. */
export type Role = 'client' | 'godfather' | 'blocked'

/** A person who writes to DeniDin, under any number of identities. */
export interface Person {
  readonly person_id: PersonId
  /** Display name, as the channel last gave it. */
  readonly name: string | undefined
  readonly identities: readonly Identity[]
  readonly role: Role
  readonly created_at: number
}

export const isSame = (one: Identity, other: Identity): boolean => one.kind === other.kind && one.value === other.value

/** The first phone number among some names. */
export const phoneOf = (identities: readonly Identity[]): string | undefined =>
  identities.find(({ kind }) => kind === 'phone')?.value

/** What a column shows of a person: the display name, or the phone number of one without. */
export const nameOrPhone = ({ name, identities }: Pick<Person, 'name' | 'identities'>): string | undefined =>
  name ?? phoneOf(identities)

/** The accounts among some names. */
export const lidsOf = (identities: readonly Identity[]): string[] =>
  identities.filter(({ kind }) => kind === 'lid').map(({ value }) => value)

/** Whether both have an account, and no common one. */
export const areOtherAccounts = (some: readonly string[], others: readonly string[]): boolean =>
  some.length > 0 && others.length > 0 && !some.some(each => others.includes(each))
