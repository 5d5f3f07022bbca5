/** Tokens that agents share over one task: what finished loads left, never more, and never twice. */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { TaskPools } from '../../src/budget/patterns/task-pools.ts'
import { DAY_MS } from '../../src/platform/clock.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts'

let folder: TemporaryFolder
const clock = new FakeClock()

beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(async () => {
  await folder[Symbol.asyncDispose]()
})

/** As a new process sees them. */
const pools = (): TaskPools => new TaskPools({ path: join(folder.path, 'tasks.json'), clock })

/** One load; resolves with the tokens that it could have had. */
const load = async (task: string, id: string, unused: number, transferred = 0, finished = true): Promise<number> => {
  const { spare } = await pools().share(task, async given => ({
    spare: given,
    pooled: { id, unused, transferred, finished },
  }))
  return spare
}

test('a finished load leaves what it did not use; what a later one took is gone', async () => {
  expect(await load('move', 'a', 6000)).toBe(0)
  expect(await load('move', 'b', 1000)).toBe(6000)
  expect(await load('move', 'c', 0, 5000)).toBe(7000)
  expect(await load('move', 'd', 0)).toBe(2000)
})

test('tasks share nothing with each other, whatever they are called', async () => {
  for (const name of ['move', '__proto__', 'constructor', 'מעבר', 'a/b']) {
    expect(await load(name, name, 500)).toBe(0)
    expect(await load(name, `${name}2`, 0)).toBe(500)
  }
})

test('an open load leaves nothing before it is finished', async () => {
  await load('move', 'a', 6000, 0, false)
  expect(await load('move', 'b', 0)).toBe(0)
  await pools().finish('a')
  await pools().finish('a')
  await pools().finish('unknown')
  expect(await load('move', 'c', 0)).toBe(6000)
})

test('loads of one task at the same time never get the same tokens', async () => {
  const shared = pools()
  await load('move', 'a', 1000)
  const taken = await Promise.all(
    ['b', 'c', 'd'].map(async id => {
      const { pooled } = await shared.share('move', async spare => ({
        pooled: { id, unused: 0, transferred: Math.min(600, spare), finished: true },
      }))
      return pooled.transferred
    }),
  )
  expect(taken).toEqual([600, 400, 0])
})

test('a load that fails changes nothing', async () => {
  await load('move', 'a', 1000)
  await expect(pools().share('move', () => Promise.reject(new Error('no folder')))).rejects.toThrow('no folder')
  expect(await load('move', 'b', 0)).toBe(1000)
})

test('a task that rests for a week has ended', async () => {
  await load('move', 'a', 1000)
  await clock.advance(8 * DAY_MS)
  expect(await load('move', 'b', 0)).toBe(0)
})

test.each(['', '{', '[]', '{"tasks":{"move":{"loads":"none"}}}'])(
  'a file that holds %j costs transfers and no load',
  async text => {
    writeFileSync(join(folder.path, 'tasks.json'), text)
    expect(await load('move', 'a', 10)).toBe(0)
    expect(await load('move', 'b', 0)).toBe(10)
  },
)
