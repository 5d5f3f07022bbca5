/** Who writes to DeniDin, and what they may do. */
import { z } from 'zod'
import type { Person, Role } from '../people/person.ts'
import { operation } from './operation.ts'
import { pageInput, pageOutput, readPage } from './paging.ts'
import { findPerson, isoTime, personField } from './references.ts'

const ROLES = ['client', 'godfather', 'blocked'] as const satisfies readonly Role[]

const shown = z.object({
  person_id: z.string(),
  name: z.string().nullable(),
  phone: z.string().nullable(),
  lid: z.string().nullable().describe("WhatsApp's linked id"),
  role: z.enum(ROLES),
  created_at: z.string(),
})

const show = (person: Person): z.output<typeof shown> => {
  const identity = (kind: 'phone' | 'lid'): string | null =>
    person.identities.find(each => each.kind === kind)?.value ?? null
  return {
    person_id: person.person_id,
    name: person.name ?? null,
    phone: identity('phone'),
    lid: identity('lid'),
    role: person.role,
    created_at: isoTime(person.created_at),
  }
}

export const peopleList = operation({
  summary: 'List the people who have written, newest first',
  access: 'godfather',
  effect: 'read',
  needs: 'data',
  input: z.strictObject(pageInput),
  output: z.object({ people: z.array(shown), ...pageOutput }),
  run: async ({ people }, input) => {
    const { rows, next } = await readPage(
      input,
      page => people.list(page),
      row => row.person_id,
    )
    return { people: rows.map(show), next }
  },
})

export const peopleRole = operation({
  summary: 'Give a person a role',
  access: 'godfather',
  effect: 'write',
  needs: 'data',
  input: z.strictObject({ person: personField, role: z.enum(ROLES).describe('the role to give') }),
  output: shown,
  run: async ({ people }, { person, role }) =>
    show(await people.setRole((await findPerson(people, person)).person_id, role)),
})

const BEFOREHAND = '; user_roles.blocked_phones in the configuration blocks a number beforehand'

export const peopleBlock = operation({
  summary: 'Block a person: they get no answer any more',
  access: 'godfather',
  effect: 'write',
  needs: 'data',
  input: z.strictObject({ person: personField }),
  output: shown,
  run: async ({ people }, { person }) =>
    show(await people.setRole((await findPerson(people, person, BEFOREHAND)).person_id, 'blocked')),
})

export const peopleUnblock = operation({
  summary: 'Unblock a person, who is a client then',
  access: 'godfather',
  effect: 'write',
  needs: 'data',
  input: z.strictObject({ person: personField }),
  output: shown,
  run: async ({ people }, { person }) => {
    const found = await findPerson(people, person)
    // Somebody who is not blocked keeps the role they have: unblocking the godfather must not demote them.
    return show(found.role === 'blocked' ? await people.setRole(found.person_id, 'client') : found)
  },
})
