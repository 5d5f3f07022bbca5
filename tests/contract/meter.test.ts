import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { createSqliteMeter, usageMigrations, type SqliteMeter } from '../../src/usage/sqlite/sqlite-meter.ts'
import type { MeteredCall } from '../../src/models/meter.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { hostileScopes } from '../support/memory-scopes.ts'
import { sqliteOnDisk, type StoreOnDisk } from '../support/store-on-disk.ts'

const START = Date.parse('2026-11-20T10:00:00Z')

const reply: MeteredCall = {
  kind: 'completion',
  provider: 'openai',
  model: 'some-model',
  purpose: 'reply',
  person_id: 'ana',
  chat_id: '1@c.us',
  outcome: 'ok',
  duration_ms: 812.5,
  input_tokens: 100,
  output_tokens: 20,
}

describe.each([
  ['sqlite', (clock: FakeClock) => sqliteOnDisk(usageMigrations, database => createSqliteMeter(database, clock))],
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
    await meter.record(reply)
    await meter.record(reply)
    await meter.record({ ...reply, outcome: 'failed', input_tokens: 0, output_tokens: 0 })
    await meter.record({ ...reply, purpose: 'summary', input_tokens: 7, output_tokens: 3 })
    await meter.record({
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

  test('totals begin at the time that is asked for', async () => {
    await meter.record(reply)
    await clock.advance(1000)
    await meter.record(reply)
    await expect(meter.totals({ since: START + 1000 })).resolves.toMatchObject([{ calls: 1 }])
    await expect(meter.totals({ since: START + 1001 })).resolves.toEqual([])
  })

  test('a call of nobody in particular is counted too', async () => {
    const { person_id: _, chat_id: __, ...nobodys } = reply
    await meter.record(nobodys)
    await expect(meter.totals({ since: 0 })).resolves.toMatchObject([{ calls: 1 }])
    await expect(meter.count('ana')).resolves.toBe(0)
  })

  test('the calls of a person follow when two turn out to be one, however often that is said', async () => {
    await meter.record(reply)
    await meter.record({ ...reply, person_id: 'ben' })
    await meter.reassign('ana', 'ben')
    await meter.reassign('ana', 'ben')
    await expect(meter.count('ana')).resolves.toBe(0)
    await expect(meter.count('ben')).resolves.toBe(2)
  })

  test('calls stay counted when their person is forgotten', async () => {
    await meter.record(reply)
    await meter.record({ ...reply, person_id: 'ben' })
    await meter.erase('ana')
    await expect(meter.totals({ since: 0 })).resolves.toMatchObject([{ calls: 2, input_tokens: 200 }])
    await expect(meter.count('ben')).resolves.toBe(1)
  })

  test('what differs in provider or model is told apart, the most tokens first', async () => {
    await meter.record({ ...reply, input_tokens: 1, output_tokens: 2 })
    await meter.record({ ...reply, provider: 'elsewhere', input_tokens: 5, output_tokens: 0 })
    await meter.record({ ...reply, model: 'larger', input_tokens: 0, output_tokens: 4 })
    const totals = await meter.totals({ since: 0 })
    expect(totals.map(each => [each.provider, each.model, each.calls])).toEqual([
      ['elsewhere', 'some-model', 1],
      ['openai', 'larger', 1],
      ['openai', 'some-model', 1],
    ])
  })

  test('calls are counted for one person each, whatever people are called', async () => {
    for (const person_id of hostileScopes) await meter.record({ ...reply, person_id })
    for (const person_id of hostileScopes) expect(await meter.count(person_id)).toBe(1)
    await expect(meter.totals({ since: 0 })).resolves.toMatchObject([{ calls: hostileScopes.length }])
  })

  test('what was counted is there after a restart', async () => {
    await meter.record(reply)
    opened.restart()
    meter = opened.store
    await meter.record(reply)
    await expect(meter.totals({ since: 0 })).resolves.toMatchObject([{ calls: 2, input_tokens: 200 }])
  })

  test('a call that cannot be written down is a rejection, and the next one is counted', async () => {
    await expect(meter.record({ ...reply, input_tokens: 0.5 })).rejects.toThrow()
    await meter.record(reply)
    await expect(meter.totals({ since: 0 })).resolves.toMatchObject([{ calls: 1 }])
  })
})
