import { expect, test } from '@jest/globals'
import type { Incident } from '../../src/alerts/incident.ts'
import { IncidentRegister } from '../../src/alerts/incident-register.ts'
import type { IncidentStore } from '../../src/alerts/incident-store.ts'
import { createSqliteIncidents, incidentMigrations } from '../../src/alerts/sqlite/sqlite-incidents.ts'
import { Database } from '../../src/database/sqlite/database.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../src/platform/clock.ts'
import type { HealthState } from '../../src/platform/health.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { systemIds } from '../../src/platform/ids.ts'

const AFTER_MS = 30 * SECOND_MS
const STEP_MS = 10 * SECOND_MS

/** A register, and what it has to tell when it is looked at every ten seconds. */
class Rig {
  readonly clock = new FakeClock()
  readonly database = new Database(':memory:', incidentMigrations)
  store: IncidentStore = createSqliteIncidents(this.database)
  /** `began model`, `ended model`, in their order. */
  readonly told: string[] = []
  /** Whether messages can be sent. */
  reachable = true
  #register = this.#make()

  #make(): IncidentRegister {
    const store: IncidentStore = {
      save: incident => this.store.save(incident),
      recent: after => this.store.recent(after),
    }
    return new IncidentRegister({ store, after_ms: AFTER_MS, clock: this.clock, ids: systemIds, logger: silentLogger })
  }

  async restart(): Promise<void> {
    this.#register = this.#make()
    await this.#register.load()
  }

  async pass(milliseconds: number, states: Readonly<Record<string, HealthState>>): Promise<void> {
    for (let passed = 0; passed < milliseconds; passed += STEP_MS) {
      await this.clock.advance(STEP_MS)
      for (const [name, state] of Object.entries(states)) {
        await this.#register.observe({ name, state, detail: `${name} is ${state}` })
      }
      const news = this.#register.news()
      if (news.length === 0 || !this.reachable) continue
      this.told.push(news.map(({ kind, incident }) => `${kind} ${incident.component}`).join(' + '))
      await this.#register.told(news)
    }
  }
}

test('an incident is told once when it begins, and once when it is over', async () => {
  const rig = new Rig()
  await rig.pass(HOUR_MS, { model: 'ok' })
  await rig.pass(HOUR_MS, { model: 'down' })
  expect(rig.told).toEqual(['began model'])
  await rig.pass(HOUR_MS, { model: 'ok' })
  expect(rig.told).toEqual(['began model', 'ended model'])
})

test('trouble of a moment is not an incident', async () => {
  const rig = new Rig()
  for (let n = 0; n < 20; n++) {
    await rig.pass(2 * STEP_MS, { model: 'down' })
    await rig.pass(2 * STEP_MS, { model: 'ok' })
  }
  expect(rig.told).toEqual([])
})

test('the beginning is told within a minute', async () => {
  const rig = new Rig()
  await rig.pass(MINUTE_MS, { model: 'down' })
  expect(rig.told).toEqual(['began model'])
})

test('another reason, and a worse state, are the same incident', async () => {
  const rig = new Rig()
  await rig.pass(HOUR_MS, { model: 'degraded' })
  await rig.pass(HOUR_MS, { model: 'down' })
  await rig.pass(HOUR_MS, { model: 'degraded' })
  expect(rig.told).toEqual(['began model'])
  const [incident] = await rig.store.recent(0)
  expect(incident).toMatchObject({ state: 'down', reason: 'model is degraded' })
})

test.each(['down', 'ok', 'unknown'] as const)('a restart in an incident tells nothing twice: then %s', async after => {
  const rig = new Rig()
  await rig.pass(10 * MINUTE_MS, { model: 'down' })
  for (let n = 0; n < 5; n++) {
    await rig.restart()
    await rig.pass(2 * MINUTE_MS, { model: after })
  }
  expect(rig.told).toEqual(after === 'ok' ? ['began model', 'ended model'] : ['began model'])
})

test('a component that comes and goes is told at most every now and then', async () => {
  const rig = new Rig()
  for (let n = 0; n < 100; n++) {
    await rig.pass(MINUTE_MS, { model: 'down' })
    await rig.pass(MINUTE_MS, { model: 'ok' })
  }
  expect(rig.told.length).toBeLessThanOrEqual(4)
  await rig.pass(DAY_MS / 4, { model: 'ok' })
  expect(rig.told.at(-1)).toBe('ended model')
})

