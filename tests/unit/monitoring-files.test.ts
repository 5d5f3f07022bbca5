/** The rules for Prometheus and the dashboard for Grafana use metrics and values of labels that exist. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { METRIC_PREFIX, METRICS, type MetricDefinition } from '../../src/platform/metric-list.ts'
import { PrometheusMetrics } from '../../src/platform/prometheus-metrics.ts'

const folder = join(import.meta.dirname, '../../deploy/monitoring')
const RULES = join(folder, 'denidin-rules.yml')
const dashboard = readFileSync(join(folder, 'denidin-dashboard.json'), 'utf8')
const rules = readFileSync(RULES, 'utf8')

test.each([
  ['the rules', rules],
  ['the dashboard', dashboard],
])('%s use only metrics that are served', async (_name, text) => {
  const served = new Set(
    [...(await new PrometheusMetrics().text()).matchAll(/^# TYPE (\w+) (\w+)$/gm)].flatMap(([, name = '', kind]) =>
      kind === 'histogram' ? ['_bucket', '_sum', '_count'].map(suffix => name + suffix) : [name],
    ),
  )
  const used = [...new Set(text.match(/\bdenidin_\w+/g) ?? [])]
  expect(used.length).toBeGreaterThan(5)
  expect(used.filter(name => !served.has(name))).toEqual([])
})

test('the rules ask only for values of labels that exist', () => {
  for (const [, metric = '', label = '', value = ''] of rules.matchAll(/(denidin_\w+)\{(\w+)="([^"]+)"/g)) {
    const name = metric.slice(METRIC_PREFIX.length).replace(/_(bucket|sum|count)$/, '')
    const definition: MetricDefinition | undefined = Object.entries(METRICS).find(([each]) => each === name)?.[1]
    const values = definition?.labels[label]
    expect([metric, label, value, Array.isArray(values) && values.includes(value)]).toEqual([
      metric,
      label,
      value,
      true,
    ])
  }
})

test('promtool accepts the rules, where it is installed', () => {
  const { status, stdout, stderr, error } = spawnSync('promtool', ['check', 'rules', RULES], { encoding: 'utf8' })
  if (error !== undefined) {
    process.stdout.write('promtool is not installed (package prometheus): the rules are not checked by it\n')
    return
  }
  expect([status, stderr]).toEqual([0, ''])
  const count = rules.match(/- alert:/g)?.length ?? 0
  expect(count).toBeGreaterThan(5)
  expect(stdout).toContain(`${String(count)} rules found`)
})
