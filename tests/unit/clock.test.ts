import { expect, test } from '@jest/globals'
import { systemClock } from '../../src/platform/clock.ts'
import { withDeadline } from '../../src/platform/deadline.ts'
import { createTokenCounter } from '../../src/text/tokens.ts'
import { FakeClock } from '../support/fake-clock.ts'

test('a deadline ends a wait and names what took too long', async () => {
  const clock = new FakeClock()
  const waiting = withDeadline(clock, 50, 'the model', () => new Promise<never>(() => undefined))
  const failed = expect(waiting).rejects.toMatchObject({ code: 'timeout', message: 'the model took longer than 50 ms' })
  await clock.advance(50)
  await failed
})

test('a sleep ends early when it is called off', async () => {
  const controller = new AbortController()
  const sleeping = systemClock.sleep(60_000, controller.signal)
  controller.abort(new Error('enough'))
  await expect(sleeping).rejects.toThrow('enough')
})

test('tokens are counted as o200k counts them', () => {
  expect(createTokenCounter().count('hello world')).toBe(2)
})
