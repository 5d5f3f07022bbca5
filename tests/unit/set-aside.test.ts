import { expect, test } from '@jest/globals'
import { DenidinError } from '../../src/platform/errors.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { isOfItem, SetAside } from '../../src/platform/set-aside.ts'
import { memoryLog } from '../support/memory-log.ts'

const ofService = [
  new DenidinError('unavailable', 'down', { retryable: true }),
  new DenidinError('timeout', 'slow'),
  new DenidinError('stopping', 'stopping'),
  new DenidinError('damaged', 'a page is bad'),
  new DenidinError('rejected', 'later', { retryable: true }),
  new DOMException('aborted', 'AbortError'),
]
const ofItem = [
  new RangeError('Maximum call stack size exceeded'),
  new TypeError('x is not a function'),
  new DenidinError('rejected', 'the text is refused'),
  new DenidinError('bad_answer', 'no vector'),
]

test.each(ofService)('%s is not a fault of the item: the work ends and is tried again', async error => {
  const setAside = new SetAside(memoryLog(), createMetrics())
  expect(isOfItem(error)).toBe(false)
  await expect(setAside.attempt('work', 'one', () => Promise.reject(error as Error))).rejects.toBe(error)
  expect(await setAside.health()).toMatchObject({ state: 'ok' })
})

test.each(ofItem)('%s is a fault of the item: it is set aside, counted and reported once', async error => {
  const [log, metrics] = [memoryLog(), createMetrics()]
  const setAside = new SetAside(log, metrics)
  const fail = (): never => {
    throw error
  }
  expect(await setAside.attempt('indexing', 'one', fail)).toEqual({ done: false })
  expect(await setAside.attempt('indexing', 'one', fail)).toEqual({ done: false })
  expect(await setAside.attempt('indexing', 'two', async () => 2)).toEqual({ done: true, result: 2 })
  expect(metrics.read().items_set_aside).toBe(1)
  expect(await setAside.health()).toMatchObject({ state: 'degraded', detail: expect.stringContaining('indexing: 1') })
  expect(log.lines.filter(line => line.level === 'error')).toHaveLength(1)
})

test('of a batch that fails by one item the others are done', async () => {
  const setAside = new SetAside(memoryLog(), createMetrics())
  const done: number[] = []
  await setAside.attemptAll('work', [1, 2, 3, 4], String, async items => {
    if (items.includes(3)) throw new TypeError('three')
    done.push(...items)
  })
  expect(done).toEqual([1, 2, 4])
})
