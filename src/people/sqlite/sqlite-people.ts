import type { Database } from '../../database/sqlite/database.ts'
import type { Clock } from '../../platform/clock.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Logger } from '../../platform/logger.ts'
import { phoneDigits } from '../../platform/phone.ts'
import { matchIdentities, releasedIdentities, type ReassignedIdentity } from '../identity-matching.ts'
import type { People } from '../people.ts'
import { isSame, type Identity, type Person, type PersonId, type Role, type Sender } from '../person.ts'
import type { PersonalData } from '../personal-data.ts'
import { configuredRoles, type PeopleSettings } from '../roles.ts'
import { knownIdentities, knownName, usernameOf } from '../sender-normalisation.ts'
import { createPersonRows } from './person-rows.ts'
import { createSqliteMerges } from './sqlite-merges.ts'

export interface SqlitePeopleDeps {
  readonly database: Database
  readonly ids: Ids
  readonly clock: Clock
  readonly settings: PeopleSettings
  /** Every store that holds something of a person; asked at each merge, so it may be filled after this is made. */
  readonly personalData: () => readonly Pick<PersonalData, 'name' | 'reassign'>[]
  readonly logger: Logger
}

export interface SqlitePeople extends People {
  /** Finishes the merges that a crash or a failing store left half done. Call it at start. */
  recover(): Promise<void>
}

/** People in SQLite. A sender who is known under one person costs one indexed read and no write. */
export const createSqlitePeople = (dependencies: SqlitePeopleDeps): SqlitePeople => {
  const { database, ids, clock, logger } = dependencies
  const roles = configuredRoles(dependencies.settings)
  const rows = createPersonRows(database, roles)
  const merges = createSqliteMerges(dependencies)

  const create = (name: string | undefined, role: Role): PersonId => {
    const person_id = ids.uuid()
    database.run(`insert into persons (person_id, name, role, created_at) values (:person_id, :name, :role, :now)`, {
      person_id,
      role,
      name: name ?? null,
      now: clock.now(),
    })
    logger.info('New person', { person_id })
    return person_id
  }

  const existing = (person_id: PersonId): Person => {
    const person = rows.find(person_id)
    if (person === undefined) throw new DenidinError('not_found', `there is no person ${person_id}`)
    return person
  }

  /** Writes down what a sender shows that is not yet known of a person, and what they no longer go by. */
  const update = (person: Person, identities: readonly Identity[], passed: readonly ReassignedIdentity[]): void => {
    for (const identity of releasedIdentities(person, identities)) rows.giveUp(person.person_id, identity, clock.now())
    for (const { identity, from } of passed) {
      rows.giveUp(from.person_id, identity, clock.now())
      logger.warn('A name passed to another WhatsApp account; what was said before stays with the former one', {
        kind: identity.kind,
        from_id: from.person_id,
        to_id: person.person_id,
      })
    }
    for (const identity of identities) {
      if (person.identities.some(own => isSame(own, identity))) continue
      const from = passed.find(each => isSame(each.identity, identity))?.from.person_id
      rows.take(person.person_id, identity, from)
    }
  }

  /** From reading to writing nothing else runs, so two messages of one new sender cannot make two persons. */
  const resolveNow = (identities: readonly Identity[], name: string | undefined): Person => {
    const { same, passed } = matchIdentities(identities, identity => rows.holder(identity))
    const [oldest, ...others] = rows.oldestFirst(same)
    if (oldest !== undefined && others.length === 0 && passed.length === 0) {
      const news = identities.some(each => !oldest.identities.some(own => isSame(own, each)))
      const renamed = name !== undefined && name !== oldest.name
      if (!news && !renamed && releasedIdentities(oldest, identities).length === 0) return oldest
    }
    return database.transaction(() => {
      // Whoever was blocked does not come back by making a new account on the same number.
      const blocked = passed.some(({ from }) => from.role === 'blocked')
      const person_id = oldest?.person_id ?? create(name, blocked ? 'blocked' : 'client')
      for (const other of others) merges.begin(person_id, other.person_id)
      update(existing(person_id), identities, passed)
      if (name !== undefined) rows.rename(person_id, name)
      return existing(person_id)
    })
  }

  return {
    resolve: async (sender: Sender) => {
      const identities = knownIdentities(sender)
      const person = resolveNow(identities, knownName(sender))
      await merges.finish(person.person_id)
      return person
    },
    find: async person_id => rows.find(person_id),
    lookUp: async reference => {
      const identity = identityOf(reference)
      return rows.find(reference.trim()) ?? (identity === undefined ? undefined : rows.holder(identity))
    },
    list: async page => rows.list(page),
    setRole: async (person_id, role) => {
      const person = existing(person_id)
      const fixed = rows.fixedRole(person.person_id)
      if (fixed !== undefined) {
        throw new DenidinError('forbidden', `the role of this person is fixed by ${fixed.key} in the configuration`)
      }
      database.run('update persons set role = :role where person_id = :person_id', {
        role,
        person_id: person.person_id,
      })
      return { ...person, role }
    },
    merge: async (one, other) => {
      const [survivor, gone] = rows.oldestFirst([existing(one), existing(other)])
      if (survivor === undefined || gone === undefined) {
        throw new DenidinError('invalid_input', 'these two are one person already')
      }
      database.transaction(() => {
        merges.begin(survivor.person_id, gone.person_id)
      })
      await merges.finish(survivor.person_id)
      return existing(survivor.person_id)
    },
    nameHistory: async person_id => rows.nameHistory(existing(person_id).person_id),
    recover: () => merges.finish(),
  }
}

/** What a reference such as `+1 555 000 1111`, `77@lid` or `@dana` names. */
const identityOf = (reference: string): Identity | undefined => {
  const lid = /^(\d+)@lid$/.exec(reference.trim())?.[1]
  if (lid !== undefined) return { kind: 'lid', value: lid }
  const username = reference.trim().startsWith('@') ? usernameOf(reference) : undefined
  if (username !== undefined) return { kind: 'username', value: username }
  const phone = phoneDigits(reference)
  return phone === undefined ? undefined : { kind: 'phone', value: phone }
}
