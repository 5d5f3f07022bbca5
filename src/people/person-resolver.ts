/** Decides which person a sender is: a known one, several who turn out to be the same, or a new one. */
import type { Logger } from '../platform/logger.ts'
import { matchIdentities, releasedIdentities, type ReassignedIdentity } from './identity-matching.ts'
import { isSame, type Identity, type Person, type PersonId, type Role } from './person.ts'

/**
 * Single reads and writes of people, without any rule. The calls are synchronous and see each other's writes. No other
 * writer interrupts a `transaction`, and when it returns either all of its writes are on disk, or none.
 */
export interface PersonRows {
  transaction<T>(work: () => T): T
  find(person_id: PersonId): Person | undefined
  /** The current holder of an identity. */
  holderOf(identity: Identity): Person | undefined
  /** These people without duplicates, the one who was met first in front. */
  oldestFirst(persons: readonly Person[]): readonly Person[]
  create(name: string | undefined, role: Role): PersonId
  rename(person_id: PersonId, name: string): void
  /** Gives a person an identity; `passed_from` is the person who had it before with another account. */
  take(person_id: PersonId, identity: Identity, passed_from: PersonId | undefined): void
  /** Takes an identity from a person; it is kept as a previous one. */
  release(person_id: PersonId, identity: Identity): void
}

export interface PersonResolverDeps {
  readonly rows: PersonRows
  /** Merges `from` into `into`, inside the open transaction. */
  readonly merge: (into: PersonId, from: PersonId) => void
  readonly logger: Logger
}

export class PersonResolver {
  readonly #deps: PersonResolverDeps

  constructor(deps: PersonResolverDeps) {
    this.#deps = deps
  }

  /**
   * The person of a sender. Most senders are known, which costs only reads. All writes are decided and done in one
   * transaction, so that two messages of one new sender cannot create two people.
   */
  resolve(identities: readonly Identity[], name: string | undefined): Person {
    return (
      this.#unchanged(identities, name) ??
      this.#deps.rows.transaction(() => this.#unchanged(identities, name) ?? this.#write(identities, name))
    )
  }

  /** The known person, if the sender shows nothing new about them. */
  #unchanged(identities: readonly Identity[], name: string | undefined): Person | undefined {
    const { same, passed } = this.#match(identities)
    const [person, ...others] = same
    if (person === undefined || others.length > 0 || passed.length > 0) return undefined
    const renamed = name !== undefined && name !== person.name
    const more = identities.some(each => !person.identities.some(own => isSame(own, each)))
    return renamed || more || releasedIdentities(person, identities).length > 0 ? undefined : person
  }

  #write(identities: readonly Identity[], name: string | undefined): Person {
    const { rows, merge } = this.#deps
    const { same, passed } = this.#match(identities)
    const [oldest, ...others] = same
    // A blocked person does not become unblocked with a new account on the same number.
    const blocked = passed.some(({ identity, from }) => identity.kind === 'phone' && from.role === 'blocked')
    const person_id = oldest?.person_id ?? this.#create(name, blocked ? 'blocked' : 'client')
    for (const other of others) merge(person_id, other.person_id)
    this.#updateNames(this.#existing(person_id), identities, passed)
    if (name !== undefined) rows.rename(person_id, name)
    return this.#existing(person_id)
  }

  #create(name: string | undefined, role: Role): PersonId {
    const person_id = this.#deps.rows.create(name, role)
    this.#deps.logger.info('New person', { person_id })
    return person_id
  }

  /** Records the identities that a sender shows for the first time, and releases those that they no longer have. */
  #updateNames(
    { person_id, ...person }: Person,
    identities: readonly Identity[],
    passed: readonly ReassignedIdentity[],
  ): void {
    const { rows } = this.#deps
    for (const identity of releasedIdentities({ person_id, ...person }, identities)) rows.release(person_id, identity)
    for (const { identity, from } of passed) {
      rows.release(from.person_id, identity)
      this.#deps.logger.warn(
        'An identity passed to another WhatsApp account; the earlier conversation stays with the previous one',
        {
          kind: identity.kind,
          from_id: from.person_id,
          to_id: person_id,
        },
      )
    }
    for (const identity of identities) {
      if (person.identities.some(own => isSame(own, identity))) continue
      const from = passed.find(each => isSame(each.identity, identity))?.from.person_id
      rows.take(person_id, identity, from)
    }
  }

  /** The people who are this sender, oldest first, and the identities that pass to it. */
  #match(identities: readonly Identity[]): {
    readonly same: readonly Person[]
    readonly passed: readonly ReassignedIdentity[]
  } {
    const { rows } = this.#deps
    const { same, passed } = matchIdentities(identities, identity => rows.holderOf(identity))
    return { same: rows.oldestFirst(same), passed }
  }

  #existing(person_id: PersonId): Person {
    const person = this.#deps.rows.find(person_id)
    if (person === undefined) throw new Error(`person ${person_id} was not written`)
    return person
  }
}
