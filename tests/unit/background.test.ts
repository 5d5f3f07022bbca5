import { expect, test } from '@jest/globals'
import { BackgroundTasks } from '../../src/platform/background-tasks.ts'
import { memoryLog } from '../support/memory-log.ts'

test('what is asked for while it runs is done once more, however often it was asked for', async () => {
  const background = new BackgroundTasks(memoryLog())
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let rounds = 0
  const act = background.coalesced('counting', () => gates[rounds++]?.promise ?? Promise.resolve())
  for (let n = 0; n < 5; n++) act()
  expect(rounds).toBe(1)
  for (const gate of gates) gate.resolve()
  await background.whenIdle()
  expect(rounds).toBe(2)
  act()
  await background.whenIdle()
  expect(rounds).toBe(3)
})

test('a round that fails is logged, and the next one is done all the same', async () => {
  const log = memoryLog()
  const background = new BackgroundTasks(log)
  let rounds = 0
  const act = background.coalesced('counting', () => {
    rounds++
    return Promise.reject(new Error('no'))
  })
  act()
  await background.whenIdle()
  act()
  await background.whenIdle()
  expect(rounds).toBe(2)
  expect(log.text()).toContain('counting failed')
})
