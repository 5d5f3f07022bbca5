/** Figures in the text format of Prometheus, from what `status` shows. */
import type { OperationOutput } from '../../operations/list.ts'
import { HEALTH_STATES } from '../../platform/health.ts'

export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

type Labels = Readonly<Record<string, string>>
type Sample = readonly [labels: Labels, value: number | boolean | null]

const escaped = (value: string): string => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

const labelText = (labels: Labels): string => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

/** One metric with its samples; what cannot be read now is left out. */
const metric = (name: string, type: 'gauge' | 'counter', help: string, samples: readonly Sample[]): string => {
  const lines = samples.flatMap(([labels, value]) =>
    value === null ? [] : `denidin_${name}${labelText(labels)} ${String(Number(value))}`,
  )
  return lines.length === 0
    ? ''
    : [`# HELP denidin_${name} ${help}`, `# TYPE denidin_${name} ${type}`, ...lines, ''].join('\n')
}

const single = (value: number | boolean | null): readonly Sample[] => [[{}, value]]

/** The figures of a status. */
export const metricsText = (status: OperationOutput<'status'>): string =>
  [
    metric('info', 'gauge', 'Version of DeniDin.', [[{ version: status.version }, 1]]),
    metric('running', 'gauge', 'Whether the bot runs.', single(status.running)),
    metric('uptime_seconds', 'gauge', 'Seconds since the bot started.', single(status.uptime_seconds)),
    metric(
      'component_state',
      'gauge',
      'State of each component: 1 for the state that it is in.',
      status.parts.flatMap(({ name, state }) =>
        HEALTH_STATES.map((each): Sample => [{ component: name, state: each }, each === state]),
      ),
    ),
    metric('sessions', 'gauge', 'Sessions by state.', [
      [{ state: 'active' }, status.sessions_active],
      [{ state: 'waiting' }, status.sessions_waiting],
      [{ state: 'stored' }, status.sessions_stored],
      [{ state: 'dead' }, status.sessions_dead],
    ]),
    metric('memories', 'gauge', 'Memories.', single(status.memories)),
    metric(
      'memories_pending',
      'gauge',
      'Memories that wait for their vector or the index.',
      single(status.memories_pending),
    ),
    metric('inbox_waiting', 'gauge', 'Messages that wait for their turn.', single(status.inbox_waiting)),
    metric('outbox', 'gauge', 'Replies by state.', [
      [{ state: 'waiting' }, status.outbox_waiting],
      [{ state: 'unconfirmed' }, status.outbox_unconfirmed],
      [{ state: 'failed' }, status.outbox_failed],
    ]),
    metric(
      'events_total',
      'counter',
      'What was counted since the bot started.',
      Object.entries(status.counters).map(([event, value]): Sample => [{ event }, value]),
    ),
    metric(
      'model_calls_today',
      'gauge',
      'Calls of models since midnight.',
      status.models_today.map(({ kind, purpose, model, calls }): Sample => [{ kind, purpose, model }, calls]),
    ),
    metric(
      'model_tokens_today',
      'gauge',
      'Tokens of calls of models since midnight.',
      status.models_today.flatMap(({ kind, purpose, model, input_tokens, output_tokens }): readonly Sample[] => [
        [{ kind, purpose, model, direction: 'input' }, input_tokens],
        [{ kind, purpose, model, direction: 'output' }, output_tokens],
      ]),
    ),
  ].join('')