test('one that comes back and stays is told again, and its end too', async () => {
  const rig = new Rig()
  await rig.pass(10 * MINUTE_MS, { model: 'down' })
  await rig.pass(5 * MINUTE_MS, { model: 'ok' })
  await rig.pass(20 * MINUTE_MS, { model: 'down' })
  await rig.pass(HOUR_MS, { model: 'ok' })
  expect(rig.told).toEqual(['began model', 'ended model', 'again model', 'ended model'])
})

test('after a long time of peace it is a new incident', async () => {
  const rig = new Rig()
  await rig.pass(10 * MINUTE_MS, { model: 'down' })
  await rig.pass(2 * HOUR_MS, { model: 'ok' })
  await rig.pass(10 * MINUTE_MS, { model: 'down' })
  expect(rig.told).toEqual(['began model', 'ended model', 'began model'])
})

test('what cannot be told waits, and comes as one message', async () => {
  const rig = new Rig()
  rig.reachable = false
  await rig.pass(10 * MINUTE_MS, { whatsapp: 'down', model: 'down', disk: 'ok' })
  await rig.pass(10 * MINUTE_MS, { whatsapp: 'down', model: 'ok', disk: 'degraded' })
  rig.reachable = true
  await rig.pass(10 * MINUTE_MS, { whatsapp: 'ok', model: 'ok', disk: 'degraded' })
  expect(rig.told[0]).toBe('began whatsapp + passed model + began disk')
  expect(rig.told.slice(1)).toEqual(['ended whatsapp'])
})

test('what was short and could not be told meanwhile is not worth a message', async () => {
  const rig = new Rig()
  rig.reachable = false
  await rig.pass(2 * MINUTE_MS, { whatsapp: 'down' })
  await rig.pass(MINUTE_MS, { whatsapp: 'ok' })
  rig.reachable = true
  await rig.pass(HOUR_MS, { whatsapp: 'ok' })
  expect(rig.told).toEqual([])
})

test('an incident holds no address of a person or group', async () => {
  const rig = new Rig()
  await rig.pass(10 * MINUTE_MS, { 'replies to 15550001111@c.us, 777@lid and 120363@g.us': 'down' })
  const [incident] = await rig.store.recent(0)
  expect(incident?.reason).not.toMatch(/@|15550001111/)
})

test('a component that was switched off is in no trouble any more', async () => {
  const rig = new Rig()
  await rig.pass(10 * MINUTE_MS, { memory: 'down' })
  await rig.pass(10 * MINUTE_MS, { memory: 'off' })
  expect(rig.told).toEqual(['began memory', 'ended memory'])
})

test('incidents are known, and told once, while they cannot be written', async () => {
  const rig = new Rig()
  const works = rig.store
  rig.store = { save: () => Promise.reject(new Error('the disk is full')), recent: works.recent.bind(works) }
  await rig.pass(10 * MINUTE_MS, { database: 'down' })
  expect(rig.told).toEqual(['began database'])
  expect(await works.recent(0)).toEqual([])
  rig.store = works
  await rig.pass(MINUTE_MS, { database: 'down' })
  expect(await works.recent(0)).toMatchObject([{ component: 'database', relapses: 0 } satisfies Partial<Incident>])
  await rig.restart()
  await rig.pass(10 * MINUTE_MS, { database: 'down' })
  expect(rig.told).toEqual(['began database'])
})

test('an incident that cannot be written keeps no other off the disk', async () => {
  const rig = new Rig()
  const { store } = rig
  rig.store = {
    recent: after => store.recent(after),
    save: async incident => {
      if (incident.component === 'poison') throw new Error('cannot be written')
      await store.save(incident)
    },
  }
  await rig.pass(MINUTE_MS, { poison: 'down', model: 'down', disk: 'degraded' })
  expect((await store.recent(0)).map(({ component }) => component).sort()).toEqual(['disk', 'model'])
})

test.each([
  ['forward', 2 * HOUR_MS],
  ['back', -2 * HOUR_MS],
])('a clock that is set %s makes trouble neither longer nor shorter', async (_direction, step) => {
  const rig = new Rig()
  await rig.pass(MINUTE_MS, { model: 'ok' })
  await rig.pass(STEP_MS, { model: 'down' })
  rig.clock.step(step)
  await rig.pass(STEP_MS, { model: 'down' })
  expect(rig.told).toEqual([])
  await rig.pass(AFTER_MS, { model: 'down' })
  expect(rig.told).toEqual(['began model'])
})
