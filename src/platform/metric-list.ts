/**
 * Every metric that DeniDin exposes, defined once: its kind, its meaning, and the values that each of its labels may
 * have. No label holds a person, a chat, or text that someone wrote.
 */

import { MEASURE_NAMES } from './measure-names.ts'

/** A closed list of values, or texts of which the first `most` different ones are kept: all others count as `other`. */
export type LabelValues = readonly string[] | { readonly most: number }

export interface MetricDefinition {
  readonly kind: 'counter' | 'histogram' | 'gauge'
  readonly help: string
  readonly labels: Readonly<Record<string, LabelValues>>
  /** Upper bounds of the buckets of a histogram. */
  readonly buckets?: readonly number[]
}

/** The value of texts beyond the bound of a label, and of texts that are not in its list. */
export const OTHER = 'other'

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
const SIMILARITIES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]

/** Names of models and providers come from the configuration; there are rarely more than five. */
const MODEL = { most: 20 } as const
const CALL_KINDS = ['completion', 'embedding', 'rerank'] as const
const PURPOSES = ['reply', 'summary', 'recall', 'memory', 'extraction', 'check'] as const
const CODE = { most: 24 } as const

/** The stages of a turn, in their order. */
export const TURN_STAGES = ['queue', 'session', 'recall', 'pack', 'model', 'deliver', 'remember'] as const
export type TurnStage = (typeof TURN_STAGES)[number]

const counter = <L extends Readonly<Record<string, LabelValues>>>(help: string, labels: L) =>
  ({ kind: 'counter', help, labels }) as const
const gauge = <L extends Readonly<Record<string, LabelValues>>>(help: string, labels: L) =>
  ({ kind: 'gauge', help, labels }) as const
const histogram = <L extends Readonly<Record<string, LabelValues>>>(
  help: string,
  labels: L,
  buckets: readonly number[] = SECONDS,
) => ({ kind: 'histogram', help, labels, buckets }) as const

