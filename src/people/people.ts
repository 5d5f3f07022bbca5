/** The port to the people whom DeniDin knows. */
import type { Identity, Person, PersonId, Role, Sender } from './person.ts'

/** The history of a person's identities. */
export interface NameHistory {
  /** Identities that they had before, or that passed to another person. */
  readonly former: readonly Identity[]
  /** Identities of theirs that another account had before: these grant no rights. */
  readonly taken_over: readonly { readonly identity: Identity; readonly from: PersonId }[]
}

/** Knows who is who. A person has several identities; a phone number alone never identifies one. */
export interface People {
  /**
   * The person behind a sender; a new one if no person is known. If the sender's identities belong to different people,
   * they are the same person and are merged, with all their data. The exception is a number or username that another
   * account had (see identity-matching.ts): it passes to the sender, and nothing else does.
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
   * @throws DenidinError `not_found`; `forbidden` if the configuration fixes the role (godfather_phone,
   *   blocked_phones).
   */
  setRole(person_id: PersonId, role: Role): Promise<Person>
  /** Puts a person on the allow list, or takes them off it. @throws DenidinError `not_found` */
  setAllowed(person_id: PersonId, allowed: boolean): Promise<Person>
  /**
   * Merges two people into the one who was met first, because the operator knows that they are the same. A number that
   * passed between them grants the same rights as before.
   * @throws DenidinError `not_found`; `invalid_input` if they are the same person already.
   */
  merge(one: PersonId, other: PersonId): Promise<Person>
  /** @throws DenidinError `not_found` */
  nameHistory(person_id: PersonId): Promise<NameHistory>
}
