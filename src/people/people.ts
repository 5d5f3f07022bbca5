import type { Identity, Person, PersonId, Role, Sender } from './person.ts'

/** How a person came by their names. */
export interface NameHistory {
  /** Names that they went by before, or that passed to somebody else. */
  readonly former: readonly Identity[]
  /** Names of theirs that another account had before: they grant nothing. */
  readonly taken_over: readonly { readonly identity: Identity; readonly from: PersonId }[]
}

/** Who is who. Identity is a person with several names, never a phone number alone. */
export interface People {
  /**
   * The person behind a sender, made when new. Where the sender's names belong to different persons, these turn out
   * to be one: they are merged, and everything held about them follows. A number or username that another account had
   * is the exception (`claims.ts`): it passes to the sender without anything else.
   */
  resolve(sender: Sender): Promise<Person>
  /** A person by id; the id of somebody who was merged into another finds that other person. */
  find(person_id: PersonId): Promise<Person | undefined>
  /** A person by id, by a phone number in any usual spelling, by `…@lid`, or by `@username`. */
  lookUp(reference: string): Promise<Person | undefined>
  /** Newest first. */
  list(page: { readonly limit: number; readonly before?: PersonId }): Promise<readonly Person[]>
  /**
   * Sets the role that is kept for a person.
   * @throws DenidinError `not_found`; `forbidden` where the configuration fixes the role (godfather_phone, blocked_phones).
   */
  setRole(person_id: PersonId, role: Role): Promise<Person>
  /**
   * Makes two persons one, the one met first, because the operator knows that they are; what a number that passed
   * between them would grant, it grants again.
   * @throws DenidinError `not_found`; `invalid_input` when they are one already.
   */
  merge(one: PersonId, other: PersonId): Promise<Person>
  /** @throws DenidinError `not_found` */
  nameHistory(person_id: PersonId): Promise<NameHistory>
}
