import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Database } from '../../src/database/sqlite/database.ts'
import { migrate } from '../../src/database/sqlite/migrations.ts'
import type { Sender } from '../../src/people/person.ts'
import type { People } from '../../src/people/people.ts'
import type { PeopleSettings } from '../../src/people/roles.ts'
import { peopleMigrations } from '../../src/people/sqlite/people-migrations.ts'
import { createSqlitePeople } from '../../src/people/sqlite/sqlite-people.ts'
import { systemIds } from '../../src/platform/ids.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { FakeClock } from '../support/fake-clock.ts'

const NOBODY: PeopleSettings = { godfather_phone: undefined, blocked_phones: [] }

const phone = (value: string, name?: string): Sender => ({
  identities: [{ kind: 'phone', value }],
  ...(name === undefined ? {} : { name }),
})
const lid = (value: string): Sender => ({ identities: [{ kind: 'lid', value }] })
const username = (value: string): Sender => ({ identities: [{ kind: 'username', value }] })
const together = (...senders: Sender[]): Sender => ({ identities: senders.flatMap(each => each.identities) })
const both = (phoneValue: string, lidValue: string): Sender => ({
  identities: [...phone(phoneValue).identities, ...lid(lidValue).identities],
})

/** One way to keep people: `open` gives them as they are after a start with these settings. */
interface Keeping {
  open(settings?: PeopleSettings): People
  close(): void
}

const sqlite = (): Keeping => {
  const folder = mkdtempSync(join(tmpdir(), 'denidin-people-'))
  const clock = new FakeClock()
  let database: Database | undefined
  return {
    open: (settings = NOBODY) => {
      database?.[Symbol.dispose]()
      database = new Database(join(folder, 'denidin.db'), peopleMigrations)
      return createSqlitePeople({
        database,
        ids: systemIds,
        clock,
        settings,
        personalData: [],
        logger: silentLogger,
      })
    },
    close: () => {
      database?.[Symbol.dispose]()
      rmSync(folder, { recursive: true })
    },
  }
}

