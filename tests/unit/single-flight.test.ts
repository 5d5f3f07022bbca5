import { expect, test } from '@jest/globals'
import { SingleFlight } from '../../src/platform/single-flight.ts'

test('calls with one key share one run, calls with other keys do not', async () => {
  const flights = new SingleFlight<string, number>()
  const gate = Promise.withResolvers<void>()
  let runs = 0
  const act = async (): Promise<number> => {
    const run = ++runs
    await gate.promise
    return run
  }
  const results = Promise.all([flights.run('a', act), flights.run('a', act), flights.run('b', act)])
  gate.resolve()
  expect(await results).toEqual([1, 1, 2])
})

test('after a run has ended, even with an error, the next call runs again', async () => {
  const flights = new SingleFlight<string, string>()
  const fail = (): Promise<string> => Promise.reject(new Error('busy'))
  await expect(Promise.all([flights.run('a', fail), flights.run('a', fail)])).rejects.toThrow('busy')
  expect(await flights.run('a', () => Promise.resolve('done'))).toBe('done')
})
