import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { createSqliteMeter, usageMigrations, type SqliteMeter } from '../../src/budget/sqlite/sqlite-meter.ts'
import { Database } from '../../src/database/sqlite/database.ts'
import type { MeteredCall } from '../../src/models/meter.ts'
import { FakeClock } from '../support/fake-clock.ts'

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

let clock: FakeClock
let database: Database
let meter: SqliteMeter

beforeEach(() => {
  clock = new FakeClock(START)
  database = new Database(':memory:', usageMigrations)
  meter = createSqliteMeter(database, clock)
})

afterEach(() => {
  database[Symbol.dispose]()
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
  expect(meter.tables).toEqual(['usage'])
})

test('a call that cannot be written down is a rejection, not a throw', async () => {
  database[Symbol.dispose]()
  await expect(meter.record(reply)).rejects.toThrow()
  database = new Database(':memory:', usageMigrations)
})
