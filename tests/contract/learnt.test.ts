import { expect, test } from '@jest/globals'
import { Database } from '../../src/database/sqlite/database.ts'
import { digestOf } from '../../src/learning/learnt.ts'
import { learningMigrations } from '../../src/learning/sqlite/learning-migrations.ts'
import { createSqliteLearnt, createSqliteReflections } from '../../src/learning/sqlite/sqlite-learnt.ts'

const session = { session_id: 's1', scope: 'person:p1' } as const
const message = (message_id: string, text: string) => ({ message_id, digest: digestOf(text) })

test('what was learned is known by message and words, and may count as new again', async () => {
  using database = new Database(':memory:', learningMigrations)
  const learnt = createSqliteLearnt(database)
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
  using database = new Database(':memory:', learningMigrations)
  const reflections = createSqliteReflections(database)
  expect(await reflections.of('s1')).toBeUndefined()
  await reflections.put({ ...session, text: 'first', created_at: 1 })
  await reflections.put({ ...session, text: 'second', created_at: 2 })
  expect(await reflections.of('s1')).toEqual({ ...session, text: 'second', created_at: 2 })
  await reflections.remove('s1')
  expect(await reflections.of('s1')).toBeUndefined()
})

test('both follow a person who turns out to be another, as often as it is said', async () => {
  using database = new Database(':memory:', learningMigrations)
  const learnt = createSqliteLearnt(database)
  const reflections = createSqliteReflections(database)
  await learnt.add(session, [message('a', 'one')])
  await reflections.put({ ...session, text: 'first', created_at: 1 })
  for (const store of [learnt, reflections]) {
    await store.reassign('p1', 'p2')
    await store.reassign('p1', 'p2')
    expect([await store.count('p1'), await store.count('p2')]).toEqual([0, 1])
  }
  expect(await reflections.of('s1')).toMatchObject({ scope: 'person:p2' })
})
