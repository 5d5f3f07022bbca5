/** The dependencies of every feature: clock, ids, log, metrics and token counter. */
import type { Settings } from '../config/settings.ts'
import { inZone, systemClock, type Clock } from '../platform/clock.ts'
import { LiveEvents } from '../messages/live-events.ts'
import { systemIds, type Ids } from '../platform/ids.ts'
import type { Logger } from '../platform/logger.ts'
import { createMetrics, type Metrics } from '../platform/metrics.ts'
import { once } from '../platform/once.ts'
import type { MetricRegistry } from '../platform/prometheus-metrics.ts'
import { timeZone } from '../platform/time-zone.ts'
import { SetAside } from '../platform/set-aside.ts'
import { createTokenCounter, type TokenCounter } from '../text/tokens.ts'

/** The dependencies of every part; a test passes its own clock, ids or log. */
export interface Runtime {
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  readonly metrics: Metrics
  /** The registry in which the metrics are; in a process that measures nothing, an empty one. */
  readonly registry: () => Promise<MetricRegistry>
  readonly tokens: TokenCounter
  /** Items of background work that failed by themselves. */
  readonly setAside: SetAside
  /** What happens at this moment, for programs that watch. */
  readonly events: LiveEvents
}

/** Loads the library of metrics only where metrics are asked for: it costs time and memory. */
const loadRegistry = async (): Promise<MetricRegistry> => {
  const { PrometheusMetrics } = await import('../platform/prometheus-metrics.ts')
  return new PrometheusMetrics()
}

/** The real implementations in the time zone of the settings, except the log, which the caller opens and closes. */
export const surroundings = (
  { time_zone }: Pick<Settings, 'time_zone'>,
  logger: Logger,
  { clock = systemClock, ...overrides }: Partial<Runtime> = {},
): Runtime => {
  const metrics = overrides.metrics ?? createMetrics()
  return {
    clock: time_zone === undefined ? clock : inZone(clock, timeZone(time_zone)),
    ids: systemIds,
    tokens: createTokenCounter(),
    setAside: new SetAside(logger, metrics),
    events: new LiveEvents(),
    registry: once(loadRegistry),
    logger,
    ...overrides,
    metrics,
  }
}
