// Who is one person, without a database.
import { beforeEach, describe, expect, test } from '@jest/globals'
import { PersonResolver, type PersonRows } from '../../src/people/person-resolver.ts'
import { isSame, type Identity, type Person, type Role } from '../../src/people/person.ts'
import { silentLogger } from '../../src/platform/logger.ts'

const PHONE: Identity = { kind: 'phone', value: '15550001111' }
const LID: Identity = { kind: 'lid', value: '77' }
const OTHER_LID: Identity = { kind: 'lid', value: '88' }
const USERNAME: Identity = { kind: 'username', value: 'dana' }

/** Persons in memory, oldest first, with a note of every write. */
class MemoryRows implements PersonRows {
  persons: Person[] = []
  readonly writes: string[] = []
  readonly in_transaction: boolean[] = []
  #open = false
  #ids = 0

  transaction<T>(work: () => T): T {
    this.#open = true
    try {
      return work()
    } finally {
      this.#open = false
    }
  }

  find(person_id: string): Person | undefined {
    return this.persons.find(person => person.person_id === person_id)
  }

  holderOf(identity: Identity): Person | undefined {
    return this.persons.find(person => person.identities.some(each => isSame(each, identity)))
  }

  oldestFirst(persons: readonly Person[]): readonly Person[] {
    return this.persons.filter(person => persons.includes(person))
  }

  create(name: string | undefined, role: Role): string {
    const person_id = `p${String(++this.#ids)}`
    this.#write(`create ${person_id} ${role}`)
    this.persons.push({ person_id, name, role, identities: [], created_at: 0, allowed: false })
    return person_id
  }

  rename(person_id: string, name: string): void {
    this.#write(`rename ${person_id} ${name}`)
    this.#change(person_id, person => ({ ...person, name }))
  }

  take(person_id: string, identity: Identity, passed_from: string | undefined): void {
    this.#write(`take ${person_id} ${identity.value}${passed_from === undefined ? '' : ` from ${passed_from}`}`)
    this.#change(person_id, person => ({ ...person, identities: [...person.identities, identity] }))
  }

  release(person_id: string, identity: Identity): void {
    this.#write(`release ${person_id} ${identity.value}`)
    this.#change(person_id, person => ({
      ...person,
      identities: person.identities.filter(each => !isSame(each, identity)),
    }))
  }

  merge(into: string, from: string): void {
    this.#write(`merge ${into} ${from}`)
    const identities = this.find(from)?.identities ?? []
    this.#change(into, person => ({ ...person, identities: [...person.identities, ...identities] }))
    this.persons = this.persons.filter(person => person.person_id !== from)
  }

  setRole(person_id: string, role: Role): void {
    this.#change(person_id, person => ({ ...person, role }))
  }

  #write(what: string): void {
    this.writes.push(what)
    this.in_transaction.push(this.#open)
  }

  #change(person_id: string, change: (person: Person) => Person): void {
    this.persons = this.persons.map(person => (person.person_id === person_id ? change(person) : person))
  }
}

let rows: MemoryRows
let resolver: PersonResolver

const resolve = (name: string | undefined, ...identities: readonly Identity[]): string =>
  resolver.resolve(identities, name).person_id

/** What was written by an act, all of it in a transaction. */
const writesOf = (act: () => void): readonly string[] => {
  rows.writes.length = 0
  act()
  expect(rows.in_transaction).not.toContain(false)
  return rows.writes
}

beforeEach(() => {
  rows = new MemoryRows()
  resolver = new PersonResolver({
    rows,
    logger: silentLogger,
    merge: (into, from) => {
      rows.merge(into, from)
    },
  })
})

test('a new sender is a new person; the same sender again costs no write', () => {
  expect(writesOf(() => resolve('Dana', PHONE, LID))).toEqual([
    'create p1 client',
    'take p1 15550001111',
    'take p1 77',
    'rename p1 Dana',
  ])
  expect(writesOf(() => expect(resolve('Dana', PHONE, LID)).toBe('p1'))).toEqual([])
  expect(writesOf(() => expect(resolve(undefined, LID)).toBe('p1'))).toEqual([])
})

test('a new name and a new identity are written', () => {
  resolve('Dana', PHONE)
  expect(writesOf(() => resolve('Dana Levi', PHONE, USERNAME))).toEqual(['take p1 dana', 'rename p1 Dana Levi'])
})

test('a sender whose names belong to two persons makes them one, the older one', () => {
  resolve(undefined, PHONE)
  resolve(undefined, LID)
  expect(writesOf(() => expect(resolve(undefined, LID, PHONE)).toBe('p1'))).toEqual(['merge p1 p2'])
  expect(rows.persons).toHaveLength(1)
})

test('a number seen with another account passes to a new person, without anything else', () => {
  resolve(undefined, PHONE, LID)
  expect(writesOf(() => expect(resolve(undefined, PHONE, OTHER_LID)).toBe('p2'))).toEqual([
    'create p2 client',
    'release p1 15550001111',
    'take p2 15550001111 from p1',
    'take p2 88',
  ])
})

test('a blocked person does not come back with a new account on the same number', () => {
  resolve(undefined, PHONE, LID)
  rows.setRole('p1', 'blocked')
  expect(writesOf(() => resolve(undefined, PHONE, OTHER_LID))[0]).toBe('create p2 blocked')
})

describe('a username alone makes no one of two', () => {
  const OTHER_PHONE: Identity = { kind: 'phone', value: '15550002222' }

  test.each<[string, readonly Identity[], readonly Identity[]]>([
    ['another phone', [PHONE, USERNAME], [OTHER_PHONE, USERNAME]],
    ['another account', [LID, USERNAME], [OTHER_LID, USERNAME]],
    ['an account of which no number is known', [PHONE, USERNAME], [LID, USERNAME]],
    ['a number of which no account is known', [LID, USERNAME], [PHONE, USERNAME]],
    ['an account and another phone', [PHONE, LID, USERNAME], [OTHER_PHONE, OTHER_LID, USERNAME]],
  ])('taken by %s', (_who, first, second) => {
    resolve('Dana', ...first)
    expect(resolve('Mallory', ...second)).toBe('p2')
    expect(rows.persons.map(person => person.identities.some(each => each.kind === 'username'))).toEqual([false, true])
    expect(resolve('Dana', ...first.filter(each => each.kind !== 'username'))).toBe('p1')
  })

  test('and a block does not follow it', () => {
    resolve(undefined, PHONE, USERNAME)
    rows.setRole('p1', 'blocked')
    expect(writesOf(() => resolve(undefined, OTHER_PHONE, USERNAME))[0]).toBe('create p2 client')
  })

  test('but stays with an account that changes its number', () => {
    resolve(undefined, PHONE, LID, USERNAME)
    expect(resolve(undefined, OTHER_PHONE, LID, USERNAME)).toBe('p1')
  })
})

test('an account with a number of its own that takes over another number is not the person who had it', () => {
  const other: Identity = { kind: 'phone', value: '15550002222' }
  resolve(undefined, other)
  resolve(undefined, PHONE, LID)
  expect(resolve(undefined, other, LID)).toBe('p2')
  expect(rows.persons).toHaveLength(2)
  expect(rows.persons[0]?.identities).toEqual([])
})

test('an account that shows another number has released the one before', () => {
  resolve(undefined, PHONE, LID)
  const other: Identity = { kind: 'phone', value: '15550002222' }
  expect(writesOf(() => expect(resolve(undefined, other, LID)).toBe('p1'))).toEqual([
    'release p1 15550001111',
    'take p1 15550002222',
  ])
})
