import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { Database } from '../../src/database/sqlite/database.ts'
import type { PersonId, Sender } from '../../src/people/person.ts'
import type { PersonalData } from '../../src/people/personal-data.ts'
import { peopleMigrations } from '../../src/people/sqlite/people-migrations.ts'
import { createSqlitePeople, type SqlitePeople } from '../../src/people/sqlite/sqlite-people.ts'
import { MINUTE_MS } from '../../src/platform/clock.ts'
import { DenidinError } from '../../src/platform/errors.ts'
import { systemIds } from '../../src/platform/ids.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { FakeClock } from '../support/fake-clock.ts'

const PHONE: Sender = { identities: [{ kind: 'phone', value: '15550001111' }] }
const LID: Sender = { identities: [{ kind: 'lid', value: '77000111' }] }
const BOTH: Sender = { identities: [...PHONE.identities, ...LID.identities] }

/** Things held about people, in SQLite like the real stores; `failing` and `waiting` are what can go wrong. */
class Things implements Pick<PersonalData, 'name' | 'reassign'> {
  readonly name: string
  readonly tables: readonly string[]
  readonly #database: Database
  failing = false
  waiting: Promise<unknown> = Promise.resolve()
  reassigned = 0
  under_way = 0
  most_under_way = 0

  constructor(database: Database, name: string) {
    this.#database = database
    this.name = name
    this.tables = [name]
    database.run(`create table if not exists ${name} (thing text, person_id text)`)
  }

  hold(person_id: PersonId, thing: string): void {
    this.#database.run(`insert into ${this.name} values (:thing, :person_id)`, { thing, person_id })
  }

  of(person_id: PersonId): unknown[] {
    return this.#database
      .all(`select thing from ${this.name} where person_id = :person_id order by thing`, { person_id })
      .map(row => row['thing'])
  }

  count(person_id: PersonId): Promise<number> {
    return Promise.resolve(this.of(person_id).length)
  }

  async reassign(from: PersonId, to: PersonId): Promise<void> {
    this.most_under_way = Math.max(this.most_under_way, ++this.under_way)
    await this.waiting
    this.under_way--
    if (this.failing) throw new DenidinError('unavailable', 'the store is away')
    this.reassigned++
    this.#database.run(`update ${this.name} set person_id = :to where person_id = :from`, { from, to })
  }
}

let clock: FakeClock
let database: Database
let letters: Things
let photos: Things

const open = (): SqlitePeople =>
  createSqlitePeople({
    database,
    ids: systemIds,
    clock,
    settings: { godfather_phone: undefined, blocked_phones: [] },
    personalData: [letters, photos],
    logger: silentLogger,
  })

beforeEach(() => {
  clock = new FakeClock()
  database = new Database(':memory:', peopleMigrations)
  letters = new Things(database, 'letters')
  photos = new Things(database, 'photos')
})

afterEach(() => {
  database[Symbol.dispose]()
})

/** Two persons about whom something is held. */
const twoPersons = async (people: SqlitePeople): Promise<{ one: PersonId; other: PersonId }> => {
  const one = (await people.resolve(PHONE)).person_id
  const other = (await people.resolve(LID)).person_id
  letters.hold(one, 'a')
  letters.hold(other, 'b')
  photos.hold(other, 'c')
  return { one, other }
}

test('everything held about two persons is together by the time the merged person is told', async () => {
  const people = open()
  const { one, other } = await twoPersons(people)
  expect((await people.resolve(BOTH)).person_id).toBe(one)
  expect([letters.of(one), photos.of(one)]).toEqual([['a', 'b'], ['c']])
  expect([await letters.count(other), await photos.count(other)]).toEqual([0, 0])
})

test('a message that comes during a merge waits for what is held about the person', async () => {
  const people = open()
  const { one } = await twoPersons(people)
  const gate = Promise.withResolvers<undefined>()
  photos.waiting = gate.promise
  const order: string[] = []
  const merging = people.resolve(BOTH).then(() => order.push('merging'))
  const following = people.resolve(LID).then(person => order.push(`following as ${String(person.person_id === one)}`))
  const stranger = people.resolve({ identities: [{ kind: 'lid', value: '99' }] }).then(() => order.push('stranger'))
  await stranger
  gate.resolve(undefined)
  await Promise.all([merging, following])
  expect(order).toEqual(['stranger', 'merging', 'following as true'])
  expect(photos.of(one)).toEqual(['c'])
})

test('messages that come during a merge do not start it a second time', async () => {
  const people = open()
  await twoPersons(people)
  const gate = Promise.withResolvers<undefined>()
  letters.waiting = gate.promise
  const resolving = [BOTH, LID, PHONE].map(sender => people.resolve(sender))
  await clock.advance(0)
  gate.resolve(undefined)
  await Promise.all(resolving)
  expect([letters.reassigned, letters.most_under_way]).toEqual([1, 1])
})

