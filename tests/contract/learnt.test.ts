import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { digestOf, type ProcessedMessages } from '../../src/learning/processed-messages.ts'
import type { Reflections } from '../../src/learning/reflections.ts'
import { learningMigrations } from '../../src/learning/sqlite/learning-migrations.ts'
import { createSqliteProcessedMessages } from '../../src/learning/sqlite/sqlite-processed-messages.ts'
import { createSqliteReflections } from '../../src/learning/sqlite/sqlite-reflections.ts'
import type { PersonalData } from '../../src/people/personal-data.ts'
import { hostileScopes } from '../support/memory-scopes.ts'
import { sqliteOnDisk, type StoreOnDisk } from '../support/store-on-disk.ts'

const session = { session_id: 's1', scope: 'person:p1' } as const
const message = (message_id: string, text: string) => ({ message_id, digest: digestOf(text) })

interface Subject {
  readonly learnt: ProcessedMessages & PersonalData
  readonly reflections: Reflections & PersonalData
}

describe.each([
  [
    'sqlite',
    () =>
      sqliteOnDisk(learningMigrations, database => ({
        learnt: createSqliteProcessedMessages(database),
        reflections: createSqliteReflections(database),
      })),
  ],
] as const)('what was learnt, and reflections: %s', (_name, open) => {
  let opened: StoreOnDisk<Subject>
  let learnt: Subject['learnt']
  let reflections: Subject['reflections']

  beforeEach(async () => {
    opened = await open()
    ;({ learnt, reflections } = opened.store)
  })

  afterEach(async () => {
    await opened[Symbol.asyncDispose]()
  })

  test('what was learned is known by message and words, and may count as new again', async () => {
    await learnt.add(session, [message('a', 'one'), message('b', 'two')])
    await learnt.add(session, [message('b', 'two, edited')])
    await learnt.add({ session_id: 's2', scope: 'person:p2' }, [message('c', 'three')])
    expect([...(await learnt.of('s1')).values()]).toEqual([message('a', 'one'), message('b', 'two, edited')])
    expect(await learnt.sessionsOf(['a', 'c', 'unknown'])).toEqual(expect.arrayContaining(['s1', 's2']))
    await learnt.remove(['a', 'unknown'])
    expect([...(await learnt.of('s1')).keys()]).toEqual(['b'])
    expect(await learnt.of('unknown')).toEqual(new Map())
  })

  test('a session has one reflection, the last that was put', async () => {
    expect(await reflections.of('s1')).toBeUndefined()
    await reflections.put({ ...session, text: 'first', valence: undefined, created_at: 1 })
    expect(await reflections.of('s1')).toEqual({ ...session, text: 'first', valence: undefined, created_at: 1 })
    await reflections.put({ ...session, text: 'second', valence: -0.25, created_at: 2 })
    expect(await reflections.of('s1')).toEqual({ ...session, text: 'second', valence: -0.25, created_at: 2 })
    await reflections.remove('s1')
    expect(await reflections.of('s1')).toBeUndefined()
  })

  test('both follow a person who turns out to be another, as often as it is said', async () => {
    await learnt.add(session, [message('a', 'one')])
    await reflections.put({ ...session, text: 'first', valence: 0, created_at: 1 })
    for (const store of [learnt, reflections]) {
      await store.reassign('p1', 'p2')
      await store.reassign('p1', 'p2')
      expect([await store.count('p1'), await store.count('p2')]).toEqual([0, 1])
    }
    expect(await reflections.of('s1')).toMatchObject({ scope: 'person:p2' })
  })

  test('reflections are counted and removed by their age, each scope apart', async () => {
    for (const [session_id, scope, created_at] of [
      ['s1', 'person:p1', 10],
      ['s2', 'chat:g', 20],
      ['s3', 'chat:g', 30],
      ['s4', 'chat:g', 40],
      ['s5', 'person:p2', 40],
    ] as const) {
      await reflections.put({ session_id, scope, created_at, text: 'x', valence: 0 })
    }
    const one = { scope: 'person:p1', count: 1, oldest: 10, newest: 10 }
    const group = { scope: 'chat:g', count: 2, oldest: 20, newest: 30 }
    expect(await reflections.older(40)).toEqual([group, one])
    expect(await reflections.older(40, 'person:p1')).toEqual([one])
    expect(await reflections.older(40, 'person:p2')).toEqual([])
    expect(await reflections.removeOlder('chat:g', 40)).toBe(2)
    expect(await reflections.older(41)).toMatchObject([
      { scope: 'chat:g' },
      { scope: 'person:p1' },
      { scope: 'person:p2' },
    ])
  })

  test('both are there after a restart', async () => {
    await learnt.add(session, [message('a', 'one')])
    await reflections.put({ ...session, text: 'first', valence: 0.5, created_at: 1 })
    opened.restart()
    ;({ learnt, reflections } = opened.store)
    expect([...(await learnt.of('s1')).values()]).toEqual([message('a', 'one')])
    expect(await reflections.of('s1')).toEqual({ ...session, text: 'first', valence: 0.5, created_at: 1 })
  })

  test('the reflections of one scope are counted and removed without those of another, however scopes are spelt', async () => {
    for (const [n, scope] of hostileScopes.entries()) {
      await reflections.put({ session_id: `s${n}`, scope, text: 'x', valence: 0, created_at: 10 })
    }
    expect(await reflections.older(11)).toHaveLength(hostileScopes.length)
    for (const [n, scope] of hostileScopes.entries()) {
      expect(await reflections.older(11, scope)).toEqual([{ scope, count: 1, oldest: 10, newest: 10 }])
      expect(await reflections.removeOlder(scope, 10)).toBe(0)
      expect(await reflections.removeOlder(scope, 11)).toBe(1)
      expect(await reflections.of(`s${n}`)).toBeUndefined()
      expect(await reflections.older(11)).toHaveLength(hostileScopes.length - n - 1)
    }
  })
})
