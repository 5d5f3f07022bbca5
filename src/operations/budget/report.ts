/** `budget.report`: the scheduled reports on budgets, each written to a dated file. */
import { z } from 'zod'
import { growthOf } from '../../budget/reports/growth.ts'
import type { DailyHealth } from '../../budget/reports/health-history.ts'
import { healthReport, usageReport, type ProjectedMeasure } from '../../budget/reports/render-reports.ts'
import { analyseUsage } from '../../budget/usage/read-usage.ts'
import { budgetsToday, recommend } from '../../budget/usage/recommend.ts'
import { daysBefore } from '../../budget/usage/usage-days.ts'
import { ENOUGH_ROOM_BYTES } from '../../platform/disk-room.ts'
import type { Strings } from '../../text/strings/strings.ts'
import type { Uses } from '../context.ts'
import { operation } from '../operation.ts'

export const REPORTS = ['weekly', 'monthly', 'health'] as const
type ReportKind = (typeof REPORTS)[number]

const WEEK_DAYS = 7
const MONTH_DAYS = 30

/** Limits above which there are too many tokens of patterns to be useful. */
const PATTERN_LIMITS = [
  ['warning', 150_000],
  ['critical', 180_000],
  ['limit', 200_000],
] as const
/** The administrator is warned when a limit is at most this many days away. */
const NEAR_DAYS = 30

const USES = ['analysis.usage', 'budget.profiles', 'analysis.caps', 'analysis.reports', 'system.clock'] as const

type Context = Uses<(typeof USES)[number]>

/** A report, and a line about it for the administrator; `undefined`: nothing to report. */
interface Written {
  readonly text: string
  readonly line: ((strings: Strings) => string) | undefined
}

export const budgetReport = operation({
  summary: 'Write a report on budgets: the last week, the last month with recommendations, or the growth of the data',
  access: 'operator',
  effect: 'write',
  needs: 'data',
  audit: 'none',
  uses: USES,
  input: z.strictObject({
    report: z.enum(REPORTS).describe('weekly (the 7 days before today), monthly (the 30 days before today) or health'),
  }),
  output: z.object({
    file: z.string().describe('where the report is'),
    told: z.boolean().describe('the godfather was told in WhatsApp'),
  }),
  run: async (context, { report }, { signal }) => {
    const { text, line } = await WRITERS[report](context, signal)
    const { files, tell } = context.analysis.reports
    const file = await files.write(report, text)
    return { file, told: line === undefined ? false : await tell(line) }
  },
})

const writeUsage = async (
  { analysis, budget, system }: Context,
  signal: AbortSignal,
  { days, with_recommendations }: { readonly days: number; readonly with_recommendations: boolean },
): Promise<Written> => {
  const { zone } = system.clock
  const span = daysBefore(zone, system.clock.now(), days)
  const { profiles } = budget.profiles.current()
  const budgets = profiles && budgetsToday(profiles, analysis.caps)
  const report = await analyseUsage(analysis.usage, span, {
    signal,
    ...(budgets === undefined ? {} : { budgetToday: budgets }),
  })
  const recommendations =
    with_recommendations && profiles !== undefined ? recommend(report, { profiles, caps: analysis.caps }) : undefined
  const { executions, avg_pct, exceeded } = report.overall
  const reported = { days, first: zone.isoDay(span.since), last: zone.isoDay(span.until - 1) }
  return {
    text: usageReport(report, reported, recommendations),
    line: ({ reports }) =>
      reports.usage({ days, executions, avg_pct, exceeded, recommendations: recommendations?.length }),
  }
}

const writeHealth = async ({ analysis, system }: Context): Promise<Written> => {
  const { history, measure } = analysis.reports
  const { clock } = system
  const day = clock.zone.dayOf(clock.now())
  const days = await history.add({ day, ...(await measure()) })
  const measures = projected(days)
  const [nearest] = measures
    .filter(({ days_left }) => days_left !== undefined && days_left <= NEAR_DAYS)
    .sort((one, other) => (one.days_left ?? 0) - (other.days_left ?? 0))
  return {
    text: healthReport(measures, clock.zone.isoDay(clock.now()), days.length),
    line: nearest && (({ reports }) => reports.growth({ measure: nearest.measure, days_left: nearest.days_left ?? 0 })),
  }
}

type Projected = ProjectedMeasure & { readonly measure: 'data' | 'patterns' }

const projected = (days: readonly DailyHealth[]): readonly Projected[] => {
  const newest = days.at(-1)
  if (newest === undefined) return []
  const of = (field: 'data_bytes' | 'pattern_tokens'): readonly { readonly day: number; readonly value: number }[] =>
    days.map(each => ({ day: each.day, value: each[field] }))
  const room = newest.data_bytes + newest.free_bytes - ENOUGH_ROOM_BYTES
  const patterns = newest.pattern_tokens > 0 ? PATTERN_LIMITS : []
  return [
    {
      measure: 'data',
      name: 'data folder',
      unit: 'bytes',
      limit: Math.max(0, room),
      limit_name: 'the disk needs 1 GB of room',
      ...growthOf(of('data_bytes'), room),
    },
    ...patterns.map(([limit_name, limit]) => ({
      measure: 'patterns' as const,
      name: 'patterns of agents',
      unit: 'tokens',
      limit,
      limit_name,
      ...growthOf(of('pattern_tokens'), limit),
    })),
  ]
}

const WRITERS: Readonly<Record<ReportKind, (context: Context, signal: AbortSignal) => Promise<Written>>> = {
  weekly: (context, signal) => writeUsage(context, signal, { days: WEEK_DAYS, with_recommendations: false }),
  monthly: (context, signal) => writeUsage(context, signal, { days: MONTH_DAYS, with_recommendations: true }),
  health: writeHealth,
}
