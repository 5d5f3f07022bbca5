/** The texts of the reports, in Markdown. They name agents and roles, but no person. */
import { BUDGET_SCOPES } from '../profiles/budget-profiles.ts'
import type { Recommendation } from '../usage/recommend.ts'
import type { UsageReport } from '../usage/read-usage.ts'
import type { Growth } from './growth.ts'

/** The days of a report, as its reader sees them. */
export interface ReportedDays {
  readonly days: number
  /** `YYYY-MM-DD`, both included. */
  readonly first: string
  readonly last: string
}

/**
 * How agents used their budgets, and the resulting recommendations; `recommendations` is `undefined` if none are
 * requested.
 */
export const usageReport = (
  report: UsageReport,
  { days, first, last }: ReportedDays,
  recommendations: readonly Recommendation[] | undefined,
): string => {
  const { executions, exceeded, failed, unfinished } = report.overall
  const rows = report.agents.map(each => [
    each.agent,
    String(each.executions),
    percent(each.avg_pct),
    percent(each.max_pct),
    String(each.exceeded),
    percent(each.median_pct),
    percent(each.p95_pct),
    String(each.failed),
    String(each.unfinished),
  ])
  const overall = `${counted(executions, 'use')} of budgets, ${percent(report.overall.avg_pct)} on average, median ${percent(report.overall.median_pct)}, at most ${percent(report.overall.max_pct)}. Exceeded: ${String(exceeded)}. Failed: ${String(failed)}. Unfinished: ${String(unfinished)}.`
  return [
    `# Use of budgets, ${first} to ${last} (${counted(days, 'day')})`,
    overall,
    ...(rows.length === 0
      ? []
      : [table(['Agent', 'Execs', 'Avg %', 'Max %', 'Exceed', 'Median %', 'p95 %', 'Failed', 'Unfinished'], rows)]),
    ...leftOut(report),
    ...(recommendations === undefined ? [] : [`## Recommendations`, recommendationList(recommendations)]),
  ]
    .join('\n\n')
    .concat('\n')
}

const leftOut = ({ bad_lines, left_out, open_loads }: UsageReport): readonly string[] => [
  ...(bad_lines === 0 ? [] : [`Lines that cannot be read: ${String(bad_lines)}.`]),
  ...(left_out === 0 ? [] : [`Entries of demo and test runs, not counted: ${String(left_out)}.`]),
  ...(open_loads.length === 0 ? [] : [`Loads that are not finished: ${String(open_loads.length)}.`]),
]

const recommendationList = (recommendations: readonly Recommendation[]): string =>
  recommendations.length === 0
    ? 'None.'
    : recommendations
        .map(recommendationLine)
        .join('\n')
        .concat('\n\nApply them with `denidin budget recommend --apply`.')

const recommendationLine = ({ kind, agent, profile, target, samples, confidence, reason }: Recommendation): string => {
  const { name, base_budget, max_budget, scope_weights } = target
  const weights = BUDGET_SCOPES.map(scope => `${scope} ${String(scope_weights[scope])}`).join(', ')
  const wanted =
    kind === 'adjust_weights'
      ? `\`${name}\` with the weights ${weights}`
      : `\`${name}\` with ${tokens(base_budget)}, at most ${tokens(max_budget)} tokens`
  return `- ${kind} of ${agent}: from \`${profile}\` to ${wanted}. ${reason} (${counted(samples, 'sample')}, confidence ${confidence.toFixed(2)}).`
}

/** A measure and its limit. */
export interface ProjectedMeasure extends Growth {
  readonly name: string
  readonly unit: string
  readonly limit: number
  readonly limit_name: string
}

export const healthReport = (measures: readonly ProjectedMeasure[], day: string, days: number): string => {
  const rows = measures.map(({ name, unit, now, a_day, limit, limit_name, days_left }) => [
    name,
    `${tokens(Math.round(now))} ${unit}`,
    a_day === undefined ? 'not known yet' : `${tokens(Math.round(a_day))} ${unit}`,
    `${tokens(Math.round(limit))} ${unit} (${limit_name})`,
    days_left === undefined ? '–' : String(days_left),
  ])
  return [
    `# Growth of the data, ${day}`,
    `From the measurements of ${counted(days, 'day')}. A dash: the limit is not reached within ten years, or the growth is not known yet.`,
    table(['Measure', 'Now', 'Growth a day', 'Limit', 'Days left'], rows),
  ]
    .join('\n\n')
    .concat('\n')
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

const percent = (value: number): string => `${value.toFixed(1)}%`
const tokens = (count: number): string => count.toLocaleString('en')
const counted = (count: number, noun: string): string => `${tokens(count)} ${noun}${count === 1 ? '' : 's'}`
