/** Implements the metrics with prom-client: one registry of its own, with a bound on the values of every label. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import {
  METRIC_PREFIX,
  METRICS,
  OTHER,
  type CounterName,
  type GaugeName,
  type HistogramName,
  type LabelsOf,
  type LabelValues,
  type MetricDefinition,
  type MetricName,
} from './metric-list.ts'
import { EventCounts, EVENTS, type EventName, type Metrics } from './metrics.ts'

/** Longest value of a label. */
const MOST_CHARACTERS = 80

/** One value of a metric. A histogram has several: its buckets, its sum, its count. */
export interface MetricSample {
  /** `denidin_messages_total`; of a histogram with `_bucket`, `_sum` or `_count`. */
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** The labels of one value of a gauge, and the value. */
export type GaugeSample<N extends GaugeName> = readonly [labels: LabelsOf<N>, value: number]

/** The metrics of one process, to write and to read. */
export interface MetricRegistry extends Metrics {
  /** Replaces all values of a gauge. */
  replace<N extends GaugeName>(name: N, samples: readonly GaugeSample<N>[]): void
  /** Every metric in the text format of Prometheus. */
  text(): Promise<string>
  /** Every value, those without one left out. */
  samples(): Promise<readonly MetricSample[]>
}

/** Keeps the values of one label within their bound. */
class BoundedLabel {
  readonly #allowed: ReadonlySet<string> | undefined
  readonly #most: number
  readonly #seen = new Map<string, string>()

  constructor(values: LabelValues) {
    this.#allowed = 'most' in values ? undefined : new Set(values)
    this.#most = 'most' in values ? values.most : 0
  }

  of(value: string): string {
    if (this.#allowed !== undefined) return this.#allowed.has(value) ? value : OTHER
    const known = this.#seen.get(value)
    if (known !== undefined) return known
    if (this.#seen.size >= this.#most) return OTHER
    const clean = value
      .replace(/\p{C}+/gu, ' ')
      .slice(0, MOST_CHARACTERS)
      .toWellFormed()
    this.#seen.set(value, clean)
    return clean
  }
}

/** One metric with the bounds of its labels. */
class BoundedMetric {
  readonly metric: Counter | Gauge | Histogram
  readonly #labels: readonly (readonly [name: string, bound: BoundedLabel])[]

  constructor(name: string, { kind, help, labels, buckets = [] }: MetricDefinition, registry: Registry) {
    const labelNames = Object.keys(labels)
    const common = { name: `${METRIC_PREFIX}${name}`, help, labelNames, registers: [registry] }
    this.metric =
      kind === 'counter'
        ? new Counter(common)
        : kind === 'gauge'
          ? new Gauge(common)
          : new Histogram({ ...common, buckets: [...buckets] })
    this.#labels = Object.entries(labels).map(([label, values]) => [label, new BoundedLabel(values)])
  }

  bounded(labels: object): Record<string, string> {
    const bounded: Record<string, string> = {}
    for (const [name, bound] of this.#labels) bounded[name] = bound.of(String(Reflect.get(labels, name)))
    return bounded
  }
}

export class PrometheusMetrics implements MetricRegistry {
  readonly #registry = new Registry()
  readonly #events = new EventCounts()
  readonly #metrics: ReadonlyMap<string, BoundedMetric>

  constructor() {
    this.#metrics = new Map(
      Object.entries(METRICS).map(([name, definition]) => [name, new BoundedMetric(name, definition, this.#registry)]),
    )
  }

  /**
   * Also measures the process itself: processor time, memory, event loop, garbage collection. Once per process, because
   * the observers of Node that this starts never end.
   */
  watchProcess(): void {
    collectDefaultMetrics({ register: this.#registry })
  }

  count(event: EventName, by = 1): void {
    this.#events.count(event, by)
    const [name, labels] = EVENTS[event]
    this.#inc(name, labels, by)
  }

  read(): ReturnType<Metrics['read']> {
    return this.#events.read()
  }

  add<N extends CounterName>(name: N, labels: LabelsOf<N>, by = 1): void {
    this.#inc(name, labels, by)
  }

  observe<N extends HistogramName>(name: N, labels: LabelsOf<N>, value: number): void {
    const bounded = this.#of(name)
    if (bounded.metric instanceof Histogram) bounded.metric.observe(bounded.bounded(labels), value)
  }

  set<N extends GaugeName>(name: N, labels: LabelsOf<N>, value: number): void {
    const bounded = this.#of(name)
    if (bounded.metric instanceof Gauge) bounded.metric.set(bounded.bounded(labels), value)
  }

  replace<N extends GaugeName>(name: N, samples: readonly GaugeSample<N>[]): void {
    this.#of(name).metric.reset()
    // Without labels, a gauge that was reset is 0 rather than absent.
    if (samples.length === 0) this.#of(name).metric.remove({})
    for (const [labels, value] of samples) this.set(name, labels, value)
  }

  async text(): Promise<string> {
    return await this.#registry.metrics()
  }

  async samples(): Promise<readonly MetricSample[]> {
    return (await this.#registry.getMetricsAsJSON()).flatMap(({ name: metric, values }) =>
      values.map(({ labels, value, ...rest }) => ({
        name: 'metricName' in rest && typeof rest.metricName === 'string' ? rest.metricName : metric,
        labels: Object.fromEntries(Object.entries(labels).map(([label, text]) => [label, String(text)])),
        value,
      })),
    )
  }

  #inc(name: CounterName, labels: object, by: number): void {
    const bounded = this.#of(name)
    // A counter never falls; a clock that was set back must not stop the work that is counted.
    if (bounded.metric instanceof Counter && by >= 0) bounded.metric.inc(bounded.bounded(labels), by)
  }

  #of(name: MetricName): BoundedMetric {
    const metric = this.#metrics.get(name)
    if (metric === undefined) throw new Error(`there is no metric ${name}`)
    return metric
  }
}
