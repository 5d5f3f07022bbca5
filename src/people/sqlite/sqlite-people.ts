/** People in SQLite: who is who, roles, and the merging of two people. */
import type { Database } from '../../database/sqlite/database.ts'
import type { Clock } from '../../platform/clock.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Logger } from '../../platform/logger.ts'
import { phoneDigits } from '../../platform/phone.ts'
import type { NameHistory, People } from '../people.ts'
import { PersonResolver } from '../person-resolver.ts'
import type { Identity, Person, PersonId, Role, Sender } from '../person.ts'
import type { PersonalData } from '../personal-data.ts'
import { configuredRoles, type PeopleSettings } from '../roles.ts'
import { knownIdentities, knownName, usernameOf } from '../sender-normalisation.ts'
import { SqlitePersonRows } from './person-rows.ts'
import { SqliteMerges } from './sqlite-merges.ts'

export interface SqlitePeopleDeps {
  readonly database: Database
  readonly ids: Ids
  readonly clock: Clock
  readonly settings: PeopleSettings
  /** Every store with personal data. */
  readonly personalData: readonly Pick<PersonalData, 'name' | 'reassign'>[]
  readonly logger: Logger
}

export interface SqlitePeople extends People {
  /** Finishes merges that a crash or a failing store interrupted. Call it at start. */
  recover(): Promise<void>
}

/** Creates the people of a database. A sender who is known under one person costs one indexed read and no write. */
export const createSqlitePeople = (deps: SqlitePeopleDeps): SqlitePeople => {
  const rows = new SqlitePersonRows({ ...deps, roles: configuredRoles(deps.settings) })
  const merges = new SqliteMerges(deps)
  const merge = (into: PersonId, from: PersonId): void => {
    merges.begin(into, from)
  }
  return new RecordedPeople(rows, merges, new PersonResolver({ rows, merge, logger: deps.logger }))
}

class RecordedPeople implements SqlitePeople {
  readonly #rows: SqlitePersonRows
  readonly #merges: SqliteMerges
  readonly #resolver: PersonResolver

  constructor(rows: SqlitePersonRows, merges: SqliteMerges, resolver: PersonResolver) {
    this.#rows = rows
    this.#merges = merges
    this.#resolver = resolver
  }

  async resolve(sender: Sender): Promise<Person> {
    const person = this.#resolver.resolve(knownIdentities(sender), knownName(sender))
    await this.#merges.finish(person.person_id)
    return person
  }

  async find(person_id: PersonId): Promise<Person | undefined> {
    return this.#rows.find(person_id)
  }

  async lookUp(reference: string): Promise<Person | undefined> {
    const identity = identityOf(reference)
    return this.#rows.find(reference.trim()) ?? (identity === undefined ? undefined : this.#rows.holderOf(identity))
  }

  async list(page: Parameters<People['list']>[0]): Promise<readonly Person[]> {
    return this.#rows.list(page)
  }

  async setRole(reference: PersonId, role: Role): Promise<Person> {
    const person = this.#existing(reference)
    const fixed = this.#rows.fixedRole(person.person_id)
    if (fixed !== undefined) {
      throw new DenidinError('forbidden', `the role of this person is fixed by ${fixed.key} in the configuration`)
    }
    this.#rows.setRole(person.person_id, role)
    return { ...person, role }
  }

  async setAllowed(reference: PersonId, allowed: boolean): Promise<Person> {
    const person = this.#existing(reference)
    this.#rows.setAllowed(person.person_id, allowed)
    return { ...person, allowed }
  }

  async merge(one: PersonId, other: PersonId): Promise<Person> {
    const [survivor, gone] = this.#rows.oldestFirst([this.#existing(one), this.#existing(other)])
    if (survivor === undefined || gone === undefined) {
      throw new DenidinError('invalid_input', 'these two are one person already')
    }
    this.#rows.transaction(() => {
      this.#merges.begin(survivor.person_id, gone.person_id)
    })
    await this.#merges.finish(survivor.person_id)
    return this.#existing(survivor.person_id)
  }

  async nameHistory(person_id: PersonId): Promise<NameHistory> {
    return this.#rows.nameHistory(this.#existing(person_id).person_id)
  }

  async recover(): Promise<void> {
    await this.#merges.finish()
  }

  #existing(person_id: PersonId): Person {
    const person = this.#rows.find(person_id)
    if (person === undefined) throw new DenidinError('not_found', `there is no person ${person_id}`)
    return person
  }
}

/** The identity that a reference such as `+1 555 000 1111`, `77@lid` or `@dana` names. */
const identityOf = (reference: string): Identity | undefined => {
  const lid = /^(\d+)@lid$/.exec(reference.trim())?.[1]
  if (lid !== undefined) return { kind: 'lid', value: lid }
  const username = reference.trim().startsWith('@') ? usernameOf(reference) : undefined
  if (username !== undefined) return { kind: 'username', value: username }
  const phone = phoneDigits(reference)
  return phone === undefined ? undefined : { kind: 'phone', value: phone }
}
