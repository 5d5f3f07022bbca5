import { expect, test } from '@jest/globals'
import { KeyedQueue } from '../../src/platform/keyed-queue.ts'

test('tasks with the same key run one after the other, also after a failure; other keys do not wait', async () => {
  const queue = new KeyedQueue<string>()
  const gate = Promise.withResolvers<void>()
  const order: string[] = []
  const failing = queue.run('a', async () => {
    await gate.promise
    order.push('first')
    throw new Error('failed')
  })
  const second = queue.run('a', async () => {
    order.push('second')
  })
  await queue.run('b', async () => {
    order.push('other')
  })
  gate.resolve()
  await expect(failing).rejects.toThrow('failed')
  await second
  expect(order).toEqual(['other', 'first', 'second'])
})

test('it is idle when nothing runs or waits, tasks that were added meanwhile included', async () => {
  const queue = new KeyedQueue<string>()
  await queue.whenIdle()
  const gate = Promise.withResolvers<void>()
  let late: Promise<void> | undefined
  let ended = 0
  const end = async (): Promise<void> => {
    ended += 1
  }
  const early = queue.run('a', async () => {
    await gate.promise
    late = queue.run('b', end)
    await end()
  })
  expect(queue.busy).toBe(true)
  const idle = queue.whenIdle()
  gate.resolve()
  await idle
  expect([ended, queue.busy]).toEqual([2, false])
  await Promise.all([early, late])
})
