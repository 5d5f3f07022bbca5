import { expect, test } from '@jest/globals'
import { METRICS, OTHER, type LabelValues } from '../../src/platform/metric-list.ts'
import { EVENTS, type EventName } from '../../src/platform/metrics.ts'
import { PrometheusMetrics, type MetricSample } from '../../src/platform/prometheus-metrics.ts'

const valuesOf = async (metrics: PrometheusMetrics, name: string): Promise<readonly MetricSample[]> =>
  (await metrics.samples()).filter(each => each.name === `denidin_${name}`)

test('every event is counted for status and in its metric', async () => {
  const metrics = new PrometheusMetrics()
  const events = Object.keys(EVENTS) as EventName[]
  for (const [index, event] of events.entries()) metrics.count(event, index + 1)
  expect(metrics.read()).toEqual(Object.fromEntries(events.map((event, index) => [event, index + 1])))
  for (const [index, event] of events.entries()) {
    const [name, labels] = EVENTS[event]
    expect(await valuesOf(metrics, name)).toContainEqual({ name: `denidin_${name}`, labels, value: index + 1 })
  }
})

test('a histogram counts what lies below each bound, in seconds', async () => {
  const metrics = new PrometheusMetrics()
  for (const seconds of [0.004, 0.4, 40]) metrics.observe('chroma_seconds', { operation: 'query' }, seconds)
  const buckets = await valuesOf(metrics, 'chroma_seconds_bucket')
  const below = (le: string): number | undefined => buckets.find(({ labels }) => labels['le'] === le)?.value
  expect([below('0.005'), below('0.5'), below('10'), below('60'), below('+Inf')]).toEqual([1, 2, 2, 3, 3])
  expect(await valuesOf(metrics, 'chroma_seconds_count')).toMatchObject([{ labels: { operation: 'query' }, value: 3 }])
})

test('hostile names of models and codes make no more than a bounded number of series, and break no line', async () => {
  const metrics = new PrometheusMetrics()
  for (let at = 0; at < 5000; at++) {
    const model = `model ${String(at)}"}\n denidin_fake 1 ${'x'.repeat(500)}\u0000\ud800`
    metrics.add('model_calls_total', { kind: 'completion', purpose: 'reply', model, outcome: 'ok' })
    metrics.add('errors_total', { source: 'model', code: `code-${String(at)}` })
    metrics.add('turns_total', { outcome: `outcome-${String(at)}` as 'answered' })
  }
  const calls = await valuesOf(metrics, 'model_calls_total')
  expect(calls).toHaveLength(METRICS.model_calls_total.labels.model.most + 1)
  expect(calls.find(({ labels }) => labels['model'] === OTHER)?.value).toBe(5000 - 20)
  expect(Math.max(...calls.map(({ labels }) => labels['model']?.length ?? 0))).toBeLessThanOrEqual(80)
  expect(await valuesOf(metrics, 'errors_total')).toHaveLength(METRICS.errors_total.labels.code.most + 1)
  expect(await valuesOf(metrics, 'turns_total')).toMatchObject([{ labels: { outcome: OTHER }, value: 5000 }])
  for (const line of (await metrics.text()).split('\n'))
    expect(line).toMatch(/^(|# (HELP|TYPE) denidin_.+|denidin_\w+(\{.*\})? \S+)$/)
  expect((await metrics.text()).length).toBeLessThan(100_000)
})

test('a gauge that is replaced has only its new values, and none if there are none', async () => {
  const metrics = new PrometheusMetrics()
  metrics.replace('sessions', [
    [{ state: 'active' }, 3],
    [{ state: 'dead' }, 1],
  ])
  metrics.replace('sessions', [[{ state: 'active' }, 2]])
  expect(await valuesOf(metrics, 'sessions')).toMatchObject([{ labels: { state: 'active' }, value: 2 }])
  metrics.replace('sessions', [])
  expect(await valuesOf(metrics, 'sessions')).toEqual([])
  metrics.replace('running', [[{}, 1]])
  metrics.replace('running', [])
  expect(await valuesOf(metrics, 'running')).toEqual([])
})

test('names follow the conventions of Prometheus', () => {
  for (const [name, { kind, help }] of Object.entries(METRICS)) {
    expect(name).toMatch(/^[a-z][a-z0-9_]*$/)
    expect([name, name.endsWith('_total')]).toEqual([name, kind === 'counter'])
    if (kind === 'histogram') expect(name).toMatch(/_(seconds|similarity)$/)
    expect(name).not.toMatch(/_(ms|milliseconds|kb|mb|percent)$/)
    expect(help).toMatch(/\.$/)
  }
})

/** The product of the bounds of all labels. */
const mostSeries = (labels: Readonly<Record<string, LabelValues>>): number =>
  Object.values(labels).reduce((product, values) => product * ('most' in values ? values.most + 1 : values.length), 1)

test('no label can hold a person, a chat or a text, and all metrics together stay within bounds', () => {
  const labels = Object.values(METRICS).flatMap(({ labels: each }) => Object.keys(each))
  expect(labels.filter(label => /person|chat|user|phone|text|message/.test(label))).toEqual([])
  for (const [name, metric] of Object.entries(METRICS))
    expect([name, mostSeries(metric.labels) <= 50_000]).toEqual([name, true])
})

test('the metrics of the process are in the same registry', async () => {
  const metrics = new PrometheusMetrics()
  metrics.watchProcess()
  const text = await metrics.text()
  for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'nodejs_eventloop_lag_seconds'])
    expect(text).toMatch(new RegExp(`^${name} `, 'm'))
})
