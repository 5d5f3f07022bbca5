/** Decides whether memories and messages belong to one person alone, so that the person may delete them. */
import { scopeOfPerson, SHARED_SCOPE } from '../messages/scope.ts'
import type { PersonId } from '../people/person.ts'
import type { Things } from './erasure-targets.ts'

/** In a group, one person may not delete what others said; and what is shared belongs to no one. */
export const belongTo = (person_id: PersonId, { memories = [], messages = [] }: Things): boolean => {
  const own = scopeOfPerson(person_id)
  return (
    memories.every(
      ({ scope, person_ids }) => scope === own || (scope !== SHARED_SCOPE && person_ids.every(id => id === person_id)),
    ) && messages.every(message => message.person_id === person_id)
  )
}
