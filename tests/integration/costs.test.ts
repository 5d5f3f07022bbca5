/** What calls cost, through the whole app: the price file, the rows of the meter, and `budget cost`. */
import { afterEach, expect, test } from '@jest/globals'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { OperationInput, OperationOutput } from '../../src/operations/list.ts'
import { DAY_MS } from '../../src/platform/clock.ts'
import { timeZone } from '../../src/platform/time-zone.ts'
import { TestDenidin } from '../support/denidin.ts'
import { facts, failure, json, reply } from '../support/model-server.ts'

let denidin: TestDenidin

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const OPERATOR = { transport: 'cli', level: 'operator' } as const

const cost = async (input: OperationInput<'budget.cost'> = {}): Promise<OperationOutput<'budget.cost'>> =>
  (await denidin.app.runner.run('budget.cost', input, { caller: OPERATOR })) as OperationOutput<'budget.cost'>

const writePrices = (text: string, name = 'prices.json'): void => {
  mkdirSync(join(denidin.folder, 'config'), { recursive: true })
  writeFileSync(join(denidin.folder, 'config', name), text)
}

const PRICES = `{
  "currency": "USD",
  "as_of": "2026-11-29",
  "models": {
    "scripted": { "input": 1, "cached_input": 0.25, "output": 4 },
    "scripted-embedding": { "embedding": 0.5 },
  },
}`

/** An answer that took exactly so many tokens. */
const taking = (input: number, output: number, cached = 0, content = 'All right.') =>
  json({
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: {
      prompt_tokens: input,
      completion_tokens: output,
      total_tokens: input + output,
      prompt_tokens_details: { cached_tokens: cached },
    },
  })

const rows = () => {
  using database = new DatabaseSync(denidin.data('denidin.db'), { readOnly: true })
  return database.prepare('select * from usage order by usage_id').all() as unknown as {
    kind: string
    purpose: string
    model: string
    person_id: string | null
    chat_id: string | null
    outcome: string
    cost_nano: number | null
    price: string | null
  }[]
}

test('prices of the configured file hold, and a change of it holds without a restart', async () => {
  denidin = await TestDenidin.start({ budget: { prices_file: 'config/mine.json' } })
  denidin.models.always('completion', taking(1000, 100))
  await denidin.say('hello')
  expect((await cost({ by: 'model' })).costs).toContainEqual(
    expect.objectContaining({ model: 'scripted', calls: 1, unpriced: 1, cost: null, currency: null }),
  )
  writePrices(PRICES, 'mine.json')
  await denidin.say('hello again')
  writePrices(PRICES.replace('"input": 1,', '"input": 2,'), 'mine.json')
  await denidin.say('and again')
  writePrices('{ "currency": ', 'mine.json')
  await denidin.say('with a broken file')
  const shown = await cost({ by: 'model' })
  expect(shown).toMatchObject({
    prices_as_of: '2026-11-29',
    problem: expect.stringContaining('config/mine.json, line 1'),
  })
  // 1000 tokens at 1, then twice at 2, and 100 tokens of answer at 4 each; the first call stays without a price.
  expect(shown.costs.filter(each => each.model === 'scripted')).toEqual([
    expect.objectContaining({ currency: 'USD', calls: 3, unpriced: 0, cost: 0.0062 }),
    expect.objectContaining({ currency: null, calls: 1, unpriced: 1, cost: null }),
  ])
  expect(shown.without_price).toContainEqual({ model: 'scripted', calls: 1 })
  rmSync(join(denidin.folder, 'config', 'mine.json'))
  await denidin.say('without a file')
  expect(
    (await cost({ by: 'model' })).costs.find(each => each.unpriced > 0 && each.model === 'scripted'),
  ).toMatchObject({
    calls: 2,
  })
})

test('every call of a conversation has its price, its person, its chat and its purpose', async () => {
  denidin = await TestDenidin.start({ memory: { longterm: { recall_tokens: 500 } } })
  writePrices(PRICES)
  denidin.models.always('completion', taking(1000, 100, 800))
  denidin.models.always('extraction', facts())
  await denidin.say('my sister is called Dana', { name: 'Ana' })
  await denidin.say('/reset', { name: 'Ana' })
  await denidin.whenIdle()
  await denidin.say('what is my sister called?', { name: 'Ana' })
  await denidin.whenIdle()
  const calls = rows()
  expect(new Set(calls.map(({ purpose }) => purpose))).toEqual(new Set(['reply', 'recall', 'memory', 'extraction']))
  expect(calls.filter(({ person_id }) => person_id === null)).toEqual([])
  expect(calls.filter(({ chat_id, purpose }) => chat_id === null && purpose !== 'memory')).toEqual([])
  expect(calls.filter(({ cost_nano }) => cost_nano === null)).toEqual([])
  const replies = calls.filter(({ purpose }) => purpose === 'reply')
  // 200 tokens at 1, 800 cached ones at 0.25, 100 tokens of answer at 4, each per million.
  expect(replies.map(({ cost_nano }) => cost_nano)).toEqual([800_000, 800_000])
  expect(JSON.parse(replies[0]?.price ?? '')).toEqual({ input: 1, cached_input: 0.25, output: 4 })
  const by_person = await cost({ by: 'person' })
  expect(by_person.costs).toHaveLength(1)
  expect(by_person.costs[0]).toMatchObject({ name: 'Ana', currency: 'USD', unpriced: 0 })
  expect(by_person.total).toHaveLength(1)
  for (const by of ['day', 'chat', 'purpose', 'provider', 'model'] as const) {
    const shown = await cost({ by })
    expect(shown.total).toEqual(by_person.total)
    const sum = shown.costs.reduce((total, each) => total + Math.round((each.cost ?? 0) * 1e9), 0)
    expect(sum).toBe(Math.round((by_person.total[0]?.cost ?? 0) * 1e9))
  }
  await expect(cost({ by: 'model', person: '15550001111' })).resolves.toMatchObject({ total: by_person.total })
  await expect(cost({ person: '15550009999' })).rejects.toMatchObject({ code: 'not_found' })
})

