/** `people.*`: lists, shows, blocks and merges people, and sets their roles. */
import { z } from 'zod'
import { scopeOfPerson } from '../../messages/scope.ts'
import type { Identity, Person, Role } from '../../people/person.ts'
import { phoneDigits } from '../../platform/phone.ts'
import { operation } from '../operation.ts'
import { pageInput, pageOutput, readPage } from '../paging.ts'
import { findPerson, isoTime, personField } from '../references.ts'

const ROLES = ['client', 'godfather', 'blocked'] as const satisfies readonly Role[]

const shown = z.object({
  person_id: z.string(),
  name: z.string().nullable(),
  phone: z.string().nullable(),
  username: z.string().nullable().describe('without its @'),
  lid: z.string().nullable().describe("WhatsApp's linked id, which identifies the account"),
  role: z.enum(ROLES),
  allowed: z.boolean().describe('whether they are on the allow list'),
  created_at: z.string(),
})

const show = (person: Person): z.output<typeof shown> => {
  const valueOf = (kind: Identity['kind']): string | null =>
    person.identities.find(each => each.kind === kind)?.value ?? null
  return {
    person_id: person.person_id,
    name: person.name ?? null,
    phone: valueOf('phone'),
    username: valueOf('username'),
    lid: valueOf('lid'),
    role: person.role,
    allowed: person.allowed,
    created_at: isoTime(person.created_at),
  }
}

export const peopleList = operation({
  summary: 'List people who have written, newest first',
  access: 'godfather',
  effect: 'read',
  needs: 'data',
  audit: 'none',
  uses: ['people.directory'],
  input: z.strictObject(pageInput),
  output: z.object({ people: z.array(shown), ...pageOutput }),
  run: async ({ people: { directory } }, input) => {
    const { rows, next } = await readPage(
      input,
      page => directory.list(page),
      row => row.person_id,
    )
    return { people: rows.map(show), next }
  },
})

export const peopleRole = operation({
  summary: 'Set the role of a person',
  access: 'godfather',
  effect: 'write',
  needs: 'data',
  audit: 'none',
  uses: ['people.directory'],
  input: z.strictObject({ person: personField, role: z.enum(ROLES).describe('new role') }),
  output: shown,
  run: async ({ people: { directory } }, { person, role }) =>
    show(await directory.setRole((await findPerson(directory, person)).person_id, role)),
})

const BEFOREHAND = '; to block a number in advance, add it to user_roles.blocked_phones in the configuration'

export const peopleBlock = operation({
  summary: 'Block a person (the bot stops answering them)',
  access: 'godfather',
  effect: 'write',
  needs: 'data',
  audit: 'none',
  uses: ['people.directory'],
  input: z.strictObject({ person: personField }),
  output: shown,
  run: async ({ people: { directory } }, { person }) =>
    show(await directory.setRole((await findPerson(directory, person, BEFOREHAND)).person_id, 'blocked')),
})

export const peopleUnblock = operation({
  summary: 'Unblock a person (role becomes client)',
  access: 'godfather',
  effect: 'write',
  needs: 'data',
  audit: 'none',
  uses: ['people.directory'],
  input: z.strictObject({ person: personField }),
  output: shown,
  run: async ({ people: { directory } }, { person }) => {
    const found = await findPerson(directory, person)
    // A person who is not blocked keeps their role: unblocking the godfather must not demote them.
    return show(found.role === 'blocked' ? await directory.setRole(found.person_id, 'client') : found)
  },
})

export const peopleAllow = operation({
  summary: 'Put a person on the allow list, also one who has not written yet',
  access: 'godfather',
  effect: 'write',
  needs: 'data',
  audit: 'none',
  uses: ['people.directory'],
  input: z.strictObject({ person: personField }),
  output: shown,
  run: async ({ people: { directory } }, { person }) => {
    const phone = (await directory.lookUp(person)) === undefined ? phoneDigits(person) : undefined
    const found =
      phone === undefined
        ? await findPerson(directory, person)
        : await directory.resolve({ identities: [{ kind: 'phone', value: phone }] })
    return show(await directory.setAllowed(found.person_id, true))
  },
})

export const peopleDisallow = operation({
  summary: 'Take a person off the allow list',
  access: 'godfather',
  effect: 'write',
  needs: 'data',
  audit: 'none',
  uses: ['people.directory'],
  input: z.strictObject({ person: personField }),
  output: shown,
  run: async ({ people: { directory } }, { person }) =>
    show(await directory.setAllowed((await findPerson(directory, person)).person_id, false)),
})

const identity = z.object({ kind: z.enum(['phone', 'lid', 'username']), value: z.string() })

export const peopleShow = operation({
  summary: 'Show one person with all numbers and names, current and former',
  access: 'operator',
  effect: 'read',
  needs: 'data',
  audit: 'none',
  uses: ['people.directory'],
  input: z.strictObject({ person: personField }),
  output: shown.extend({
    names: z.array(identity),
    former_names: z.array(identity).describe('numbers and names that they no longer have'),
    taken_over: z
      .array(identity.extend({ from: z.string().describe('previous owner') }))
      .describe(
        'numbers and names that belonged to another WhatsApp account; they grant nothing until both are merged',
      ),
  }),
  run: async ({ people: { directory } }, { person }) => {
    const found = await findPerson(directory, person)
    const { former, taken_over } = await directory.nameHistory(found.person_id)
    return {
      ...show(found),
      names: [...found.identities],
      former_names: [...former],
      taken_over: taken_over.map(({ identity, from }) => ({ ...identity, from })),
    }
  },
})

export const peopleMerge = operation({
  summary: 'Merge two people and all data about them; cannot be undone',
  access: 'operator',
  effect: 'destroy',
  needs: 'data',
  audit: 'changes',
  uses: ['people.directory'],
  input: z.strictObject({ person: personField, other: personField }),
  output: shown,
  run: async ({ people: { directory } }, { person, other }) => {
    const [one, two] = [await findPerson(directory, person), await findPerson(directory, other)]
    const merged = await directory.merge(one.person_id, two.person_id)
    return {
      output: show(merged),
      touched: [one, two].map(({ person_id }) => ({ whose: scopeOfPerson(person_id) })),
    }
  },
})
