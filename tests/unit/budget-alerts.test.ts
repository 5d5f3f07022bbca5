/** The alerts of a budget: at which use each is given, once, and in which words. */
import { describe, expect, test } from '@jest/globals'
import { budgetAlerts } from '../../src/budget/alerts/budget-alerts.ts'
import { DEFAULT_BUDGET_PROFILES } from '../../src/budget/profiles/budget-profiles.ts'

const { alert_thresholds: USUAL } = DEFAULT_BUDGET_PROFILES
const sum = (tokens: readonly number[]): number => tokens.reduce((total, each) => total + each, 0)
const alerts = (packed: readonly number[], demand = sum(packed), thresholds = USUAL): readonly string[] =>
  budgetAlerts({ packed, demand, budget: 30_000 }, thresholds).map(({ level, message }) => `${level}: ${message}`)

describe('alerts', () => {
  test('the worked example: each at the item that crosses its threshold', () => {
    expect(alerts([10_000, 10_000, 3752, 3497, 2187])).toEqual([
      'info: Budget 75% consumed (23,752/30,000 tokens)',
      'warning: Budget 90% consumed (27,249/30,000 tokens)',
    ])
  })

  test.each([
    ['nothing was packed', [], 0, []],
    ['just below the first threshold', [22_499], 22_499, []],
    ['exactly at the first threshold', [22_500], 22_500, ['info: Budget 75% consumed (22,500/30,000 tokens)']],
    [
      'one item crosses two thresholds',
      [100, 27_000],
      27_100,
      ['info: Budget 75% consumed (27,100/30,000 tokens)', 'warning: Budget 90% consumed (27,100/30,000 tokens)'],
    ],
    [
      'exactly the whole budget',
      [15_000, 15_000],
      30_000,
      [
        'info: Budget 75% consumed (30,000/30,000 tokens)',
        'warning: Budget 90% consumed (30,000/30,000 tokens)',
        'critical: Budget 100% consumed (30,000/30,000 tokens)',
      ],
    ],
    [
      'more is needed than fits, though little was packed',
      [100],
      34_200,
      ['critical: Budget 100% exceeded (34,200/30,000 tokens)'],
    ],
  ])('%s', (_name, packed, demand, expected) => {
    expect(alerts(packed, demand)).toEqual(expected)
  })

  test('thresholds of the operator', () => {
    expect(alerts([3000, 20_000], 23_000, { info: 0.1, warning: 0.5, critical: 0.755 })).toEqual([
      'info: Budget 10% consumed (3,000/30,000 tokens)',
      'warning: Budget 50% consumed (23,000/30,000 tokens)',
      'critical: Budget 76% consumed (23,000/30,000 tokens)',
    ])
  })

  test('each says how much was used or needed, and what to do', () => {
    const [info, , critical] = budgetAlerts({ packed: [29_436], demand: 31_500, budget: 30_000 }, USUAL)
    expect(info).toMatchObject({ usage_pct: 98.1, action: 'normal use, logged for analysis' })
    expect(critical).toMatchObject({ usage_pct: 105, action: expect.stringContaining('next complexity') })
  })
})