test('an answer that gave nothing is paid for, and a call that never got one is not', async () => {
  denidin = await TestDenidin.start({ memory: { longterm: { enabled: false } } })
  writePrices(PRICES)
  denidin.models.always(
    'completion',
    json({
      choices: [{ index: 0, message: { role: 'assistant', content: '' }, finish_reason: 'content_filter' }],
      usage: { prompt_tokens: 50, completion_tokens: 0, total_tokens: 50 },
    }),
  )
  await denidin.say('a refused question')
  const refused = rows().filter(({ purpose }) => purpose === 'reply')
  expect(refused).toMatchObject([{ outcome: 'failed' }])
  // Asked twice: with its texts, and with the question alone.
  expect(refused[0]?.cost_nano).toBeGreaterThanOrEqual(50_000)
  denidin.models.always('completion', failure(500))
  await denidin.say('a failing question')
  expect(
    rows()
      .filter(({ purpose }) => purpose === 'reply')
      .at(-1),
  ).toMatchObject({ outcome: 'failed', cost_nano: null })
  expect((await cost({ by: 'purpose' })).costs).toMatchObject([{ purpose: 'reply', failed: 2, unpriced: 0 }])
})

test('days begin at midnight where the operator is, also when the clocks change', async () => {
  denidin = await TestDenidin.start({ time_zone: 'Asia/Jerusalem', memory: { longterm: { enabled: false } } })
  writePrices(PRICES)
  denidin.models.always('completion', taking(1000, 0))
  const zone = timeZone('Asia/Jerusalem')
  // Israel turns its clocks forward on 26 March 2027, which has 23 hours, and back on 31 October 2027, which has 25.
  for (const [day, hours] of [
    ['2027-03-26', 23],
    ['2027-10-31', 25],
  ] as const) {
    const number = Date.parse(day) / DAY_MS
    const begins = zone.beginOf(number)
    const ends = zone.beginOf(number + 1)
    expect(ends - begins).toBe(hours * 3_600_000)
    for (const at of [begins - 60_000, begins + 60_000, ends - 60_000, ends + 60_000]) {
      denidin.clock.forward(at - denidin.clock.now())
      await denidin.say(`at ${String(at)}`)
    }
    const { costs, from, to } = await cost({ days: 3 })
    const dayBefore = new Date((number - 1) * DAY_MS).toISOString().slice(0, 10)
    const dayAfter = new Date((number + 1) * DAY_MS).toISOString().slice(0, 10)
    expect([from, to]).toEqual([dayBefore, dayAfter])
    expect(costs.map(each => [each.day, each.calls, each.cost])).toEqual([
      [dayBefore, 1, 0.001],
      [day, 2, 0.002],
      [dayAfter, 1, 0.001],
    ])
  }
})

test('a broken price file is named with its line and the reason', async () => {
  denidin = await TestDenidin.start()
  writePrices('{\n "currency": "USD",\n "models": { "scripted": { "input": -1, "output": 1 } } }')
  await expect(cost()).resolves.toMatchObject({
    problem: expect.stringMatching(
      /config\/prices\.json, line 3: models\.scripted\.input must be a number from 0 to 1,000,000/,
    ),
  })
})

test('the offline model costs nothing, and needs no price for that', async () => {
  denidin = await TestDenidin.start({ ai: { provider: 'offline' }, embeddings: { provider: 'offline' } })
  denidin.models.always('completion', reply('not asked'))
  await denidin.say('hello')
  const { total, without_price } = await cost()
  expect(total).toMatchObject([{ cost: 0, unpriced: 0, currency: null }])
  expect(without_price).toBeUndefined()
})

test('budget recommend says which configured model would have cost less', async () => {
  denidin = await TestDenidin.start()
  await denidin.restart({ ai: { fallback_models: [{ model: 'small', base_url: denidin.models.base_url }] } })
  writePrices(`{
    "currency": "USD",
    "models": {
      "scripted": { "input": 1, "output": 4 },
      "small": { "input": 0.1, "output": 0.4 },
      "scripted-embedding": { "embedding": 0.5 }
    }
  }`)
  denidin.models.always('completion', taking(1000, 100))
  const recommend = () => denidin.app.runner.run('budget.recommend', {}, { caller: OPERATOR })
  for (let count = 0; count < 9; count++) await denidin.say(`tea ${String(count)}`)
  expect(await recommend()).not.toHaveProperty('savings')
  await denidin.say('tea again')
  const [total] = (await cost({ by: 'model' })).costs.filter(({ model }) => model === 'scripted')
  expect(await recommend()).toMatchObject({
    savings: [
      {
        model: 'scripted',
        cheaper_model: 'small',
        calls: total?.calls,
        cost: total?.cost,
        would_cost: expect.closeTo((total?.cost ?? 0) / 10, 9),
        currency: 'USD',
      },
    ],
  })
})
