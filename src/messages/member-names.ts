/** The names of the members of a group: each name is unique there, and stays the same. */
import { memberLabel } from '../people/member-label.ts'
import type { Identity, PersonId } from '../people/person.ts'
import { speakerName } from '../text/speaker-names.ts'
import type { Scope } from './scope.ts'

/** A member of a group who wrote a message. */
export interface Member {
  /** The scope of the group. */
  readonly scope: Scope
  readonly person_id: PersonId
  readonly identities: readonly Identity[]
  /** The name that the member uses, if any. */
  readonly name: string | undefined
}

export interface MemberNames {
  /**
   * The name of a member in a group. A member without a usable name gets the last digits of their number, or letters;
   * of several members with the same name, all but the first get a number.
   */
  nameOf(member: Member): Promise<string>
  /** The latest name of a person in a group; `undefined` if they have not written there. */
  latest(scope: Scope, person_id: PersonId): Promise<string | undefined>
}

/** The name that a member would have if no one else were in the group. */
export const ownName = ({ identities, name }: Pick<Member, 'identities' | 'name'>): string =>
  speakerName(name) === undefined ? memberLabel(identities) : (name ?? '')

/** While nothing is stored, every request assigns names by itself. */
export const unregisteredNames: MemberNames = {
  nameOf: async member => ownName(member),
  latest: async () => undefined,
}
