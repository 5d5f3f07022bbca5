/** Adding up the usage log: lines of ours and of others, days, quantiles, and many agents and people. */
import { describe, expect, test } from '@jest/globals'
import { figuresOf, writtenFigures } from '../../src/budget/usage/usage-figures.ts'
import { UsageCounter, type UsageAnalysis, type UsageQuery } from '../../src/budget/usage/usage-analysis.ts'
import { entryOf, openUseOf, unfinishedEntryOf, type BegunUsage } from '../../src/budget/usage/usage-entry.ts'
import { daysBefore, lastDays } from '../../src/budget/usage/usage-days.ts'
import { bytesOfText } from '../../src/platform/line-batches.ts'
import { QUANTILE_ERROR, QuantileSketch } from '../../src/platform/quantile-sketch.ts'
import { timeZone } from '../../src/platform/time-zone.ts'
import { begunUsage } from '../support/budget/begun-usage.ts'

const AT = Date.parse('2026-11-20T10:00:00Z')

const lineOf = (more: Partial<BegunUsage> = {}, { at = AT, run = 'live', success = true } = {}): string => {
  const use = openUseOf(begunUsage(more), { id: 'x', at, run: run as 'live' })
  return bytesOfText(JSON.stringify(entryOf(use, { success }, 1)))
}

const analyse = (lines: readonly string[], query: UsageQuery = {}): UsageAnalysis => {
  const counter = new UsageCounter(query)
  counter.add(lines)
  return counter.result()
}

/** The last field first: no line of ours, but the same entry. */
const reordered = (line: string): string =>
  JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(line) as object).toReversed()))

describe('a line', () => {
  test.each([
    ['a turn', {}],
    ['a load', { kind: 'load', agent: 'specialists/dbt-expert', person_id: undefined }],
    ['a Hebrew agent', { agent: 'roles/מנהל', person_id: 'אנה' }],
    ['a task that looks like fields', { task: '"person_id":"eve","success":true,"error":null}' }],
    ['an agent with a quotation mark', { agent: 'roles/"x"' }],
    ['a demand above the budget', { demand_tokens: 9000 }],
  ] as const)('of ours and the same fields in another order say the same: %s', (_name, more) => {
    const line = lineOf(more)
    // Speed depends on it; an escaped letter is the exception.
    expect(writtenFigures(line) !== undefined).toBe(!begunUsage(more).agent.includes('"'))
    expect(figuresOf(line)).toEqual(figuresOf(bytesOfText(reordered(Buffer.from(line, 'latin1').toString('utf8')))))
    const { agent, demand_tokens: demand, person_id } = begunUsage(more)
    expect(figuresOf(line)).toMatchObject({ agent, demand, person_id, is_live: true, success: true })
  })

  test('with the fields of the first system alone is an entry', () => {
    const line = JSON.stringify({
      timestamp: '2025-10-14T09:00:00.123456',
      agent: 'dbt-expert',
      task: 'Analyze',
      complexity: 'complex',
      budget_allocated: 30_000,
      tokens_loaded: 29_436,
      usage_pct: 98.1,
      exceeded_budget: false,
      scope_breakdown: { 'agent-specific': 29_436, agent_recent: 0 },
      warnings_count: 2,
      duration_seconds: 0.2,
      success: true,
      error: null,
    })
    expect(figuresOf(line)).toEqual({
      timestamp: '2025-10-14T09:00:00.123Z',
      is_live: true,
      agent: 'dbt-expert',
      complexity: 'complex',
      budget: 30_000,
      usage_pct: 98.1,
      exceeded: false,
      demand: undefined,
      scopes: { 'agent-specific': 29_436, recent: 0, global: 0 },
      success: true,
      unfinished: false,
      person_id: undefined,
    })
  })

  test.each([
    ['nothing of JSON', 'hello'],
    ['half of an entry', lineOf().slice(0, 200)],
    ['a list', '[1,2]'],
    ['a text', '"x"'],
    ['null', 'null'],
    ['no agent', '{"timestamp":"2026-11-20T10:00:00.000Z","budget_allocated":1,"tokens_loaded":1}'],
    ['an empty agent', '{"timestamp":"2026-11-20T10:00:00.000Z","agent":"","budget_allocated":1,"tokens_loaded":1}'],
    ['no time', '{"agent":"x","budget_allocated":1,"tokens_loaded":1}'],
    ['a time that is none', '{"timestamp":"yesterday","agent":"x","budget_allocated":1,"tokens_loaded":1}'],
    ['a negative budget', '{"timestamp":"2026-11-20T10:00:00Z","agent":"x","budget_allocated":-1,"tokens_loaded":1}'],
    ['a budget in words', '{"timestamp":"2026-11-20T10:00:00Z","agent":"x","budget_allocated":"1","tokens_loaded":1}'],
    ['bytes that are not text', '\u00ff\u00fe{'],
    ['half of an entry and another one', `${lineOf().slice(0, 300)}${lineOf()}`],
  ])('with %s is a bad one, and costs nothing else', (_name, bad) => {
    const result = analyse([lineOf(), bad, lineOf()])
    expect(result).toMatchObject({ bad_lines: 1, overall: { executions: 2 } })
  })

  test('without anything is not a line', () => {
    expect(analyse(['', '\r', lineOf(), ''])).toMatchObject({ bad_lines: 0, overall: { executions: 1 } })
  })
})

