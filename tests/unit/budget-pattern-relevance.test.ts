/** How relevant a pattern is: every part of the formula, and what a file must be called to match a task. */
import { describe, expect, test } from '@jest/globals'
import { NO_METADATA, type PatternFile, type PatternMetadata } from '../../src/budget/patterns/pattern.ts'
import { relevanceOf, subjectOfTask } from '../../src/budget/patterns/pattern-relevance.ts'
import { DAY_MS } from '../../src/platform/clock.ts'

const NOW = Date.parse('2026-11-20T10:00:00Z')

const scoreOf = (
  topic: string,
  { task = '', own = false, agent = 'specialists/dbt-expert', ...metadata }: Given = {},
): number => {
  const pattern: PatternFile = {
    path: `patterns/${topic}.md`,
    topic,
    scope: own ? 'agent-specific' : 'global',
    own,
    bytes: 1,
    changed_at: 0,
    metadata: { ...NO_METADATA, ...metadata },
  }
  return relevanceOf(pattern, subjectOfTask(task, agent), NOW).score
}
type Given = Partial<PatternMetadata> & { readonly task?: string; readonly own?: boolean; readonly agent?: string }

/** An unused pattern of unknown age that is about nothing of the task. */
const NOTHING = 0.3 * 0.5 + 0.3 * 0.3 + 0.4 * 0.5

describe('recency', () => {
  test.each([
    [0, 1],
    [0.9, 1],
    [15, 0.75],
    [30, 0.5],
    [60, 0.3],
    [90, 0.1],
    [5000, 0.1],
    [-3, 1],
  ])('last used %s days ago: %s', (days, expected) => {
    expect(scoreOf('x', { last_used: NOW - days * DAY_MS })).toBeCloseTo(NOTHING + 0.3 * (expected - 0.5), 10)
  })
})

describe('usage', () => {
  test.each([
    [0, 0.3],
    [1, 0.5],
    [10, 0.75],
    [100, 1],
    [1_000_000, 1],
  ])('%s uses: %s', (use_count, expected) => {
    expect(scoreOf('x', { use_count })).toBeCloseTo(NOTHING + 0.3 * (expected - 0.3), 10)
  })
})

describe('context', () => {
  const added = (topic: string, task: string): number => (scoreOf(topic, { task }) - NOTHING) / 0.4
  test.each([
    ['x', 'Analyze dbt model performance', 0],
    ['dbt/notes', 'Analyze dbt model performance', 0.05],
    ['models', 'Analyze dbt model performance', 0.05],
    ['query-analysis', 'Analyze dbt model performance', 0.2],
    ['dbt/model-performance', 'Analyze dbt model performance', 0.3],
    ['dbt_Model-PERFORMANCE.v2', 'analysing DBT models', 0.1],
    ['a-dbt-b-snowflake-c-tableau-d-prefect-e-airflow', 'dbt, snowflake, tableau, prefect and airflow', 0.2],
    ['apples-pears-plums-cherries', 'apples, pears, plums and cherries', 0.15],
    ['google-analytics/events', 'List the google analytics events', 0.1],
    ['ניתוח/מודלים', 'לנתח מודל', 0.25],
    ['אקסל', 'תראה לי את הטבלה באקסל', 0.05],
    ['the', 'the of and', 0],
    ['archiving', '', 0],
  ])('%s for "%s"', (topic, task, expected) => {
    expect(added(topic, task)).toBeCloseTo(expected, 10)
  })

  test('a pattern named after the agent', () => {
    expect(added('tips-for-the-dbt-expert', '')).toBeCloseTo(0.3, 10)
    expect(added('tips-for-experts', '')).toBeCloseTo(0, 10)
    expect(scoreOf('dbt-expert', { agent: 'dbt-expert' })).toBeCloseTo(NOTHING + 0.4 * 0.3, 10)
  })

  test('a long task is looked at from its beginning, in time that grows with its length alone', () => {
    expect(added('apples', `apples ${'a'.repeat(10_000)}`)).toBeCloseTo(0.05, 10)
  })
})

test('what belongs to the agent ranks before everything else alike, and the best keep their order above 1', () => {
  const best = { own: true, use_count: 100, last_used: NOW }
  expect(scoreOf('x', { own: true })).toBeCloseTo(NOTHING + 0.4 * 0.3 + 0.3, 10)
  expect(scoreOf('x', best)).toBeGreaterThan(1)
  expect(scoreOf('x', best)).toBeGreaterThan(scoreOf('x', { ...best, last_used: NOW - DAY_MS }))
})

test('a pattern is needed when it is the agent’s own or named after the task', () => {
  const needed = (topic: string, own: boolean): boolean => {
    const pattern = { path: '', topic, scope: 'global', own, bytes: 1, changed_at: 0, metadata: NO_METADATA } as const
    return relevanceOf(pattern, subjectOfTask('Analyze dbt models', 'dbt-expert'), NOW).needed
  }
  expect([needed('x', false), needed('models', false), needed('x', true)]).toEqual([false, true, true])
})
