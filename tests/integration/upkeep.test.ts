// What goes by its age through the whole of DeniDin, by the cleanup schedule and on request.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { ScheduleHealth } from '../../src/interfaces/cron/schedule-health.ts'
import { scheduleOf } from '../../src/app/schedule.ts'
import { startSchedule } from '../../src/interfaces/cron/schedule.ts'
import { DAY_MS } from '../../src/platform/clock.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { valenceOf } from '../../src/text/valence/valence.ts'
import { noRuns } from '../support/no-runs.ts'
import { TestDenidin, type Json } from '../support/denidin.ts'

const ANA = '15550001111'
const BEN = '15550002222'
const OPERATOR = { transport: 'cli', level: 'operator' } as const

let denidin: TestDenidin

/** What arrives has the time of the machine; it is answered although the test's clock is days ahead. */
const keeping = (retention_days: number): Json => ({
  conversation: { answer_within_hours: 8760 },
  memory: { reflections: { retention_days } },
})

beforeEach(async () => {
  denidin = await TestDenidin.start(keeping(30))
})

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const run = async (name: string, input: object = {}): Promise<Record<string, unknown>> =>
  await denidin.app.runner.run(name, input, { caller: OPERATOR })

/** Lets the cleanup schedule fall due once. */
const cleanUp = async (): Promise<void> => {
  const rings = new Map<string, () => Promise<void>>()
  await using _schedule = startSchedule({
    ...noRuns,

    settings: scheduleOf(denidin.settings()),
    runner: denidin.app.runner,
    clock: denidin.clock,
    logger: silentLogger,
    health: new ScheduleHealth(denidin.clock),
    scheduler: (_expression, name, ring) => {
      rings.set(name, ring)
      return { [Symbol.asyncDispose]: () => Promise.resolve() }
    },
  })
  await rings.get('cleanup_cron')?.()
}

/** One conversation, begun and ended. */
const talk = async (phone: string, ...sayings: readonly string[]): Promise<string> => {
  for (const text of sayings) await denidin.say(text, { phone })
  await denidin.say('/reset', { phone })
  const { sessions } = (await run('session.list', { limit: 1 })) as { sessions: readonly { session_id: string }[] }
  return sessions[0]?.session_id ?? ''
}

const reflectionOf = async (session_id: string): Promise<unknown> =>
  (await run('session.show', { session_id }))['reflection']

const audited = async (): Promise<readonly Json[]> => {
  await denidin.close()
  const lines = (await readFile(join(denidin.folder, 'logs/memory_audit.log'), 'utf8')).trim().split('\n')
  return lines.map(line => JSON.parse(line) as Json).filter(line => line['operation'] === 'memory.prune_reflections')
}

test('reflections older than retention_days go with the cleanup schedule, others stay', async () => {
  const first = await talk(ANA, 'my dog is called Rex')
  denidin.clock.forward(20 * DAY_MS)
  const second = await talk(BEN, 'my cat is called Tom')
  await cleanUp()
  expect([await reflectionOf(first), await reflectionOf(second)]).toEqual([expect.any(String), expect.any(String)])
  denidin.clock.forward(11 * DAY_MS)
  await cleanUp()
  expect([await reflectionOf(first), await reflectionOf(second)]).toEqual([null, expect.any(String)])
  expect((await denidin.app.memory.list('all', { limit: 9 })).map(memory => memory.text).sort()).toEqual([
    'my cat is called Tom',
    'my dog is called Rex',
  ])
  await denidin.restart(keeping(5))
  await cleanUp()
  expect(await reflectionOf(second)).toBeNull()
  const [ana, ben] = await Promise.all([ANA, BEN].map(phone => denidin.app.people.lookUp(phone)))
  expect(await audited()).toMatchObject([
    { by: 'cron', whose: `person:${ana?.person_id ?? ''}`, counts: { reflections: 1 } },
    { by: 'cron', whose: `person:${ben?.person_id ?? ''}`, counts: { reflections: 1 } },
  ])
})

