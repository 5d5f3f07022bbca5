/** Rows of the people: what is read together, and each single write. */
import type { Database } from '../../database/sqlite/database.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { NameHistory, People } from '../people.ts'
import type { Identity, Person, PersonId, Role } from '../person.ts'
import type { configuredRoles, FixedRole } from '../roles.ts'

interface PersonRow {
  readonly person_id: PersonId
  readonly name: string | null
  readonly role: Role
  readonly created_at: number
  /** `[{"kind":"phone","value":"15550001111"}]` */
  readonly identities: string
  /** The same, of those that no other account had before. */
  readonly own: string
  readonly former: string
}

const list = (from: string): string =>
  `(select json_group_array(json_object('kind', kind, 'value', value) order by kind <> 'phone', kind, value)
      from ${from})`

/** A person with all their identities, phones first. */
const PERSON = `
  person_id, name, role, created_at,
  ${list('identities where identities.person_id = persons.person_id')} as identities,
  ${list('identities where identities.person_id = persons.person_id and passed_from is null')} as own,
  ${list('former_identities where former_identities.person_id = persons.person_id')} as former
`

/** Reads and writes of people, without any rule of who is who. */
export const createPersonRows = (database: Database, roles: ReturnType<typeof configuredRoles>) => {
  const named = (json: string): Identity[] => JSON.parse(json) as Identity[]

  const fixedRole = (row: PersonRow): FixedRole | undefined =>
    roles.fixedFor(named(row.own), [...named(row.identities), ...named(row.former)])

  const toPerson = (row: PersonRow): Person => ({
    person_id: row.person_id,
    name: row.name ?? undefined,
    identities: named(row.identities),
    role: fixedRole(row)?.role ?? row.role,
    created_at: row.created_at,
  })

  const read = (person_id: PersonId): PersonRow | undefined =>
    database.get<PersonRow>(
      `select ${PERSON} from persons
       where person_id = coalesce((select into_id from merges where from_id = :person_id), :person_id)`,
      { person_id },
    )

  const numberOf = (person_id: PersonId): number | undefined =>
    database.get<{ number: number }>('select number from persons where person_id = :person_id', { person_id })?.number

  return {
    find: (person_id: PersonId): Person | undefined => {
      const row = read(person_id)
      return row === undefined ? undefined : toPerson(row)
    },

    holder: ({ kind, value }: Identity): Person | undefined => {
      const row = database.get<PersonRow>(
        `select ${PERSON} from persons
         where person_id = (select person_id from identities where kind = :kind and value = :value)`,
        { kind, value },
      )
      return row === undefined ? undefined : toPerson(row)
    },

    list: ({ limit, before }: Parameters<People['list']>[0]): readonly Person[] => {
      const from = before === undefined ? Number.MAX_SAFE_INTEGER : numberOf(before)
      if (from === undefined) throw new DenidinError('not_found', `there is no person ${String(before)}`)
      return database
        .all<PersonRow>(`select ${PERSON} from persons where number < :from order by number desc limit :limit`, {
          from,
          limit,
        })
        .map(toPerson)
    },

    /** The one who was met first in front; each once. */
    oldestFirst: (persons: readonly Person[]): readonly Person[] =>
      [...new Map(persons.map(person => [person.person_id, person])).values()]
        .map(person => ({ person, number: numberOf(person.person_id) ?? 0 }))
        .sort((one, other) => one.number - other.number)
        .map(({ person }) => person),

    fixedRole: (person_id: PersonId): FixedRole | undefined => {
      const row = read(person_id)
      return row === undefined ? undefined : fixedRole(row)
    },

    rename: (person_id: PersonId, name: string): void => {
      database.run('update persons set name = :name where person_id = :person_id', { person_id, name })
    },

    /** Gives a person a name; `passed_from` is the person who had it before with another account. */
    take: (person_id: PersonId, { kind, value }: Identity, passed_from: PersonId | undefined): void => {
      database.run(
        `insert into identities (kind, value, person_id, passed_from) values (:kind, :value, :person_id, :passed_from)`,
        { kind, value, person_id, passed_from: passed_from ?? null },
      )
      database.run('delete from former_identities where person_id = :person_id and kind = :kind and value = :value', {
        person_id,
        kind,
        value,
      })
    },

    /** Takes a name from a person; it is remembered as a former one. `now`: milliseconds since the Unix epoch. */
    giveUp: (person_id: PersonId, { kind, value }: Identity, now: number): void => {
      database.run('delete from identities where person_id = :person_id and kind = :kind and value = :value', {
        person_id,
        kind,
        value,
      })
      database.run(`insert or replace into former_identities values (:person_id, :kind, :value, :now)`, {
        person_id,
        kind,
        value,
        now,
      })
    },

    nameHistory: (person_id: PersonId): NameHistory => ({
      former: named(read(person_id)?.former ?? '[]'),
      taken_over: database
        .all<{ kind: Identity['kind']; value: string; passed_from: PersonId }>(
          'select kind, value, passed_from from identities where person_id = :person_id and passed_from is not null',
          { person_id },
        )
        .map(({ kind, value, passed_from }) => ({ identity: { kind, value }, from: passed_from })),
    }),
  }
}