test('a merge that a crash cut short is finished at the next start', async () => {
  const people = open()
  const { one } = await twoPersons(people)
  photos.waiting = new Promise(() => undefined)
  void people.resolve(BOTH)
  await clock.advance(0)
  expect([letters.of(one), photos.of(one)]).toEqual([['a', 'b'], []])

  photos = new Things(database, 'photos')
  await open().recover()
  expect([letters.of(one), photos.of(one)]).toEqual([['a', 'b'], ['c']])
})

test('a merge that a crash cut short is finished by the next message of that person, under any name', async () => {
  const people = open()
  const { one } = await twoPersons(people)
  letters.waiting = new Promise(() => undefined)
  void people.resolve(BOTH)
  await clock.advance(0)

  letters = new Things(database, 'letters')
  expect((await open().resolve(LID)).person_id).toBe(one)
  expect([letters.of(one), photos.of(one)]).toEqual([['a', 'b'], ['c']])
})

test('a store that fails holds nobody up, and is asked again', async () => {
  const people = open()
  const { one, other } = await twoPersons(people)
  photos.failing = true
  expect((await people.resolve(BOTH)).person_id).toBe(one)
  expect(photos.of(other)).toEqual(['c'])
  photos.failing = false
  await people.resolve(PHONE)
  expect(photos.of(one)).toEqual(['c'])
})

test('a store that fails keeps none of the others back', async () => {
  const people = open()
  const { one } = await twoPersons(people)
  letters.failing = true
  await people.resolve(BOTH)
  expect(photos.of(one)).toEqual(['c'])
  letters.failing = false
  await people.resolve(PHONE)
  expect([letters.of(one), photos.of(one)]).toEqual([['a', 'b'], ['c']])
})

test('a block holds from the first moment, even when what is held cannot be moved yet', async () => {
  const people = open()
  const { other } = await twoPersons(people)
  await people.setRole(other, 'blocked')
  letters.failing = true
  expect((await people.resolve(BOTH)).role).toBe('blocked')
  expect((await people.resolve(PHONE)).role).toBe('blocked')
})

test('what a turn under way wrote under the id that went away follows later', async () => {
  const people = open()
  const { one, other } = await twoPersons(people)
  await people.resolve(BOTH)
  letters.hold(other, 'late')
  await people.resolve(BOTH)
  expect(letters.of(one)).toEqual(['a', 'b'])
  await clock.advance(10 * MINUTE_MS)
  await people.resolve(PHONE)
  expect(letters.of(one)).toEqual(['a', 'b', 'late'])
})

test('a merge that is done costs nothing any more', async () => {
  const people = open()
  await twoPersons(people)
  await people.resolve(BOTH)
  await clock.advance(10 * MINUTE_MS)
  await people.resolve(BOTH)
  const before = letters.reassigned
  await clock.advance(24 * 60 * MINUTE_MS)
  await people.resolve(BOTH)
  await open().recover()
  expect(letters.reassigned).toBe(before)
})

test('a person who is merged onwards while an earlier merge waits takes everything along', async () => {
  const people = open()
  const oldest = (await people.resolve({ identities: [{ kind: 'phone', value: '15550003333' }] })).person_id
  const { other } = await twoPersons(people)
  photos.failing = true
  await people.resolve(BOTH)
  const person = await people.merge(oldest, other)
  expect(person.person_id).toBe(oldest)
  photos.failing = false
  await open().recover()
  expect([letters.of(oldest), photos.of(oldest)]).toEqual([['a', 'b'], ['c']])
})

test('a person who is merged onwards while an earlier merge is under way takes everything along', async () => {
  const people = open()
  const oldest = (await people.resolve({ identities: [{ kind: 'phone', value: '15550003333' }] })).person_id
  const { other } = await twoPersons(people)
  const gate = Promise.withResolvers<undefined>()
  photos.waiting = gate.promise
  const merging = people.resolve(BOTH)
  const onwards = people.merge(oldest, other)
  await clock.advance(0)
  gate.resolve(undefined)
  await Promise.all([merging, onwards])
  expect([letters.of(oldest), photos.of(oldest)]).toEqual([['a', 'b'], ['c']])
})

test('a message of a known person writes nothing', async () => {
  const people = open()
  await people.resolve(BOTH)
  const writes = () => database.get<{ writes: number }>('select total_changes() as writes')?.writes
  const before = writes()
  await people.resolve(BOTH)
  await people.resolve(LID)
  expect(writes()).toBe(before)
})
