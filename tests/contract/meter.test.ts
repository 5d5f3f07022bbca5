import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { SqliteMeter } from '../../src/usage/sqlite/sqlite-meter.ts'
import { usageMigrations } from '../../src/usage/sqlite/usage-migrations.ts'
import type { Meter, PlannedCall } from '../../src/models/meter.ts'
import { Database } from '../../src/database/sqlite/database.ts'
import { createMetrics, type Metrics } from '../../src/platform/metrics.ts'
import { noPrices } from '../../src/usage/prices/price-book.ts'
import { meteringOf, meterOf } from '../support/meter-of.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { hostileScopes } from '../support/memory-scopes.ts'
import { sqliteOnDisk, type StoreOnDisk } from '../support/store-on-disk.ts'

const START = Date.parse('2026-11-20T10:00:00Z')

const planned: PlannedCall = {
  kind: 'completion',
  provider: 'openai',
  model: 'some-model',
  purpose: 'reply',
  person_id: 'ana',
  chat_id: '1@c.us',
  estimated_tokens: 1100,
}

/** A whole call. */
interface Call extends PlannedCall {
  readonly outcome: 'ok' | 'failed'
  readonly duration_ms: number
  readonly input_tokens: number
  readonly output_tokens: number
}

const reply: Call = { ...planned, outcome: 'ok', duration_ms: 812.5, input_tokens: 100, output_tokens: 20 }

/** Meters a whole call, from its reservation to its end. */
const record = async (meter: Meter, call: Call): Promise<void> => {
  const { outcome, duration_ms, input_tokens, output_tokens, ...before } = call
  const reservation = await meter.reserve(before)
  if (outcome === 'failed') await meter.release(reservation, { duration_ms })
  else await meter.commit(reservation, { input_tokens, output_tokens, duration_ms })
}

