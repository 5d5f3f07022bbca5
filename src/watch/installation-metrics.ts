/**
 * All metrics of the installation: those that were counted, and those that are read from its data and its machine when
 * someone asks for them.
 */
import { asDenidinError } from '../platform/errors.ts'
import type { Logger } from '../platform/logger.ts'
import type { GaugeName } from '../platform/metric-list.ts'
import type { GaugeSample, MetricRegistry, MetricSample } from '../platform/prometheus-metrics.ts'
import type { Sampled } from './sampled.ts'

/** Reads the values of one gauge. */
export interface GaugeReader<N extends GaugeName> {
  readonly name: N
  readonly sampled: Pick<Sampled<readonly GaugeSample<N>[]>, 'value'>
}

/** A reader of any gauge. */
export type AnyGaugeReader = { readonly [N in GaugeName]: GaugeReader<N> }[GaugeName]

export interface InstallationMetricsDeps {
  readonly registry: () => Promise<MetricRegistry>
  readonly readers: readonly AnyGaugeReader[]
  readonly logger: Logger
}

export class InstallationMetrics {
  readonly #deps: InstallationMetricsDeps

  constructor(deps: InstallationMetricsDeps) {
    this.#deps = deps
  }

  /** Every value of every metric. A gauge that cannot be read now has none. */
  async samples(): Promise<readonly MetricSample[]> {
    return await (await this.#collected()).samples()
  }

  /** The same in the text format of Prometheus. */
  async text(): Promise<string> {
    return await (await this.#collected()).text()
  }

  async #collected(): Promise<MetricRegistry> {
    const registry = await this.#deps.registry()
    await Promise.all(this.#deps.readers.map(reader => this.#collect(registry, reader)))
    return registry
  }

  async #collect<N extends GaugeName>(registry: MetricRegistry, { name, sampled }: GaugeReader<N>): Promise<void> {
    try {
      registry.replace(name, await sampled.value())
    } catch (error) {
      registry.replace(name, [])
      this.#deps.logger.debug('A metric cannot be read', { metric: name, reason: asDenidinError(error).message })
    }
  }
}