test('agents have their rows, the busiest first, and all together have one', () => {
  const lines = [
    lineOf({ agent: 'client', demand_tokens: 1000 }),
    lineOf({ agent: 'client', demand_tokens: 5000 }, { success: false }),
    lineOf({ agent: 'client', demand_tokens: 3000 }),
    lineOf({ agent: 'roles/x', demand_tokens: 4000 }),
  ]
  const use = openUseOf(begunUsage({ agent: 'roles/x' }), { id: 'y', at: AT, run: 'live' })
  const result = analyse([...lines, JSON.stringify(unfinishedEntryOf(use))])
  expect(result.agents).toMatchObject([
    { agent: 'client', executions: 3, avg_pct: 75, min_pct: 25, max_pct: 125, exceeded: 1, failed: 1, unfinished: 0 },
    { agent: 'roles/x', executions: 2, avg_pct: 87.5, max_pct: 100, exceeded: 0, failed: 1, unfinished: 1 },
  ])
  expect(result.overall).toMatchObject({ executions: 5, avg_pct: 80, exceeded: 1, failed: 2, unfinished: 1 })
})

test('no entries: zeros', () => {
  expect(analyse([])).toMatchObject({
    agents: [],
    overall: { executions: 0, avg_pct: 0, median_pct: 0, p95_pct: 0, max_pct: 0, min_pct: 0 },
  })
})

test('entries of demo and test runs are left out and counted', () => {
  const lines = [lineOf(), lineOf({}, { run: 'demo' }), lineOf({ agent: 'other' }, { run: 'test' })]
  expect(analyse(lines)).toMatchObject({ left_out: 2, overall: { executions: 1 } })
  expect(analyse(lines, { agent: 'OTHER' })).toMatchObject({ left_out: 1, overall: { executions: 0 } })
})

test.each([
  ['client', ['client']],
  ['EXPERT', ['specialists/dbt-expert', 'specialists/aws-expert']],
  [' dbt ', ['specialists/dbt-expert']],
  ['nobody', []],
  ['.*', []],
])('an agent with "%s" in its name', (agent, found) => {
  const names = ['client', 'specialists/dbt-expert', 'specialists/aws-expert']
  const result = analyse(
    names.map(each => lineOf({ agent: each })),
    { agent },
  )
  expect(result.agents.map(each => each.agent).sort()).toEqual([...found].sort())
})

test('the bounds of time: from the first moment on, up to the last one', () => {
  const lines = [-1, 0, 1, 9, 10].map(ms => lineOf({}, { at: AT + ms }))
  expect(analyse(lines, { since: AT, until: AT + 10 }).overall.executions).toBe(3)
})

