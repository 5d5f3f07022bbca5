/** Reports: how growth is projected, what is kept of the measurements, and what the texts say. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { growthOf } from '../../src/budget/reports/growth.ts'
import { HealthHistory } from '../../src/budget/reports/health-history.ts'
import { healthReport, usageReport } from '../../src/budget/reports/render-reports.ts'
import { DatedFiles } from '../../src/platform/dated-files.ts'
import { UsageCounter } from '../../src/budget/usage/usage-analysis.ts'
import { DAY_MS } from '../../src/platform/clock.ts'
import { timeZone } from '../../src/platform/time-zone.ts'
import { en } from '../../src/text/strings/en.ts'
import { he } from '../../src/text/strings/he.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts'

const steps = (count: number, value: (at: number) => number): number[] =>
  Array.from({ length: count }, (_, at) => value(at))

const series = (values: readonly number[], first = 100) => values.map((value, at) => ({ day: first + at, value }))

describe('growth', () => {
  test.each([
    ['steady', [10, 20, 30, 40], 100, 10, 6],
    ['steady, the limit within a day', [65, 75, 85, 95], 100, 10, 0],
    ['a jump on one of the last days', steps(30, at => at + (at < 27 ? 0 : 1000)), 1100, 1, 71],
    ['something was removed', steps(30, at => 1000 + at - (at < 27 ? 0 : 900)), 200, 1, 71],
    ['growth on two days of three', steps(30, at => Math.ceil((at * 2) / 3)), 40, 2 / 3, 30],
    ['none', [50, 50, 50], 100, 0, undefined],
    ['it shrinks', [50, 40, 30], 100, -10, undefined],
    ['the limit is reached', [90, 95, 100], 100, 5, 0],
    ['the limit is passed', [90, 95, 100, 105], 100, 5, 0],
    ['so slow that it takes longer than ten years', [1, 2, 3], 1e9, 1, undefined],
    ['two days say nothing', [10, 20], 100, undefined, undefined],
    ['one day', [10], 100, undefined, undefined],
  ])('%s', (_name, values, limit, a_day, days_left) => {
    const growth = growthOf(series(values), limit)
    expect(growth).toMatchObject({ now: values.at(-1), days_left })
    if (a_day === undefined) expect(growth.a_day).toBeUndefined()
    else expect(growth.a_day).toBeCloseTo(a_day, 1)
  })

  test('days on which nothing was measured count as days', () => {
    const measures = [10, 20, 30, 40].map((value, at) => ({ day: at * 10, value }))
    expect(growthOf(measures, 100)).toMatchObject({ a_day: 1, days_left: 60 })
  })

  test('of nothing is nothing', () => {
    expect(growthOf([], 100)).toEqual({ now: 0, a_day: undefined, days_left: undefined })
  })
})

describe('files', () => {
  let folder: TemporaryFolder

  beforeEach(async () => {
    folder = await temporaryFolder()
  })

  afterEach(async () => {
    await folder[Symbol.asyncDispose]()
  })

  test('90 days are kept, a day has one measurement, and a day ahead is none', async () => {
    const history = new HealthHistory(join(folder.path, 'health.json'))
    const measured = (day: number, data_bytes = day) =>
      history.add({ day, data_bytes, free_bytes: 1, pattern_tokens: 0 })
    for (let day = 1; day <= 95; day++) await measured(day)
    const days = await measured(95, 5)
    expect(days).toHaveLength(90)
    expect([days[0]?.day, days.at(-1)]).toEqual([6, { day: 95, data_bytes: 5, free_bytes: 1, pattern_tokens: 0 }])
    expect((await measured(50)).at(-1)?.day).toBe(50)
  })

  test.each(['', '{', '[]', '{"days":"x"}', '{"days":[{"day":1}]}'])(
    'a damaged history is begun anew: %s',
    async text => {
      const path = join(folder.path, 'health.json')
      await writeFile(path, text)
      const today = { day: 7, data_bytes: 1, free_bytes: 1, pattern_tokens: 0 }
      expect(await new HealthHistory(path).add(today)).toEqual([today])
    },
  )

  test('a report has the day of the operator, and takes the place of an earlier one of that day', async () => {
    const clock = new FakeClock(Date.parse('2026-11-20T22:30:00Z'), timeZone('Asia/Jerusalem'))
    const files = new DatedFiles({ folder: join(folder.path, 'reports'), kept_days: 30, clock })
    for (const text of ['one', 'two']) expect(await files.write('weekly', text)).toMatch(/2026-11-21-weekly\.md$/)
    expect(await readdir(join(folder.path, 'reports'))).toEqual(['2026-11-21-weekly.md'])
  })

  test('old reports go, other files stay', async () => {
    const clock = new FakeClock()
    const files = new DatedFiles({ folder: folder.path, kept_days: 30, clock })
    await mkdir(join(folder.path, '2020-01-01-weekly.md.old'))
    for (const name of ['2026-10-20-weekly.md', '2026-10-21-weekly.md', 'notes-2020-01-01.md', 'health-history.json']) {
      await writeFile(join(folder.path, name), '')
    }
    await files.write('health', '')
    expect((await readdir(folder.path)).sort()).toEqual([
      '2020-01-01-weekly.md.old',
      '2026-10-21-weekly.md',
      '2026-11-20-health.md',
      'health-history.json',
      'notes-2020-01-01.md',
    ])
    clock.step(31 * DAY_MS)
    await files.write('health', '')
    expect(await readdir(folder.path)).not.toContain('2026-10-21-weekly.md')
  })
})

test('a report of nothing says so, and holds no empty table', () => {
  const report = { ...new UsageCounter({}).result(), open_loads: [] }
  expect(usageReport(report, { days: 7, first: '2026-11-13', last: '2026-11-19' }, [])).toBe(
    [
      '# Use of budgets, 2026-11-13 to 2026-11-19 (7 days)',
      '0 uses of budgets, 0.0% on average, median 0.0%, at most 0.0%. Exceeded: 0. Failed: 0. Unfinished: 0.',
      '## Recommendations',
      'None.\n',
    ].join('\n\n'),
  )
})

test('the report on growth names limits, and says what is not known', () => {
  const text = healthReport(
    [
      {
        name: 'data folder',
        unit: 'bytes',
        limit: 5000,
        limit_name: 'x',
        now: 1234.4,
        a_day: undefined,
        days_left: undefined,
      },
      { name: 'patterns', unit: 'tokens', limit: 2000, limit_name: 'a|b', now: 1000, a_day: 10, days_left: 100 },
    ],
    '2026-11-20',
    1,
  )
  expect(text).toContain('| data folder | 1,234 bytes | not known yet | 5,000 bytes (x) | – |')
  expect(text).toContain('| patterns | 1,000 tokens | 10 tokens | 2,000 tokens (a\\|b) | 100 |')
})

test.each([
  [0, 0, 0, '📊 Budgets: no use in the last 7 days.', '📊 תקציבים: לא היה שימוש ב-7 הימים האחרונים.'],
  [
    1,
    1,
    1,
    '📊 Budgets in the last 7 days: 1 use, 63.1% on average, 1 exceeded. 1 recommendation: denidin budget recommend',
    '📊 תקציבים ב-7 הימים האחרונים: שימוש אחד, 63.1% בממוצע, חריגה אחת. המלצה אחת: denidin budget recommend',
  ],
  [
    1200,
    4,
    undefined,
    '📊 Budgets in the last 7 days: 1,200 uses, 63.1% on average, 4 exceeded.',
    '📊 תקציבים ב-7 הימים האחרונים: 1,200 שימושים, 63.1% בממוצע, 4 חריגות.',
  ],
] as const)('%s uses in one line', (executions, exceeded, recommendations, english, hebrew) => {
  const figures = { days: 7, executions, avg_pct: 63.14, exceeded, recommendations }
  expect([en.reports.usage(figures), he.reports.usage(figures)]).toEqual([english, hebrew])
})

test.each([
  [0, '📈 The data folder has reached its limit.', '📈 תיקיית הנתונים הגיעה לגבול.'],
  [1, '📈 The data folder will reach its limit in about 1 day.', '📈 תיקיית הנתונים תגיע לגבול בעוד יום אחד בערך.'],
  [12, '📈 The data folder will reach its limit in about 12 days.', '📈 תיקיית הנתונים תגיע לגבול בעוד 12 ימים בערך.'],
])('growth in one line, %s days', (days_left, english, hebrew) => {
  const figures = { measure: 'data', days_left } as const
  expect([en.reports.growth(figures), he.reports.growth(figures)]).toEqual([english, hebrew])
})
