/** `budget.usage`: how agents and people used their budgets. */
import { z } from 'zod'
import { percentOf } from '../../budget/percent-of.ts'
import { analyseUsage, type UsageReport } from '../../budget/usage/read-usage.ts'
import { budgetsToday, recommend } from '../../budget/usage/recommend.ts'
import { lastDays } from '../../budget/usage/usage-days.ts'
import { operation } from '../operation.ts'
import {
  agentField,
  agentRow,
  agentRowSchema,
  daysField,
  recommendationRow,
  recommendationSchema,
} from './usage-rows.ts'

/** Most open loads that are listed. */
const MOST_OPEN_LOADS = 20

export const budgetUsage = operation({
  summary: 'Show how budgets were used: by agent, and in all',
  access: 'operator',
  effect: 'read',
  needs: 'data',
  audit: 'none',
  uses: ['analysis.usage', 'budget.profiles', 'budget.settings', 'analysis.caps', 'system.clock'],
  input: z.strictObject({
    days: daysField
      .optional()
      .describe('today and the days before it, so many in all; without it, everything that is kept'),
    agent: agentField,
    recommendations: z.boolean().default(false).describe('add what the figures recommend'),
  }),
  output: z.object({
    since: z.string().optional().describe('first day, as YYYY-MM-DD'),
    executions: z.int().min(0),
    avg_pct: z.number().describe('of the budget, in percent'),
    median_pct: z.number().describe('within 1 % of its value'),
    p95_pct: z.number().describe('95 of 100 uses needed no more; within 1 % of its value'),
    min_pct: z.number(),
    max_pct: z.number(),
    exceeded: z.int().min(0).describe('uses that needed more than the budget'),
    exceeded_pct: z.number(),
    failed: z.int().min(0),
    unfinished: z.int().min(0).describe('begun and never finished'),
    bad_lines: z.int().min(0).describe('lines of the log that cannot be read'),
    left_out: z.int().min(0).describe('entries of demo and test runs'),
    notice: z.string().optional(),
    agents: z.array(agentRowSchema),
    open_loads: z
      .array(z.object({ id: z.string(), agent: z.string(), begun_at: z.string() }))
      .optional()
      .describe('loads that no one has finished yet, the newest first'),
    recommendations: z.array(recommendationSchema).optional(),
  }),
  run: async ({ analysis, budget, system }, { days, agent, recommendations }, { signal }) => {
    const { clock } = system
    const span = days === undefined ? undefined : lastDays(clock.zone, clock.now(), days)
    const { profiles } = budget.profiles.current()
    const deps = profiles && { profiles, caps: analysis.caps }
    const report = await analyseUsage(
      analysis.usage,
      { ...span, agent },
      { signal, ...(deps === undefined ? {} : { budgetToday: budgetsToday(deps.profiles, deps.caps) }) },
    )
    const { executions, exceeded, ...overall } = report.overall
    const notice = noticeOf(report, { days, agent, is_on: budget.settings.usage.log })
    const loads = report.open_loads.toReversed().slice(0, MOST_OPEN_LOADS)
    return {
      ...(span === undefined ? {} : { since: clock.zone.isoDay(span.since) }),
      executions,
      exceeded,
      exceeded_pct: percentOf(exceeded, executions),
      ...overall,
      bad_lines: report.bad_lines,
      left_out: report.left_out,
      ...(notice === undefined ? {} : { notice }),
      agents: report.agents.map(agentRow),
      ...(loads.length === 0
        ? {}
        : { open_loads: loads.map(load => ({ id: load.id, agent: load.agent, begun_at: load.timestamp })) }),
      ...(recommendations
        ? { recommendations: deps === undefined ? [] : recommend(report, deps).map(recommendationRow) }
        : {}),
    }
  },
})

interface Asked {
  readonly days: number | undefined
  readonly agent: string | undefined
  /** `budget.usage.log` */
  readonly is_on: boolean
}

/** Why there is nothing to see, or less than the log contains. */
export const noticeOf = (report: UsageReport, { days, agent, is_on }: Asked): string | undefined => {
  const notices = [
    report.overall.executions > 0
      ? undefined
      : `There are no entries${agent === undefined ? '' : ` of agents with "${agent}" in their name`}${days === undefined ? '' : ` in the last ${String(days)} days`}.`,
    is_on ? undefined : 'The usage log is off (budget.usage.log).',
    report.bad_lines === 0 ? undefined : `Lines that cannot be read were left out (${String(report.bad_lines)}).`,
    report.left_out === 0 ? undefined : `Entries of demo and test runs were left out (${String(report.left_out)}).`,
  ].filter(each => each !== undefined)
  return notices.length === 0 ? undefined : notices.join(' ')
}
