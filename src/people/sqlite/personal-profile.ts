/** The personal data in the tables of people: name, role and identities. */
import type { Database } from '../../database/sqlite/database.ts'
import { blanks } from '../../database/sqlite/in-batches.ts'
import type { PersonId, Role } from '../person.ts'
import { recordedTime, type PersonalData } from '../personal-data.ts'

interface ProfileRow {
  readonly name: string | null
  readonly role: Role
  readonly allowed: number
  readonly created_at: number
}

/**
 * The profile of a person. Erasure removes only the name. Number and role stay, so that a blocked person stays blocked,
 * and so that forgotten data is recognised if it comes again.
 * @param roleOf the role of a person, which the configuration may fix; `undefined` for the stored one
 */
export const createPersonalProfile = (
  database: Database,
  roleOf: (person_id: PersonId) => Role | undefined,
): PersonalData => ({
  name: 'profile',
  tables: [],
  count: async person_id =>
    database.get<{ n: number }>('select count(*) as n from persons where person_id = :person_id and name is not null', {
      person_id,
    })?.n ?? 0,
  // The merge itself changes these tables.
  reassign: async () => undefined,
  export: async function* (person_id) {
    const profile = database.get<ProfileRow>(
      'select name, role, allowed, created_at from persons where person_id = :person_id',
      { person_id },
    )
    if (profile === undefined) return
    const { name, allowed, created_at } = profile
    const role = roleOf(person_id) ?? profile.role
    yield {
      section: 'profile',
      fields: { person_id, name, role, on_allow_list: allowed === 1, first_met: recordedTime(created_at) },
    }
    const names = database.all<{ kind: string; value: string; until_at: number | null }>(
      `select kind, value, null as until_at from identities where person_id = :person_id
       union all select kind, value, until_at from former_identities where person_id = :person_id`,
      { person_id },
    )
    for (const { kind, value, until_at } of names) {
      yield { section: 'profile', fields: { known_as: kind, value, until: recordedTime(until_at) } }
    }
  },
  erase: async person_id =>
    database.transaction(() => {
      const named = 'where person_id = :person_id and name is not null'
      // The letters are overwritten first: see `overwriteInBatches`.
      database.run(`update persons set ${blanks(['name'])} ${named}`, { person_id })
      return database.run(`update persons set name = null ${named}`, { person_id })
    }),
})
