/** Prints metrics: as a table with one value per line, or in the text format of Prometheus. */
import { render, type Report } from './render.ts'

interface Value {
  readonly metric: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number | null
}

const isValues = (values: unknown): values is readonly Value[] => Array.isArray(values)

/** The buckets of histograms, and the states in which something is not, are for programs. */
const isForPrograms = ({ metric, value }: Value): boolean =>
  metric.endsWith('_bucket') || (metric.endsWith('_state') && value === 0)

const nameOf = ({ metric, labels }: Value): string => {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
  return pairs.length === 0 ? metric : `${metric}{${pairs.join(',')}}`
}

export const metricsReport: Report = ({ text, values, ...summary }, _input, rendering) => {
  if (typeof text === 'string') return { out: text }
  const rows = isValues(values) ? values.filter(each => !isForPrograms(each)) : []
  return {
    out: render({ ...summary, metrics: rows.map(each => ({ metric: nameOf(each), value: each.value })) }, rendering),
  }
}
