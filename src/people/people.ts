import type { Person, PersonId, Role, Sender } from './person.ts'

/** Who is who. Identity is a person with several names, never a phone number alone. */
export interface People {
  /**
   * The person behind a sender, made when new. Where the sender's names belong to different persons, these turn out
   * to be one: they are merged, and everything held about them follows.
   */
  resolve(sender: Sender): Promise<Person>
  /** A person by id; the id of somebody who was merged into another finds that other person. */
  find(person_id: PersonId): Promise<Person | undefined>
  /** A person by id, or by a phone number in any usual spelling. */
  lookUp(reference: string): Promise<Person | undefined>
  /** Newest first. */
  list(page: { readonly limit: number; readonly before?: PersonId }): Promise<readonly Person[]>
  /**
   * Sets the role that is kept for a person.
   * @throws DenidinError `not_found`; `forbidden` where the configuration fixes the role (godfather_phone, blocked_phones).
   */
  setRole(person_id: PersonId, role: Role): Promise<Person>
}