describe.each([['SQLite', sqlite]])('people in %s', (_, keep) => {
  let keeping: Keeping
  let people: People

  beforeEach(() => {
    keeping = keep()
    people = keeping.open()
  })

  afterEach(() => {
    keeping.close()
  })

  test('a new sender becomes a client with the name that was told', async () => {
    const person = await people.resolve(phone('15550001111', 'Dana'))
    expect(person).toMatchObject({
      name: 'Dana',
      role: 'client',
      identities: [{ kind: 'phone', value: '15550001111' }],
    })
    expect(await people.find(person.person_id)).toEqual(person)
  })

  test('the same sender is the same person, after a restart too', async () => {
    const person = await people.resolve(phone('15550001111'))
    expect(await people.resolve(phone('15550001111'))).toEqual(person)
    expect(await keeping.open().resolve(phone('15550001111'))).toEqual(person)
  })

  test('different spellings of a number are one person', async () => {
    const person = await people.resolve(phone('15550001111'))
    expect((await people.resolve(phone('+1 555-000-1111'))).person_id).toBe(person.person_id)
  })

  test('two messages of a new sender at once make one person', async () => {
    const persons = await Promise.all([1, 2, 3].map(() => people.resolve(phone('15550001111'))))
    expect(new Set(persons.map(each => each.person_id)).size).toBe(1)
    expect(await people.list({ limit: 10 })).toHaveLength(1)
  })

  test('somebody with a linked id alone is a person like any other', async () => {
    const person = await people.resolve(lid('77000111'))
    expect(await people.lookUp('77000111@lid')).toEqual(person)
    expect(await people.setRole(person.person_id, 'blocked')).toMatchObject({ role: 'blocked' })
    expect(await people.resolve(lid('77000111'))).toMatchObject({ role: 'blocked' })
  })

  test('a linked id and a phone number of the same digits are different people', async () => {
    const one = await people.resolve(phone('15550001111'))
    const other = await people.resolve(lid('15550001111'))
    expect(other.person_id).not.toBe(one.person_id)
  })

  test('a new name of a known sender is kept with the others', async () => {
    const before = await people.resolve(phone('15550001111'))
    const person = await people.resolve(both('15550001111', '77000111'))
    expect(person.person_id).toBe(before.person_id)
    expect(person.identities).toEqual([
      { kind: 'phone', value: '15550001111' },
      { kind: 'lid', value: '77000111' },
    ])
    expect((await people.resolve(lid('77000111'))).person_id).toBe(before.person_id)
  })

  test('the name last told counts, and is not forgotten when none is told', async () => {
    await people.resolve(phone('15550001111', 'Dana'))
    await people.resolve(phone('15550001111', 'Dana\nCohen'))
    expect((await people.resolve(phone('15550001111'))).name).toBe('Dana Cohen')
    expect((await people.resolve(phone('15550001111', ' '))).name).toBe('Dana Cohen')
  })

  test('persons whose names turn out to belong together become the one who was met first', async () => {
    const first = await people.resolve(lid('77000111'))
    const second = await people.resolve(phone('15550001111', 'Dana'))
    const person = await people.resolve(both('15550001111', '77000111'))
    expect(person).toMatchObject({ person_id: first.person_id, name: 'Dana' })
    expect(person.identities).toHaveLength(2)
    expect(await people.list({ limit: 10 })).toEqual([person])
    // An id that was handed out before still leads to the person.
    expect(await people.find(second.person_id)).toEqual(person)
  })

  test('three persons become one, and an id that was handed out twice ago still leads there', async () => {
    const oldest = await people.resolve(phone('15550003333'))
    const middle = await people.resolve(lid('77000111'))
    const newest = await people.resolve(phone('15550001111'))
    await people.resolve(both('15550001111', '77000111'))
    await people.merge(oldest.person_id, middle.person_id)
    const person = await people.resolve(both('15550003333', '77000111'))
    expect(person.person_id).toBe(oldest.person_id)
    // The account goes by the number that it showed last.
    expect(person.identities.map(each => each.value)).toEqual(['15550003333', '77000111'])
    expect(await people.find(newest.person_id)).toEqual(person)
    expect(await people.find(middle.person_id)).toEqual(person)
  })

  test('one sender with three known names merges all of them at once', async () => {
    const oldest = await people.resolve(phone('15550001111'))
    await people.resolve(phone('15550002222'))
    await people.resolve(lid('77000111'))
    const person = await people.resolve({
      identities: [
        { kind: 'lid', value: '77000111' },
        { kind: 'phone', value: '15550002222' },
        { kind: 'phone', value: '15550001111' },
      ],
    })
    expect(person.person_id).toBe(oldest.person_id)
    expect(await people.list({ limit: 10 })).toEqual([person])
  })

  test('messages that merge the same persons at once agree on the result', async () => {
    await people.resolve(phone('15550001111'))
    await people.resolve(lid('77000111'))
    const persons = await Promise.all([1, 2, 3].map(() => people.resolve(both('15550001111', '77000111'))))
    expect(new Set(persons.map(each => each.person_id)).size).toBe(1)
    expect(await people.list({ limit: 10 })).toHaveLength(1)
  })

  test.each(['client', 'godfather', 'blocked'] as const)(
    'who was blocked stays blocked when merged with a %s',
    async role => {
      const one = await people.resolve(phone('15550001111'))
      const other = await people.resolve(lid('77000111'))
      await people.setRole(one.person_id, role)
      await people.setRole(other.person_id, 'blocked')
      expect(await people.resolve(both('15550001111', '77000111'))).toMatchObject({ role: 'blocked' })
    },
  )

  test('a phone number that the configuration blocks, blocks the person under every name', async () => {
    const person = await people.resolve(lid('77000111'))
    people = keeping.open({ godfather_phone: undefined, blocked_phones: ['15550001111'] })
    expect((await people.resolve(lid('77000111'))).role).toBe('client')
    expect((await people.resolve(both('15550001111', '77000111'))).role).toBe('blocked')
    expect((await people.resolve(lid('77000111'))).role).toBe('blocked')
    expect((await people.find(person.person_id))?.role).toBe('blocked')
  })

  test('the configured godfather is the godfather, whatever else is said', async () => {
    const person = await people.resolve(phone('15550001111'))
    await people.setRole(person.person_id, 'blocked')
    people = keeping.open({ godfather_phone: '15550001111', blocked_phones: ['15550001111'] })
    expect((await people.resolve(phone('15550001111'))).role).toBe('godfather')
    expect((await people.list({ limit: 1 }))[0]?.role).toBe('godfather')
  })

  test('a role that the configuration fixes cannot be set; what was set before holds again without it', async () => {
    people = keeping.open({ godfather_phone: '15550001111', blocked_phones: ['15550002222'] })
    const godfather = await people.resolve(phone('15550001111'))
    const blocked = await people.resolve(phone('15550002222'))
    await expect(people.setRole(godfather.person_id, 'client')).rejects.toMatchObject({ code: 'forbidden' })
    await expect(people.setRole(blocked.person_id, 'client')).rejects.toMatchObject({ code: 'forbidden' })
    people = keeping.open()
    expect((await people.find(blocked.person_id))?.role).toBe('client')
    expect(await people.setRole(blocked.person_id, 'godfather')).toMatchObject({ role: 'godfather' })
  })

  test('a role is kept', async () => {
    const person = await people.resolve(phone('15550001111'))
    await people.setRole(person.person_id, 'godfather')
    expect((await keeping.open().resolve(phone('15550001111'))).role).toBe('godfather')
  })

  test('a role of nobody cannot be set', async () => {
    await expect(people.setRole('nobody', 'client')).rejects.toMatchObject({ code: 'not_found' })
    expect(await people.find('nobody')).toBeUndefined()
  })

  test('a person is found by id and by a phone number in any usual spelling', async () => {
    const person = await people.resolve(phone('15550001111'))
    for (const reference of [person.person_id, '+1 (555) 000-1111', '15550001111@c.us']) {
      expect(await people.lookUp(reference)).toEqual(person)
    }
    expect(await people.lookUp('15550009999')).toBeUndefined()
    expect(await people.lookUp('15550001111@lid')).toBeUndefined()
    expect(await people.lookUp('')).toBeUndefined()
  })

  test('people are listed newest first, page by page', async () => {
    for (const value of ['15550001111', '15550002222', '15550003333']) await people.resolve(phone(value))
    const values = (page: Awaited<ReturnType<People['list']>>) => page.map(each => each.identities[0]?.value)
    const first = await people.list({ limit: 2 })
    expect(values(first)).toEqual(['15550003333', '15550002222'])
    const second = await people.list({ limit: 2, before: first[1]?.person_id ?? '' })
    expect(values(second)).toEqual(['15550001111'])
    await expect(people.list({ limit: 2, before: 'nobody' })).rejects.toMatchObject({ code: 'not_found' })
  })

  test('a sender without a name that can be kept is refused', async () => {
    await expect(people.resolve({ identities: [] })).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(people.resolve(phone('Dana'))).rejects.toMatchObject({ code: 'invalid_input' })
    expect(await people.list({ limit: 1 })).toEqual([])
  })

  describe('a number that passes to another account', () => {
    test('takes nothing with it: the two stay different people', async () => {
      const former = await people.resolve(both('15550001111', '77000111'))
      const now = await people.resolve(both('15550001111', '77000222'))
      expect(now.person_id).not.toBe(former.person_id)
      expect((await people.resolve(phone('15550001111'))).person_id).toBe(now.person_id)
      expect((await people.resolve(lid('77000111'))).person_id).toBe(former.person_id)
      expect((await people.find(former.person_id))?.identities).toEqual([{ kind: 'lid', value: '77000111' }])
      const number = { kind: 'phone', value: '15550001111' }
      expect(await people.nameHistory(former.person_id)).toEqual({ former: [number], taken_over: [] })
      expect(await people.nameHistory(now.person_id)).toEqual({
        former: [],
        taken_over: [{ identity: number, from: former.person_id }],
      })
    })

    test('stays with a client who has it now, although the godfather had it', async () => {
      people = keeping.open({ godfather_phone: '15550001111', blocked_phones: [] })
      expect((await people.resolve(both('15550001111', '77000111'))).role).toBe('godfather')
      const now = await people.resolve(both('15550001111', '77000222'))
      expect(now.role).toBe('client')
      people = keeping.open({ godfather_phone: '15550001111', blocked_phones: [] })
      expect((await people.resolve(phone('15550001111'))).role).toBe('client')
      // Neither may whoever lost the number go on by it.
      expect((await people.resolve(lid('77000111'))).role).toBe('client')
    })

    test('grants again what it granted once the operator says that both are one person', async () => {
      people = keeping.open({ godfather_phone: '15550001111', blocked_phones: [] })
      const former = await people.resolve(both('15550001111', '77000111'))
      const now = await people.resolve(both('15550001111', '77000222'))
      expect(await people.merge(now.person_id, former.person_id)).toMatchObject({
        person_id: former.person_id,
        role: 'godfather',
      })
      expect(await people.resolve(both('15550001111', '77000222'))).toMatchObject({ role: 'godfather' })
      expect(await people.nameHistory(former.person_id)).toEqual({
        former: [],
        taken_over: [],
      })
    })

    test('keeps a block: a new account is no way around it', async () => {
      const former = await people.resolve(both('15550001111', '77000111'))
      await people.setRole(former.person_id, 'blocked')
      expect((await people.resolve(both('15550001111', '77000222'))).role).toBe('blocked')
      expect((await people.resolve(lid('77000111'))).role).toBe('blocked')
    })

    test('does not block somebody who wrote before they had it', async () => {
      const former = await people.resolve(both('15550001111', '77000111'))
      await people.setRole(former.person_id, 'blocked')
      await people.resolve(lid('77000222'))
      expect((await people.resolve(both('15550001111', '77000222'))).role).toBe('client')
    })

    test('may come back', async () => {
      const former = await people.resolve(both('15550001111', '77000111'))
      await people.resolve(both('15550001111', '77000222'))
      expect((await people.resolve(both('15550001111', '77000111'))).person_id).toBe(former.person_id)
      expect((await people.resolve(phone('15550001111'))).person_id).toBe(former.person_id)
    })
  })

  describe('an account that gets another number', () => {
    test('is the same person, and the old number is nobody’s', async () => {
      const person = await people.resolve(both('15550001111', '77000111'))
      const moved = await people.resolve(both('15550002222', '77000111'))
      expect(moved).toMatchObject({
        person_id: person.person_id,
        identities: both('15550002222', '77000111').identities,
      })
      expect((await people.resolve(phone('15550001111'))).person_id).not.toBe(person.person_id)
    })

    test('does not leave a block of the configuration behind', async () => {
      people = keeping.open({ godfather_phone: undefined, blocked_phones: ['15550001111'] })
      await people.resolve(both('15550001111', '77000111'))
      expect((await people.resolve(both('15550002222', '77000111'))).role).toBe('blocked')
      expect((await people.resolve(lid('77000111'))).role).toBe('blocked')
    })
  })

  describe('a username', () => {
    test('is a name of the account like a number, in one spelling', async () => {
      const person = await people.resolve(together(lid('77000111'), username('@Dana.Cohen')))
      expect(person.identities).toEqual([
        { kind: 'lid', value: '77000111' },
        { kind: 'username', value: 'dana.cohen' },
      ])
      expect(await people.lookUp('@DANA.cohen')).toEqual(person)
      const whole = await people.resolve(together(phone('15550001111'), lid('77000111'), username('dana.cohen')))
      expect(whole).toMatchObject({ person_id: person.person_id })
      expect(whole.identities.map(each => each.kind)).toEqual(['phone', 'lid', 'username'])
    })

    test('that somebody else takes is theirs, and nothing else of it', async () => {
      const former = await people.resolve(together(lid('77000111'), username('dana')))
      const now = await people.resolve(together(lid('77000222'), username('dana')))
      expect(now.person_id).not.toBe(former.person_id)
      expect(await people.lookUp('@dana')).toEqual(now)
      expect(await people.find(former.person_id)).toMatchObject({ identities: [{ kind: 'lid', value: '77000111' }] })
    })

    test('does not make two accounts one when a message shows no account', async () => {
      const dana = await people.resolve(both('15550001111', '77000111'))
      const noa = await people.resolve(together(lid('77000222'), username('noa')))
      expect((await people.resolve(together(phone('15550001111'), username('noa')))).person_id).toBe(dana.person_id)
      expect((await people.resolve(lid('77000222'))).person_id).toBe(noa.person_id)
    })

    test('of another form is refused', async () => {
      await expect(people.resolve(username('a name'))).rejects.toMatchObject({ code: 'invalid_input' })
    })
  })

  test('the operator makes two people one, the one met first; one person is not made one again', async () => {
    const one = await people.resolve(both('15550001111', '77000111'))
    const other = await people.resolve(both('15550002222', '77000222'))
    expect(await people.merge(other.person_id, one.person_id)).toMatchObject({ person_id: one.person_id })
    // Both accounts go on with the numbers that they have.
    for (const sender of [both('15550001111', '77000111'), both('15550002222', '77000222'), phone('15550002222')]) {
      expect((await people.resolve(sender)).person_id).toBe(one.person_id)
    }
    await expect(people.merge(one.person_id, other.person_id)).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(people.merge(one.person_id, 'nobody')).rejects.toMatchObject({ code: 'not_found' })
  })
})

test('people of the first form keep their names when the tables are brought up to date', () => {
  const database = new DatabaseSync(':memory:')
  migrate(database, peopleMigrations.slice(0, 1))
  database.exec(`
    insert into persons (person_id, name, role, created_at) values ('p1', 'Dana', 'client', 1);
    insert into identities values ('phone', '15550001111', 'p1'), ('lid', '77', 'p1');`)
  migrate(database, peopleMigrations)
  expect(database.prepare('select * from identities order by kind').all()).toEqual([
    { kind: 'lid', value: '77', person_id: 'p1', passed_from: null },
    { kind: 'phone', value: '15550001111', person_id: 'p1', passed_from: null },
  ])
  expect(database.prepare('pragma foreign_key_check').all()).toEqual([])
})