describe.each([
  ['sqlite', (clock: FakeClock) => sqliteOnDisk(usageMigrations, database => meterOf(database, clock))],
] as const)('meter and reader of usage: %s', (_name, open) => {
  let clock: FakeClock
  let opened: StoreOnDisk<SqliteMeter>
  let meter: SqliteMeter

  beforeEach(async () => {
    clock = new FakeClock(START)
    opened = await open(clock)
    meter = opened.store
  })

  afterEach(async () => {
    await opened[Symbol.asyncDispose]()
  })

  test('calls add up by kind, purpose and model, the failed ones beside them', async () => {
    await record(meter, reply)
    await record(meter, reply)
    await record(meter, { ...reply, outcome: 'failed', input_tokens: 0, output_tokens: 0 })
    await record(meter, { ...reply, purpose: 'summary', input_tokens: 7, output_tokens: 3 })
    await record(meter, {
      ...reply,
      kind: 'embedding',
      model: 'some-embedder',
      purpose: 'recall',
      input_tokens: 5,
      output_tokens: 0,
    })
    await expect(meter.totals({ since: 0 })).resolves.toEqual([
      {
        kind: 'completion',
        purpose: 'reply',
        provider: 'openai',
        model: 'some-model',
        calls: 3,
        failed: 1,
        input_tokens: 200,
        output_tokens: 40,
      },
      {
        kind: 'completion',
        purpose: 'summary',
        provider: 'openai',
        model: 'some-model',
        calls: 1,
        failed: 0,
        input_tokens: 7,
        output_tokens: 3,
      },
      {
        kind: 'embedding',
        purpose: 'recall',
        provider: 'openai',
        model: 'some-embedder',
        calls: 1,
        failed: 0,
        input_tokens: 5,
        output_tokens: 0,
      },
    ])
  })

  test('the export of a person says of each call in which chat it was made, as that of messages does', async () => {
    await record(meter, reply)
    const records: unknown[] = []
    for await (const each of meter.export('ana')) records.push(each)
    expect(records).toEqual([
      {
        section: 'usage',
        fields: expect.objectContaining({ model: 'some-model', purpose: 'reply', chat_id: '1@c.us', outcome: 'ok' }),
      },
    ])
  })

  test('totals begin at the time that is asked for', async () => {
    await record(meter, reply)
    await clock.advance(1000)
    await record(meter, reply)
    await expect(meter.totals({ since: START + 1000 })).resolves.toMatchObject([{ calls: 1 }])
    await expect(meter.totals({ since: START + 1001 })).resolves.toEqual([])
  })

  test('a call of nobody in particular is counted too', async () => {
    const { person_id: _, chat_id: __, ...nobodys } = reply
    await record(meter, nobodys)
    await expect(meter.totals({ since: 0 })).resolves.toMatchObject([{ calls: 1 }])
    await expect(meter.count('ana')).resolves.toBe(0)
  })

  test('the calls of a person follow when two turn out to be one, however often that is said', async () => {
    await record(meter, reply)
    await record(meter, { ...reply, person_id: 'ben' })
    await meter.reassign('ana', 'ben')
    await meter.reassign('ana', 'ben')
    await expect(meter.count('ana')).resolves.toBe(0)
    await expect(meter.count('ben')).resolves.toBe(2)
  })

  test('calls stay counted when their person is forgotten', async () => {
    await record(meter, reply)
    await record(meter, { ...reply, person_id: 'ben' })
    await meter.erase('ana')
    await expect(meter.totals({ since: 0 })).resolves.toMatchObject([{ calls: 2, input_tokens: 200 }])
    await expect(meter.count('ben')).resolves.toBe(1)
  })

  test('what differs in provider or model is told apart, the most tokens first', async () => {
    await record(meter, { ...reply, input_tokens: 1, output_tokens: 2 })
    await record(meter, { ...reply, provider: 'elsewhere', input_tokens: 5, output_tokens: 0 })
    await record(meter, { ...reply, model: 'larger', input_tokens: 0, output_tokens: 4 })
    const totals = await meter.totals({ since: 0 })
    expect(totals.map(each => [each.provider, each.model, each.calls])).toEqual([
      ['elsewhere', 'some-model', 1],
      ['openai', 'larger', 1],
      ['openai', 'some-model', 1],
    ])
  })

  test('calls are counted for one person each, whatever people are called', async () => {
    for (const person_id of hostileScopes) await record(meter, { ...reply, person_id })
    for (const person_id of hostileScopes) expect(await meter.count(person_id)).toBe(1)
    await expect(meter.totals({ since: 0 })).resolves.toMatchObject([{ calls: hostileScopes.length }])
  })

  test('what was counted is there after a restart', async () => {
    await record(meter, reply)
    opened.restart()
    meter = opened.store
    await record(meter, reply)
    await expect(meter.totals({ since: 0 })).resolves.toMatchObject([{ calls: 2, input_tokens: 200 }])
  })

  test('a call counts once it has ended: not while it is under way, and not when the process ended before', async () => {
    const reservation = await meter.reserve(planned)
    await meter.reserve({ ...planned, person_id: 'ben' })
    await expect(meter.totals({ since: 0 })).resolves.toEqual([])
    // It is on record from the beginning: it belongs to its person, and the next start finds it.
    await expect(meter.count('ana')).resolves.toBe(1)
    await meter.commit(reservation, { input_tokens: 100, output_tokens: 20, duration_ms: 5 })
    opened.restart()
    meter = opened.store
    await expect(meter.releaseInterrupted()).resolves.toBe(1)
    await expect(meter.releaseInterrupted()).resolves.toBe(0)
    await expect(meter.totals({ since: 0 })).resolves.toMatchObject([{ calls: 1, failed: 0, input_tokens: 100 }])
    await expect(meter.count('ben')).resolves.toBe(1)
  })

  test('a call counts at the time when it ended', async () => {
    const reservation = await meter.reserve(planned)
    await clock.advance(1000)
    await meter.commit(reservation, { input_tokens: 1, output_tokens: 1, duration_ms: 1000 })
    await expect(meter.totals({ since: START + 1000 })).resolves.toMatchObject([{ calls: 1 }])
  })

  test('a call that is ended although its person was forgotten meanwhile counts for no one', async () => {
    const reservation = await meter.reserve(planned)
    await meter.erase('ana')
    await meter.commit(reservation, { input_tokens: 100, output_tokens: 20, duration_ms: 5 })
    await expect(meter.count('ana')).resolves.toBe(0)
    await expect(meter.totals({ since: 0 })).resolves.toMatchObject([{ calls: 1, input_tokens: 100 }])
  })

  test('a call that cannot be written down is a rejection, and the next one is counted', async () => {
    await expect(record(meter, { ...reply, input_tokens: 0.5 })).rejects.toThrow()
    await record(meter, reply)
    await expect(meter.totals({ since: 0 })).resolves.toMatchObject([{ calls: 1 }])
  })
})

test('a call that was not made leaves no record, in the table or in the metrics', async () => {
  const database = new Database(':memory:', usageMigrations)
  const counted: string[] = []
  const metrics: Metrics = {
    ...createMetrics(),
    add: (name, labels) => void counted.push(`${name} ${JSON.stringify(labels)}`),
  }
  const { meter } = meteringOf(database, new FakeClock(), noPrices, {}, metrics)
  await meter.cancel(await meter.reserve(planned))
  expect(database.all('select * from usage')).toEqual([])
  expect(await meter.totals({ since: 0 })).toEqual([])
  await record(meter, { ...reply, outcome: 'failed' })
  expect(counted.filter(line => line.startsWith('model_calls_total'))).toHaveLength(1)
})

test('in SQLite tokens stay reserved until the call ends, however it ends', async () => {
  const database = new Database(':memory:', usageMigrations)
  const meter = meterOf(database, new FakeClock())
  const rows = (): object[] => database.all('select outcome, reserved_tokens from usage order by usage_id')
  const [first, second] = [await meter.reserve(planned), await meter.reserve(planned)]
  await meter.reserve({ ...planned, estimated_tokens: 7 })
  expect(rows()).toMatchObject([1100, 1100, 7].map(reserved_tokens => ({ outcome: 'reserved', reserved_tokens })))
  await meter.commit(first, { input_tokens: 1, output_tokens: 1, duration_ms: 1 })
  await meter.release(second, { duration_ms: 1 })
  await meter.releaseInterrupted()
  expect(rows()).toMatchObject(['ok', 'failed', 'interrupted'].map(outcome => ({ outcome, reserved_tokens: 0 })))
})
