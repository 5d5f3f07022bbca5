/** The names of the members of groups in SQLite. */
import type { Database } from '../../database/sqlite/database.ts'
import { deleteInBatches, overwriteInBatches } from '../../database/sqlite/in-batches.ts'
import type { Migration } from '../../database/sqlite/migrations.ts'
import type { PersonalData } from '../../people/personal-data.ts'
import { numberedName } from '../../text/speaker-names.ts'
import { ownName, type Member, type MemberNames } from '../member-names.ts'

/** No index contains a name: overwriting its row removes it completely. */
export const memberNameMigrations: readonly Migration[] = [
  {
    id: 'member-names-001',
    sql: `
      -- own: the name that a person went by; name: what they are called in the group.
      create table member_names (
        scope text not null,
        person_id text not null,
        own text not null,
        name text not null
      ) strict;
      create index member_names_of_group on member_names (scope, person_id);
      create index member_names_of_person on member_names (person_id);
    `,
  },
]

interface NameRow {
  readonly person_id: string
  readonly own: string
  readonly name: string
}

const OF_PERSON = { table: 'member_names', columns: ['own', 'name'], where: 'person_id = :person_id' }

export const createSqliteMemberNames = (database: Database): MemberNames & { readonly personal: PersonalData } => {
  const namesOf = ({ scope, person_id }: Pick<Member, 'person_id' | 'scope'>): readonly NameRow[] =>
    database.all<NameRow>(
      `select person_id, own, name from member_names where scope = :scope and person_id = :person_id order by rowid`,
      { scope, person_id },
    )

  const addName = ({ scope, person_id }: Member, own: string): string => {
    const taken = database.all<NameRow>('select person_id, own, name from member_names where scope = :scope', { scope })
    const name = numberedName(
      own,
      taken.filter(each => each.person_id !== person_id).map(each => each.name),
    )
    database.run('insert into member_names (scope, person_id, own, name) values (:scope, :person_id, :own, :name)', {
      scope,
      person_id,
      own,
      name,
    })
    return name
  }

  return {
    nameOf: async member => {
      const own = ownName(member)
      return namesOf(member).find(each => each.own === own)?.name ?? database.transaction(() => addName(member, own))
    },
    latest: async (scope, person_id) => namesOf({ scope, person_id }).at(-1)?.name,
    personal: {
      name: 'member names',
      tables: ['member_names'],
      count: async person_id =>
        database.get<{ n: number }>('select count(*) as n from member_names where person_id = :person_id', {
          person_id,
        })?.n ?? 0,
      // Every exported message contains its speaker's name.
      export: async function* () {},
      erase: async person_id => {
        await overwriteInBatches(database, OF_PERSON, { person_id })
        return await deleteInBatches(database, 'member_names', OF_PERSON.where, { person_id })
      },
      reassign: async (from, to) => {
        database.run('update member_names set person_id = :to where person_id = :from', { from, to })
      },
    },
  }
}