/** Metrics by name, without the prefix `denidin_`. Counters and histograms count since the process started. */
export const METRICS = {
  // Messages and replies
  messages_total: counter('Messages that arrived, by what became of them on arrival.', {
    outcome: ['received', 'ignored', 'duplicate'],
  }),
  messages_over_limit_total: counter('Messages that were only read, because their sender wrote too many.', {}),
  turns_total: counter(
    'Turns by outcome: answered by a model; refused by a spending limit; no_answer when the model failed; listened; command; failed.',
    { outcome: ['answered', 'refused', 'no_answer', 'listened', 'command', 'failed'] },
  ),
  replies_total: counter('Replies by outcome of their delivery; failed: given up.', {
    outcome: ['sent', 'unconfirmed', 'failed'],
  }),
  refusals_total: counter(
    'Messages that the channel refused to deliver, by reason: after_acceptance, before_acceptance, no_address, or the error code of WhatsApp.',
    { reason: { most: 20 } },
  ),
  loops_stopped_total: counter('Conversations with another program that were stopped.', {}),
  errors_total: counter('Failures by where they happened and by error code.', {
    source: ['turn', 'model', 'extraction', 'operation'],
    code: CODE,
  }),
  log_lines_total: counter('Lines of the log by level.', { level: ['warn', 'error'] }),

  // Times of a turn
  response_seconds: histogram('Time from the beginning of a turn to the sent reply.', {}),
  own_response_seconds: histogram(
    'The same without the time in which DeniDin waited for models, typed, or sent: its own overhead.',
    {},
  ),
  turn_stage_seconds: histogram('Time of each stage of a turn; queue is the wait before it begins.', {
    stage: TURN_STAGES,
  }),

  // Recall
  retrieval_seconds: histogram('Time of a search in memory and messages, without the embedding of the question.', {
    purpose: PURPOSES,
  }),
  recalls_total: counter('Searches in memory for a turn, by what they found.', { outcome: ['found', 'nothing'] }),
  recalled_total: counter('Memories and quotes that were given to the model.', { kind: ['memory', 'quote'] }),
  recall_similarity: histogram('Similarity of the best memory of a search to its question.', {}, SIMILARITIES),
  recall_failures_total: counter('Searches of which a part failed.', {}),

  // Models
  model_calls_total: counter('Requests to models by outcome.', {
    kind: CALL_KINDS,
    purpose: PURPOSES,
    model: MODEL,
    outcome: ['ok', 'failed'],
  }),
  model_call_seconds: histogram('Time from a request to a model to its answer.', { kind: CALL_KINDS, model: MODEL }),
  model_tokens_total: counter('Tokens of requests to models; cached_input is a part of input.', {
    kind: CALL_KINDS,
    purpose: PURPOSES,
    model: MODEL,
    direction: ['input', 'cached_input', 'output'],
  }),
  model_cost_total: counter('Cost of requests to models, in units of the currency of the price file.', {
    kind: CALL_KINDS,
    purpose: PURPOSES,
    model: MODEL,
    currency: { most: 10 },
  }),
  model_failures_total: counter('Answers and summaries that no model gave.', {}),
  calls_refused_total: counter('Answers that a spending limit refused.', {}),

  // Learning and sessions
  extraction_seconds: histogram('Time of one extraction of facts, all requests together.', { provider: MODEL }),
  extractions_failed_total: counter('Requests for facts that failed.', {}),
  facts_total: counter('Facts that were learned, were known already, or ended others.', {
    change: ['learned', 'restated', 'ended'],
  }),
  facts_rejected_total: counter('Facts that were not kept, by reason.', { reason: ['quote_not_found', 'not_meant'] }),
  sessions_ended_total: counter('Sessions that ended, by reason.', { reason: ['expired', 'reset'] }),
  sessions_stored_total: counter('Sessions that were stored in long-term memory.', {}),
  session_transfers_failed_total: counter('Failed attempts to store a session.', {}),
  session_files_damaged_total: counter('Session files that were damaged and rebuilt.', {}),
  items_set_aside_total: counter('Items of background work that failed by themselves.', {}),

  // Chroma, operations, the REST API
  chroma_seconds: histogram('Time of one request to Chroma.', { operation: ['query', 'write'] }),
  operations_total: counter('Operations by outcome: ok, or an error code.', {
    operation: { most: 200 },
    outcome: CODE,
  }),
  http_requests_total: counter('Requests to the REST API by route and status.', {
    method: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'],
    route: { most: 200 },
    status: { most: 30 },
  }),
  http_request_seconds: histogram('Time of requests to the REST API.', { route: { most: 200 } }),

  // The state of the installation, read when it is asked for
  info: gauge('Always 1; version of DeniDin.', { version: { most: 1 } }),
  running: gauge('Whether the bot runs.', {}),
  uptime_seconds: gauge('Time since the bot started.', {}),
  uptime_window_seconds: gauge(
    'The last alerts.uptime.window_days, or the time since the first start: up, stopped when told to, or down otherwise.',
    { state: ['up', 'stopped', 'down'] },
  ),
  component_state: gauge('1 for the state that a component is in, 0 for the others.', {
    component: { most: 60 },
    state: ['ok', 'degraded', 'down', 'off', 'unknown'],
  }),
  whatsapp_state: gauge('1 for the state that the connection to WhatsApp is in, 0 for the others.', {
    state: ['starting', 'qr', 'linking', 'ready', 'degraded', 'action_required', 'stopping', 'stopped'],
  }),
  sessions: gauge('Sessions by state; closed: ended, and waiting to be stored.', {
    state: ['active', 'closed', 'stored', 'dead', 'purged'],
  }),
  memories: gauge('Memories by kind, category and tier.', {
    kind: ['fact', 'explicit', 'session_summary', 'session_transcript'],
    category: ['facts', 'preferences', 'skills', 'rules', 'context'],
    tier: ['working', 'short_term', 'long_term'],
  }),
  memories_pending: gauge('Memories that wait, for their vector or for the index.', {
    step: ['embedding', 'index'],
  }),
  vectors: gauge('Stored vectors: of the model in use, of the former one, and unused ones.', {
    use: ['present', 'former', 'unused'],
  }),
  queue_messages: gauge('What waits: messages for their turn, replies to be sent.', { queue: ['inbox', 'outbox'] }),
  replies_undelivered: gauge('Replies whose delivery is unconfirmed or was given up, in the last days.', {
    state: ['unconfirmed', 'failed'],
  }),
  database_bytes: gauge('Size of each database, with its write-ahead log.', { database: { most: 20 } }),
  index_bytes: gauge('Size of the folder of Chroma.', {}),
  log_bytes: gauge('Size of each log, with the files of earlier days.', { log: { most: 20 } }),
  disk_free_bytes: gauge('Free space on the disk of the data folder.', {}),
  process_memory_bytes: gauge('Memory of the process and its children; shared pages count in proportion.', {
    process: ['node', 'browser', 'chroma'],
  }),
  measure: gauge('What is measured against a target and a limit: seconds, bytes, a count, or a share from 0 to 1.', {
    measure: MEASURE_NAMES,
  }),
  measure_count: gauge(
    'How many answers or ended sessions, or for the uptime hours, a measured share is computed from.',
    {
      measure: MEASURE_NAMES,
    },
  ),
  measure_bound: gauge('The target and the limit of what is measured; without a limit there is none.', {
    measure: MEASURE_NAMES,
    bound: ['target', 'limit'],
  }),
  backup_last_timestamp_seconds: gauge('When the newest backup was made, in Unix time.', {}),
  backup_verified: gauge('Whether the last verified backup was in order.', {}),
  backup_encrypted: gauge('Whether the newest backup is encrypted.', {}),
  backup_attempts: gauge('Backups that were attempted in the last 30 days, by outcome.', {
    outcome: ['succeeded', 'failed'],
  }),
} as const satisfies Readonly<Record<string, MetricDefinition>>

export type MetricName = keyof typeof METRICS
type NamesOf<K extends MetricDefinition['kind']> = {
  [N in MetricName]: (typeof METRICS)[N]['kind'] extends K ? N : never
}[MetricName]
export type CounterName = NamesOf<'counter'>
export type HistogramName = NamesOf<'histogram'>
export type GaugeName = NamesOf<'gauge'>

type ValueOf<V> = V extends readonly (infer T extends string)[] ? T : string

/** The labels of a metric, each with the values that are allowed. */
export type LabelsOf<N extends MetricName> = {
  readonly [L in keyof (typeof METRICS)[N]['labels']]: ValueOf<(typeof METRICS)[N]['labels'][L]>
}

/** The prefix of every metric of DeniDin. */
export const METRIC_PREFIX = 'denidin_'
