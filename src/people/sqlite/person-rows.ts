/** Rows of people and their identities in SQLite. */
import type { Database } from '../../database/sqlite/database.ts'
import type { Clock } from '../../platform/clock.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { Ids } from '../../platform/ids.ts'
import type { NameHistory, People } from '../people.ts'
import type { PersonRows } from '../person-resolver.ts'
import type { Identity, Person, PersonId, Role } from '../person.ts'
import type { configuredRoles, FixedRole } from '../roles.ts'

interface PersonRow {
  readonly person_id: PersonId
  readonly name: string | null
  readonly role: Role
  readonly allowed: number
  readonly created_at: number
}

interface IdentityRow extends Identity {
  readonly passed_from: PersonId | null
}

const PERSON = 'person_id, name, role, allowed, created_at'

/** Phones first. */
const IN_ORDER = `order by kind <> 'phone', kind, value`

export interface SqlitePersonRowsDeps {
  readonly database: Database
  readonly roles: ReturnType<typeof configuredRoles>
  readonly ids: Ids
  readonly clock: Clock
}

/** Reads and writes of people, without any rule about who is who. */
export class SqlitePersonRows implements PersonRows {
  readonly #deps: SqlitePersonRowsDeps
  readonly #database: Database

  constructor(deps: SqlitePersonRowsDeps) {
    this.#deps = deps
    this.#database = deps.database
  }

  transaction<T>(work: () => T): T {
    return this.#database.transaction(work)
  }

  find(person_id: PersonId): Person | undefined {
    return this.#toPerson(this.#read(person_id))
  }

  holderOf({ kind, value }: Identity): Person | undefined {
    return this.#toPerson(
      this.#database.get<PersonRow>(
        `select ${PERSON} from persons
         where person_id = (select person_id from identities where kind = :kind and value = :value)`,
        { kind, value },
      ),
    )
  }

  list({ limit, before }: Parameters<People['list']>[0]): readonly Person[] {
    const from = before === undefined ? Number.MAX_SAFE_INTEGER : this.#numberOf(before)
    if (from === undefined) throw new DenidinError('not_found', `there is no person ${String(before)}`)
    return this.#database
      .all<PersonRow>(`select ${PERSON} from persons where number < :from order by number desc limit :limit`, {
        from,
        limit,
      })
      .flatMap(row => this.#toPerson(row) ?? [])
  }

  oldestFirst(persons: readonly Person[]): readonly Person[] {
    return [...new Map(persons.map(person => [person.person_id, person])).values()]
      .map(person => ({ person, number: this.#numberOf(person.person_id) ?? 0 }))
      .sort((one, other) => one.number - other.number)
      .map(({ person }) => person)
  }

  /** The role that the configuration fixes for a person. */
  fixedRole(person_id: PersonId): FixedRole | undefined {
    const row = this.#read(person_id)
    return row === undefined ? undefined : this.#fixedRoleOf(row.person_id, this.#identitiesOf(row.person_id))
  }

  create(name: string | undefined, role: Role): PersonId {
    const person_id = this.#deps.ids.uuid()
    this.#database.run(
      `insert into persons (person_id, name, role, created_at) values (:person_id, :name, :role, :now)`,
      { person_id, role, name: name ?? null, now: this.#deps.clock.now() },
    )
    return person_id
  }

  rename(person_id: PersonId, name: string): void {
    this.#database.run('update persons set name = :name where person_id = :person_id', { person_id, name })
  }

  setRole(person_id: PersonId, role: Role): void {
    this.#database.run('update persons set role = :role where person_id = :person_id', { role, person_id })
  }

  setAllowed(person_id: PersonId, allowed: boolean): void {
    this.#database.run('update persons set allowed = :allowed where person_id = :person_id', {
      allowed: allowed ? 1 : 0,
      person_id,
    })
  }

  take(person_id: PersonId, { kind, value }: Identity, passed_from: PersonId | undefined): void {
    this.#database.run(
      `insert into identities (kind, value, person_id, passed_from) values (:kind, :value, :person_id, :passed_from)`,
      { kind, value, person_id, passed_from: passed_from ?? null },
    )
    this.#database.run(
      'delete from former_identities where person_id = :person_id and kind = :kind and value = :value',
      { person_id, kind, value },
    )
  }

  release(person_id: PersonId, { kind, value }: Identity): void {
    this.#database.run('delete from identities where person_id = :person_id and kind = :kind and value = :value', {
      person_id,
      kind,
      value,
    })
    this.#database.run(`insert or replace into former_identities values (:person_id, :kind, :value, :now)`, {
      person_id,
      kind,
      value,
      now: this.#deps.clock.now(),
    })
  }

  nameHistory(person_id: PersonId): NameHistory {
    return {
      former: this.#formerOf(person_id),
      taken_over: this.#database
        .all<{ kind: Identity['kind']; value: string; passed_from: PersonId }>(
          'select kind, value, passed_from from identities where person_id = :person_id and passed_from is not null',
          { person_id },
        )
        .map(({ kind, value, passed_from }) => ({ identity: { kind, value }, from: passed_from })),
    }
  }

  #fixedRoleOf(person_id: PersonId, identities: readonly IdentityRow[]): FixedRole | undefined {
    const own = identities.filter(({ passed_from }) => passed_from === null)
    return this.#deps.roles.fixedFor(own, [...identities, ...this.#formerOf(person_id)])
  }

  #toPerson(row: PersonRow | undefined): Person | undefined {
    if (row === undefined) return undefined
    const { person_id, name, role, allowed, created_at } = row
    const identities = this.#identitiesOf(person_id)
    return {
      person_id,
      name: name ?? undefined,
      identities: identities.map(({ kind, value }) => ({ kind, value })),
      role: this.#fixedRoleOf(person_id, identities)?.role ?? role,
      allowed: allowed === 1,
      created_at,
    }
  }

  #identitiesOf(person_id: PersonId): readonly IdentityRow[] {
    return this.#database.all<IdentityRow>(
      `select kind, value, passed_from from identities where person_id = :person_id ${IN_ORDER}`,
      { person_id },
    )
  }

  /** Identities that the person had before. */
  #formerOf(person_id: PersonId): readonly Identity[] {
    return this.#database.all<Identity>(
      `select kind, value from former_identities where person_id = :person_id ${IN_ORDER}`,
      { person_id },
    )
  }

  #read(person_id: PersonId): PersonRow | undefined {
    return this.#database.get<PersonRow>(
      `select ${PERSON} from persons
       where person_id = coalesce((select into_id from merges where from_id = :person_id), :person_id)`,
      { person_id },
    )
  }

  #numberOf(person_id: PersonId): number | undefined {
    return this.#database.get<{ number: number }>('select number from persons where person_id = :person_id', {
      person_id,
    })?.number
  }
}
