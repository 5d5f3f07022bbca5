/** Decides which person a sender is: a known one, several who turn out to be one, or a new one. */
import type { Logger } from '../platform/logger.ts'
import { matchIdentities, releasedIdentities, type ReassignedIdentity } from './identity-matching.ts'
import { isSame, type Identity, type Person, type PersonId, type Role } from './person.ts'

/**
 * Single reads and writes of persons, without any rule. The calls are synchronous and see each other's writes; inside
 * `transaction` no other writer comes in between, and all of them are on disk when it returns, or none of them.
 */
export interface PersonRows {
  transaction<T>(work: () => T): T
  find(person_id: PersonId): Person | undefined
  /** Who goes by this name now. */
  holderOf(identity: Identity): Person | undefined
  /** The person who was met first in front; each once. */
  oldestFirst(persons: readonly Person[]): readonly Person[]
  create(name: string | undefined, role: Role): PersonId
  rename(person_id: PersonId, name: string): void
  /** Gives a person a name; `passed_from` is the person who had it before with another account. */
  take(person_id: PersonId, identity: Identity, passed_from: PersonId | undefined): void
  /** Takes a name from a person; it is kept as a former one. */
  release(person_id: PersonId, identity: Identity): void
}

export interface PersonResolverDeps {
  readonly rows: PersonRows
  /** Makes `from` a part of `into`, inside the transaction that is open. */
  readonly merge: (into: PersonId, from: PersonId) => void
  readonly logger: Logger
}

export class PersonResolver {
  readonly #deps: PersonResolverDeps

  constructor(deps: PersonResolverDeps) {
    this.#deps = deps
  }

  /**
   * The person of a sender. Most senders are known and cost reads alone; whatever has to be written is decided and
   * written in one transaction, so that two messages of one new sender cannot make two persons.
   */
  resolve(identities: readonly Identity[], name: string | undefined): Person {
    return (
      this.#unchanged(identities, name) ??
      this.#deps.rows.transaction(() => this.#unchanged(identities, name) ?? this.#write(identities, name))
    )
  }

  /** The known person of whom this sender shows nothing new. */
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
    // A blocked person does not come back with a new account on the same number.
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

  /** Records the names that a sender shows for the first time, and releases those that they no longer go by. */
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
        'A name passed to another WhatsApp account; what was said before stays with the former one',
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

  /** The persons who are this sender, oldest first, and the names that pass to it. */
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
