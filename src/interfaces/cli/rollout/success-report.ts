/** The success metrics of a rollout for a terminal: week by week, each value with its unit and its target in words. */
import type { z } from 'zod'
import { rolloutReport } from '../../../operations/rollout/report.ts'
import { drawTable } from '../table.ts'
import { render, type Report } from '../render.ts'

type Row = z.output<typeof rolloutReport.output>['rows'][number]

/** The unit of a metric, and whether its target is the most that is allowed. */
const METRICS: Readonly<Record<Row['metric'], { readonly unit: string; readonly most: boolean }>> = {
  'active sessions': { unit: '', most: false },
  'recall used': { unit: ' %', most: false },
  errors: { unit: ' %', most: true },
  'response time': { unit: ' ms', most: true },
  thumbs: { unit: ' % 👍', most: false },
}

const COLUMNS = 100
const LONGEST_CELL = 60

/** In a pipe: one line per value, with tabs between its fields. */
export const successReport: Report = (output, _input, rendering) => {
  if (!rendering.terminal) return { out: render(output, rendering) }
  const { since, since_because, rows, notes } = rolloutReport.output.parse(output)
  const weeks = [...Map.groupBy(rows, ({ week }) => week)].map(([week, members]) => weekOf(week, members))
  const parts = [`Week 1 begins on ${since}: ${since_because}.`, ...weeks, notes.replaceAll(/(?<=\.) (?=[A-Z])/g, '\n')]
  return { out: `${parts.join('\n\n')}\n` }
}

const weekOf = (week: number, rows: readonly Row[]): string => {
  const cells = rows.map(({ metric, value, target, verdict, counted }) => [
    metric,
    value === null ? '–' : `${String(value)}${METRICS[metric].unit}`,
    target === null ? '–' : `${METRICS[metric].most ? 'at most' : 'at least'} ${String(target)}${METRICS[metric].unit}`,
    verdict === 'too few' ? 'too few to judge' : verdict,
    counted,
  ])
  const head = ['metric', 'value', 'target', 'verdict', 'counted']
  const table = drawTable(head, cells, { columns: COLUMNS, longest: LONGEST_CELL })
  const from = rows[0]?.from_day ?? ''
  return `Week ${String(week)}, from ${from}\n${table ?? cells.map(row => row.join('  ')).join('\n')}`
}
