import type { Database } from '../../database/sqlite/database.ts'
import type { Clock } from '../../platform/clock.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Logger } from '../../platform/logger.ts'
import { phoneDigits } from '../../platform/phone.ts'
import type { People } from '../people.ts'
import type { Identity, Person, PersonId, Role, Sender } from '../person.ts'
import type { PersonalData } from '../personal-data.ts'
import { configuredRoles, type PeopleSettings } from '../roles.ts'
import { knownIdentities, knownName } from '../sender.ts'
import { createSqliteMerges } from './sqlite-merges.ts'

export interface SqlitePeopleDependencies {
  readonly database: Database
  readonly ids: Ids
  readonly clock: Clock
  readonly settings: PeopleSettings
  /** Every store that holds something of a person; asked at each merge, so it may be filled after this is made. */
  readonly personalData: () => readonly PersonalData[]
  readonly logger: Logger
}

export interface SqlitePeople extends People {
  /** Finishes the merges that a crash or a failing store left half done. Call it at start. */
  recover(): Promise<void>
}

interface PersonRow {
  readonly person_id: PersonId
  readonly name: string | null
  readonly role: Role
  readonly created_at: number
  /** `[{"kind":"phone","value":"15550001111"}]` */
  readonly identities: string
}

/** A person with all their identities, phones first. */
const PERSON = `
  person_id, name, role, created_at,
  (select json_group_array(json_object('kind', kind, 'value', value) order by kind desc, value)
     from identities where identities.person_id = persons.person_id) as identities
`

/** People in SQLite. A sender who is known under one person costs one indexed read and no write. */
export const createSqlitePeople = (dependencies: SqlitePeopleDependencies): SqlitePeople => {
  const { database, ids, clock, logger } = dependencies
  const roles = configuredRoles(dependencies.settings)
  const merges = createSqliteMerges(dependencies)

  const toPerson = (row: PersonRow): Person => {
    const identities = JSON.parse(row.identities) as Identity[]
    const role = roles.fixedFor(identities)?.role ?? row.role
    return { person_id: row.person_id, name: row.name ?? undefined, identities, role, created_at: row.created_at }
  }

  const find = (person_id: PersonId): Person | undefined => {
    const row = database.get<PersonRow>(
      `select ${PERSON} from persons
       where person_id = coalesce((select into_id from merges where from_id = :person_id), :person_id)`,
      { person_id },
    )
    return row === undefined ? undefined : toPerson(row)
  }

  /** The persons whom these identities belong to, first met first. */
  const holders = (identities: readonly Identity[]): readonly Person[] =>
    database
      .all<PersonRow>(
        `select ${PERSON} from persons where person_id in (
           select known.person_id from json_each(:identities) as asked
           join identities as known on known.kind = asked.value ->> 'kind' and known.value = asked.value ->> 'value'
         ) order by number`,
        { identities: JSON.stringify(identities) },
      )
      .map(toPerson)

  const add = (person_id: PersonId, identities: readonly Identity[]): void => {
    for (const { kind, value } of identities) {
      database.run('insert into identities (kind, value, person_id) values (:kind, :value, :person_id)', {
        kind,
        value,
        person_id,
      })
    }
  }

  const rename = (person_id: PersonId, name: string): void => {
    database.run('update persons set name = :name where person_id = :person_id', { person_id, name })
  }

  const create = (identities: readonly Identity[], name: string | undefined): void => {
    const person_id = ids.uuid()
    database.run(`insert into persons (person_id, name, role, created_at) values (:person_id, :name, 'client', :now)`, {
      person_id,
      name: name ?? null,
      now: clock.now(),
    })
    add(person_id, identities)
    logger.info('New person', { person_id })
  }

  /** What a sender shows that is not yet known of a person. */
  const newsOf = (person: Person, identities: readonly Identity[], name: string | undefined) => ({
    identities: identities.filter(each => !person.identities.some(own => isSame(own, each))),
    name: name === person.name ? undefined : name,
  })

  const update = (person: Person, identities: readonly Identity[], name: string | undefined): void => {
    const news = newsOf(person, identities, name)
    add(person.person_id, news.identities)
    if (news.name !== undefined) rename(person.person_id, news.name)
  }

  /** From reading to writing nothing else runs, so two messages of one new sender cannot make two persons. */
  const resolveNow = (identities: readonly Identity[], name: string | undefined): Person => {
    const [oldest, ...others] = holders(identities)
    if (oldest !== undefined && others.length === 0) {
      const news = newsOf(oldest, identities, name)
      if (news.identities.length === 0 && news.name === undefined) return oldest
    }
    database.transaction(() => {
      if (oldest === undefined) {
        create(identities, name)
        return
      }
      for (const other of others) merges.begin(oldest.person_id, other.person_id)
      update(find(oldest.person_id) ?? oldest, identities, name)
    })
    return holders(identities)[0] as Person
  }

  return {
    resolve: async (sender: Sender) => {
      const identities = knownIdentities(sender)
      const person = resolveNow(identities, knownName(sender))
      await merges.finish(person.person_id)
      return person
    },
    find: async person_id => find(person_id),
    lookUp: async reference => {
      const identity = identityOf(reference)
      return find(reference.trim()) ?? (identity === undefined ? undefined : holders([identity])[0])
    },
    list: async ({ limit, before }) => {
      const from =
        before === undefined
          ? undefined
          : database.get<{ number: number }>('select number from persons where person_id = :before', { before })
      if (before !== undefined && from === undefined)
        throw new DenidinError('not_found', `there is no person ${before}`)
      return database
        .all<PersonRow>(`select ${PERSON} from persons where number < :number order by number desc limit :limit`, {
          number: from?.number ?? Number.MAX_SAFE_INTEGER,
          limit,
        })
        .map(toPerson)
    },
    setRole: async (person_id, role) => {
      const person = find(person_id)
      if (person === undefined) throw new DenidinError('not_found', `there is no person ${person_id}`)
      const fixed = roles.fixedFor(person.identities)
      if (fixed !== undefined) {
        throw new DenidinError('forbidden', `the role of this person is fixed by ${fixed.key} in the configuration`)
      }
      database.run('update persons set role = :role where person_id = :person_id', {
        role,
        person_id: person.person_id,
      })
      return { ...person, role }
    },
    recover: () => merges.finish(),
  }
}

const isSame = (one: Identity, other: Identity): boolean => one.kind === other.kind && one.value === other.value

/** What a reference such as `+1 555 000 1111` or `77@lid` names. */
const identityOf = (reference: string): Identity | undefined => {
  const lid = /^(\d+)@lid$/.exec(reference.trim())?.[1]
  if (lid !== undefined) return { kind: 'lid', value: lid }
  const phone = phoneDigits(reference)
  return phone === undefined ? undefined : { kind: 'phone', value: phone }
}
