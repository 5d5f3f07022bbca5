/** Requests that share runs. */
import { expect, test } from '@jest/globals'
import { JoinedRuns } from '../../src/platform/joined-runs.ts'

/** Runs that end when they are told to. */
const steered = () => {
  const ends: ((result: number) => void)[] = []
  const fails: ((error: Error) => void)[] = []
  const runs = new JoinedRuns(() => {
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    ends.push(resolve)
    fails.push(reject)
    return promise
  })
  return { runs, ends, fails }
}

const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

test('requests before a run begins share it, and those that come while it runs share the next', async () => {
  const { runs, ends } = steered()
  const first = [runs.run(), runs.run()]
  await settle()
  expect(ends).toHaveLength(1)
  const second = [runs.run(), runs.run(), runs.run()]
  await settle()
  expect(ends).toHaveLength(1)
  ends[0]?.(1)
  expect(await Promise.all(first)).toEqual([1, 1])
  await settle()
  expect(ends).toHaveLength(2)
  ends[1]?.(2)
  expect(await Promise.all(second)).toEqual([2, 2, 2])
})

test('a run that fails fails for its own requests alone', async () => {
  const { runs, ends, fails } = steered()
  const first = runs.run()
  await settle()
  const second = runs.run()
  fails[0]?.(new Error('the disk is full'))
  await expect(first).rejects.toThrow('the disk is full')
  await settle()
  ends[1]?.(2)
  expect(await second).toBe(2)
})