describe('days in the zone of the operator', () => {
  const jerusalem = timeZone('Asia/Jerusalem')

  test.each([
    ['just after midnight', '2026-11-19T22:05:00Z', 1, '2026-11-19T22:00:00.000Z'],
    ['just before midnight', '2026-11-20T21:55:00Z', 1, '2026-11-19T22:00:00.000Z'],
    ['a week', '2026-11-20T10:00:00Z', 7, '2026-11-13T22:00:00.000Z'],
    // The clocks went back on 25 October 2026.
    ['a week with a day of 25 hours', '2026-10-28T10:00:00Z', 7, '2026-10-21T21:00:00.000Z'],
    // And forward on 27 March 2026.
    ['two days, one of 23 hours', '2026-03-28T10:00:00Z', 2, '2026-03-26T22:00:00.000Z'],
  ])('%s', (_name, now, days, since) => {
    expect(new Date(lastDays(jerusalem, Date.parse(now), days).since).toISOString()).toBe(since)
  })

  test('reports of every week touch and never overlap, also where the clocks change', () => {
    for (const zone of ['Asia/Jerusalem', 'America/Sao_Paulo', 'Europe/Berlin', 'Pacific/Apia', 'UTC']) {
      let before: number | undefined
      for (let week = 0; week < 60; week++) {
        const now = Date.parse('2026-01-04T06:00:00Z') + week * 7 * 24 * 3_600_000
        const { since, until } = daysBefore(timeZone(zone), now, 7)
        if (before !== undefined) expect(since).toBe(before)
        expect(until).toBeLessThanOrEqual(now)
        before = until
      }
    }
  })
})

describe('quantiles', () => {
  const exact = (values: readonly number[], share: number): number =>
    [...values].sort((one, other) => one - other)[Math.max(1, Math.ceil(share * values.length)) - 1] ?? 0

  /** Numbers that look random and are the same in every run. */
  const numbers = (count: number, make: (at: number) => number): number[] =>
    Array.from({ length: count }, (_, at) => make((((at + 1) * 7919) % 10_007) / 10_007))

  test.each([
    ['evenly spread', numbers(5000, at => at * 130)],
    ['with a long tail', numbers(5000, at => 1 / (1 - at) ** 1.5)],
    ['two heaps', numbers(5000, at => (at < 0.5 ? 10 + at : 90 + at))],
    ['all the same', numbers(100, () => 98.1)],
    ['many zeros', numbers(1000, at => (at < 0.6 ? 0 : at * 100))],
    ['one', [42]],
    ['two', [1, 100]],
    ['beyond the last bucket', [1e7, 2e7, 3e7]],
  ])('%s are within their error', (name, values) => {
    const sketch = new QuantileSketch()
    for (const value of values) sketch.add(value)
    const tolerance = name === 'beyond the last bucket' ? 1 : QUANTILE_ERROR + 1e-9
    for (const share of [0, 0.01, 0.25, 0.5, 0.75, 0.95, 0.99, 1]) {
      const wanted = exact(values, share)
      expect(Math.abs(sketch.quantile(share) - wanted)).toBeLessThanOrEqual(tolerance * wanted)
    }
    expect(sketch.max).toBe(Math.max(...values))
    expect(sketch.min).toBe(Math.min(...values))
    expect(sketch.mean).toBeCloseTo(values.reduce((sum, each) => sum + each, 0) / values.length, 6)
  })

  test('of nothing are 0', () => {
    const sketch = new QuantileSketch()
    expect([sketch.quantile(0.5), sketch.mean, sketch.min, sketch.max, sketch.count]).toEqual([0, 0, 0, 0, 0])
  })
})

test('a flood of agents and people stays within its bounds, and nothing is lost from the sums', () => {
  const counter = new UsageCounter({})
  for (let at = 0; at < 6000; at++) {
    counter.add([lineOf({ agent: `roles/agent-${String(at % 1500)}`, person_id: `person-${String(at)}` })])
  }
  const { agents, people, overall } = counter.result()
  expect(agents).toHaveLength(1001)
  expect(agents[0]).toMatchObject({ agent: '(other agents)', executions: 2000 })
  expect(people).toHaveLength(5000)
  expect(overall.executions).toBe(6000)
})
