/** The model of a person: identities, role, and the sender that a channel reports. */

/** Id of a person; it stays the same when names and numbers change. */
export type PersonId = string

/** One identity of a person on a channel. */
export interface Identity {
  /**
   * `lid`: WhatsApp's linked id, digits: the account itself, as long as it exists; `phone`: digits of the full
   * international number, which may pass to another account; `username`: lower case, without the `@`.
   */
  readonly kind: 'phone' | 'lid' | 'username'
  readonly value: string
}

/** The sender of a message, as far as the channel knows. At least one identity. */
export interface Sender {
  readonly identities: readonly Identity[]
  readonly name?: string
}

/** A role determines what a person may do, and how much of a conversation their window keeps. */
export type Role = 'client' | 'godfather' | 'blocked'

/** A person who writes to DeniDin, under any number of identities. */
export interface Person {
  readonly person_id: PersonId
  /** Display name, as the channel last gave it. */
  readonly name: string | undefined
  readonly identities: readonly Identity[]
  readonly role: Role
  /** Whether they are on the allow list (`whatsapp.answer`). */
  readonly allowed: boolean
  readonly created_at: number
}

export const isSame = (one: Identity, other: Identity): boolean => one.kind === other.kind && one.value === other.value

/** The first phone number among some identities. */
export const phoneOf = (identities: readonly Identity[]): string | undefined =>
  identities.find(({ kind }) => kind === 'phone')?.value

/** The text for a person in a column: the display name, or the phone number if there is none. */
export const nameOrPhone = ({ name, identities }: Pick<Person, 'name' | 'identities'>): string | undefined =>
  name ?? phoneOf(identities)

/** The accounts among some identities. */
export const lidsOf = (identities: readonly Identity[]): string[] =>
  identities.filter(({ kind }) => kind === 'lid').map(({ value }) => value)

/** Whether both have an account, but none in common. */
export const areOtherAccounts = (some: readonly string[], others: readonly string[]): boolean =>
  some.length > 0 && others.length > 0 && !some.some(each => others.includes(each))
