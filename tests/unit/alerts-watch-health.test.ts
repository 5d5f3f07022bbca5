// The health of the alerts themselves: an "ok" only while the components are checked and someone is told.
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { HealthWatch } from '../../src/alerts/health-watch.ts'
import { WatchHealth } from '../../src/alerts/watch-health.ts'
import { MINUTE_MS } from '../../src/platform/clock.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { memoryLog } from '../support/memory-log.ts'

let clock: FakeClock
let watch: HealthWatch | undefined

beforeEach(() => {
  clock = new FakeClock()
})

afterEach(async () => {
  await watch?.[Symbol.asyncDispose]()
  watch = undefined
})

const state = async (health: WatchHealth): Promise<string> => (await health.health()).state

test('it is off while no bot runs, and where no one is told, with the reason', async () => {
  const health = new WatchHealth({ clock, silent: undefined })
  expect(await health.health()).toEqual({ state: 'off', detail: 'The components are checked while the bot runs.' })
  const silent = new WatchHealth({ clock, silent: 'godfather_phone is not set' })
  silent.checked(false)
  expect(await silent.health()).toEqual({
    state: 'off',
    detail: 'No one is told of problems: godfather_phone is not set.',
  })
})

test('news that cannot be delivered degrade it after ten minutes, until they are', async () => {
  const health = new WatchHealth({ clock, silent: undefined })
  for (let minute = 0; minute < 10; minute++) {
    health.checked(true)
    expect(await state(health)).toBe('ok')
    await clock.advance(MINUTE_MS)
  }
  await clock.advance(1000)
  health.checked(true)
  expect(await health.health()).toMatchObject({ state: 'degraded', detail: expect.stringMatching(/for 10 minutes/) })
  health.checked(false)
  expect(await state(health)).toBe('ok')
})

test('a watch that has stopped makes it down, whoever is told', async () => {
  for (const silent of [undefined, 'alerts.whatsapp is off']) {
    const health = new WatchHealth({ clock, silent })
    health.checked(false)
    await clock.advance(3 * MINUTE_MS)
    expect(await health.health()).toMatchObject({
      state: 'down',
      detail: expect.stringMatching(/last checked 3 minutes ago.*Restart DeniDin/),
    })
  }
})

test('a sending that never ends stops the watch, and shows', async () => {
  const health = new WatchHealth({ clock, silent: undefined })
  const news = [{}]
  const register = {
    load: async () => undefined,
    observe: async () => undefined,
    news: () => news,
    told: async () => undefined,
  }
  const over = Promise.withResolvers<void>()
  const stuck = { send: () => over.promise }
  watch = new HealthWatch({
    checks: [],
    register: register as never,
    notices: stuck as never,
    health,
    after_ms: MINUTE_MS,
    clock,
    logger: memoryLog(),
  })
  await watch.start()
  for (let at = 0; at < 20; at++) await clock.advance(15_000)
  expect(await state(health)).toBe('down')
  over.resolve()
})
