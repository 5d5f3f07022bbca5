/** Describes scopes and people for lists, the access log and outputs. */
import type { People } from '../people/people.ts'
import { phoneOf, type Person } from '../people/person.ts'
import { personOfScope, SHARED_SCOPE, type Scope } from './scope.ts'

/** The name of a scope in an output: a person's name and phone number if they are known, `chat:…`, or `everyone`. */
export const describeScope = async (people: Pick<People, 'find'>, scope: Scope): Promise<string> => {
  if (scope === SHARED_SCOPE) return 'everyone'
  const person_id = personOfScope(scope)
  if (person_id === undefined) return scope
  const person = await people.find(person_id)
  return person === undefined ? scope : describePerson(person)
}

/** A person in a column of a list: name and first phone number. */
export const describePerson = (person: Person): string => {
  const phone = phoneOf(person.identities)
  const number = phone === undefined ? person.person_id : `+${phone}`
  return person.name === undefined ? number : `${person.name} (${number})`
}
