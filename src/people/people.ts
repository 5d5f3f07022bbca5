/** The port to the persons that DeniDin knows. */
import type { Identity, Person, PersonId, Role, Sender } from './person.ts'

/** The history of a person's identities. */
export interface NameHistory {
  /** Identities that they had before, or that passed to another person. */
  readonly former: readonly Identity[]
  /** Identities of theirs that another account had before: they grant nothing. */
  readonly taken_over: readonly { readonly identity: Identity; readonly from: PersonId }[]
}

/** Who is who. Identity is a person with several names, never a phone number alone. */
export interface People {
  /**
   * The person behind a sender; a new one when no person is known. Where the sender's identities belong to different
   * persons, these are one: they are merged, with all their data. A number or username that another account had is the
   * exception (see identity-matching.ts): it passes to the sender without anything else.
   */
  resolve(sender: Sender): Promise<Person>
  /** A person by id; the id of a person who was merged into another finds the other one. */
  find(person_id: PersonId): Promise<Person | undefined>
  /** A person by id, by a phone number in any usual spelling, by `…@lid`, or by `@username`. */
  lookUp(reference: string): Promise<Person | undefined>
  /** Newest first. */
  list(page: { readonly limit: number; readonly before?: PersonId }): Promise<readonly Person[]>
  /**
   * Sets the stored role of a person.
   * @throws DenidinError `not_found`; `forbidden` where the configuration fixes the role (godfather_phone, blocked_phones).
   */
  setRole(person_id: PersonId, role: Role): Promise<Person>
  /**
   * Merges two persons into the one met first, because the operator knows that they are one. A number that passed between
   * them grants again what it granted before.
   * @throws DenidinError `not_found`; `invalid_input` when they are one already.
   */
  merge(one: PersonId, other: PersonId): Promise<Person>
  /** @throws DenidinError `not_found` */
  nameHistory(person_id: PersonId): Promise<NameHistory>
}