test('uses of memories and what replies were given go after ninety days, the memories stay', async () => {
  await talk(ANA, 'my dog is called Rex')
  await denidin.app.memory.whenIdle()
  const recallRex = async (): Promise<unknown> => {
    await denidin.say('what is my dog called?')
    return (await run('memory.why', { person: ANA }))['items']
  }
  const rex = expect.arrayContaining([expect.objectContaining({ text: 'my dog is called Rex', by: 'you' })]) as unknown
  const recalls = async (): Promise<unknown> =>
    ((await run('memory.access_stats', { hours: 8760 }))['by_type'] as Record<string, number>)['recall']
  expect(await recallRex()).toEqual(rex)
  const once = Number(await recalls())
  denidin.clock.forward(60 * DAY_MS)
  expect(await recallRex()).toEqual(rex)
  const together = Number(await recalls())
  expect(together).toBeGreaterThan(once)
  denidin.clock.forward(29 * DAY_MS)
  await cleanUp()
  expect(await recalls()).toBe(together)
  denidin.clock.forward(2 * DAY_MS)
  await cleanUp()
  expect(await recalls()).toBe(together - once)
  denidin.clock.forward(60 * DAY_MS)
  await cleanUp()
  expect(await recalls()).toBeUndefined()
  expect(await run('memory.why', { person: ANA })).toEqual({ replied_at: null, tone: null, context: null, items: [] })
  expect(await recallRex()).toEqual(rex)
})

test('the operator is told what would go, and then has it go, of all or of one', async () => {
  const sessions = [await talk(ANA, 'my dog is called Rex'), await talk(ANA, 'I like tea'), await talk(BEN, 'I ski')]
  const left = async (): Promise<readonly boolean[]> =>
    (await Promise.all(sessions.map(reflectionOf))).map(text => text !== null)
  denidin.clock.forward(12 * DAY_MS)
  expect(await run('memory.prune_reflections', { dry_run: true })).toMatchObject({ days: 30, reflections: 0 })
  const told = await run('memory.prune_reflections', { dry_run: true, days: 10 })
  expect(told).toMatchObject({
    dry_run: true,
    days: 10,
    reflections: 3,
    conversations: [
      { who: `Ana (+${ANA})`, reflections: 2 },
      { who: expect.stringContaining(BEN), reflections: 1 },
    ],
  })
  expect(Date.parse(String(told['oldest']))).toBeLessThan(Date.parse(String(told['newest'])))
  expect(JSON.stringify(told)).not.toMatch(/this and that|Rex|tea/)
  expect(await left()).toEqual([true, true, true])
  expect(await run('memory.prune_reflections', { days: 10, person: BEN })).toMatchObject({ reflections: 1 })
  expect(await left()).toEqual([true, true, false])
  expect(await run('memory.prune_reflections', { days: 10 })).toMatchObject({ dry_run: false, reflections: 2 })
  expect(await left()).toEqual([false, false, false])
  expect(await run('memory.prune_reflections', { days: 0 })).toMatchObject({ reflections: 0, oldest: null })
  expect((await audited()).map(line => [line['by'], line['counts']])).toEqual([
    ['operator', { reflections: 1 }],
    ['operator', { reflections: 2 }],
  ])
})

test('a reflection tells how what its person said felt, not what they were answered', async () => {
  const sayings = ['I am so sad, my dog died', 'it rains', 'thanks for asking'] as const
  const session_id = await talk(ANA, ...sayings)
  const { valence } = await run('session.show', { session_id })
  const mean = sayings.reduce((sum, each) => sum + valenceOf(each), 0) / sayings.length
  expect(valence).toBeCloseTo(mean)
  expect(mean).not.toBeCloseTo(0, 1)
  const { file } = await run('memory.export', { person: ANA })
  expect(await readFile(denidin.data(String(file)), 'utf8')).toContain(`valence: ${String(valence)}`)
})
