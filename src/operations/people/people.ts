/** Who writes to DeniDin, and what they may do. */
import { z } from 'zod'
import type { Identity, Person, Role } from '../../people/person.ts'
import { operation } from '../operation.ts'
import { pageInput, pageOutput, readPage } from '../paging.ts'
import { findPerson, isoTime, personField } from '../references.ts'

const ROLES = ['client', 'godfather', 'blocked'] as const satisfies readonly Role[]

const shown = z.object({
  person_id: z.string(),
  name: z.string().nullable(),
  phone: z.string().nullable(),
  username: z.string().nullable().describe('without its @'),
  lid: z.string().nullable().describe("WhatsApp's linked id: the account itself"),
  role: z.enum(ROLES),
  created_at: z.string(),
})

const show = (person: Person): z.output<typeof shown> => {
  const identity = (kind: Identity['kind']): string | null =>
    person.identities.find(each => each.kind === kind)?.value ?? null
  return {
    person_id: person.person_id,
    name: person.name ?? null,
    phone: identity('phone'),
    username: identity('username'),
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

const name = z.object({ kind: z.enum(['phone', 'lid', 'username']), value: z.string() })

export const peopleShow = operation({
  summary: 'Show one person, with all names and where they came from',
  access: 'operator',
  effect: 'read',
  needs: 'data',
  input: z.strictObject({ person: personField }),
  output: shown.extend({
    names: z.array(name),
    former_names: z.array(name).describe('names that they went by before'),
    taken_over: z
      .array(name.extend({ from: z.string().describe('the person who had it before') }))
      .describe('names that another WhatsApp account had before: they grant nothing until both are merged'),
  }),
  run: async ({ people }, { person }) => {
    const found = await findPerson(people, person)
    const { former, taken_over } = await people.nameHistory(found.person_id)
    return {
      ...show(found),
      names: [...found.identities],
      former_names: [...former],
      taken_over: taken_over.map(({ identity, from }) => ({ ...identity, from })),
    }
  },
})

export const peopleMerge = operation({
  summary: 'Make two people one, with everything held about both; it cannot be undone',
  access: 'operator',
  effect: 'destroy',
  needs: 'data',
  input: z.strictObject({ person: personField, other: personField }),
  output: shown,
  run: async ({ people }, { person, other }) => {
    const [one, two] = [await findPerson(people, person), await findPerson(people, other)]
    return show(await people.merge(one.person_id, two.person_id))
  },
})
