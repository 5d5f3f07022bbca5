/** The port that counts and measures what DeniDin does, for `denidin status`, `denidin metrics` and `/metrics`. */
import type { CounterName, GaugeName, HistogramName, LabelsOf } from './metric-list.ts'

export interface Metrics {
  /** Counts an event, `by` times (default 1). */
  count(event: EventName, by?: number): void
  /** All events that were counted since the process started. */
  read(): Readonly<Partial<Record<EventName, number>>>
  /** Adds to a counter with labels. */
  add<N extends CounterName>(name: N, labels: LabelsOf<N>, by?: number): void
  /** Records one value of a distribution: seconds, or a similarity. */
  observe<N extends HistogramName>(name: N, labels: LabelsOf<N>, value: number): void
  /** Sets a value that is known as soon as it changes. */
  set<N extends GaugeName>(name: N, labels: LabelsOf<N>, value: number): void
}

type Counted = { [N in CounterName]: readonly [name: N, labels: LabelsOf<N>] }[CounterName]

/** The events that `denidin status` shows, and the counter to which each belongs. */
export const EVENTS = {
  messages_received: ['messages_total', { outcome: 'received' }],
  messages_duplicate: ['messages_total', { outcome: 'duplicate' }],
  messages_ignored: ['messages_total', { outcome: 'ignored' }],
  replies_sent: ['replies_total', { outcome: 'sent' }],
  replies_unconfirmed: ['replies_total', { outcome: 'unconfirmed' }],
  replies_failed: ['replies_total', { outcome: 'failed' }],
  turns_failed: ['turns_total', { outcome: 'failed' }],
  loops_stopped: ['loops_stopped_total', {}],
  model_failures: ['model_failures_total', {}],
  calls_refused: ['calls_refused_total', {}],
  messages_over_limit: ['messages_over_limit_total', {}],
  recall_failures: ['recall_failures_total', {}],
  sessions_closed: ['sessions_stored_total', {}],
  session_transfers_failed: ['session_transfers_failed_total', {}],
  session_files_damaged: ['session_files_damaged_total', {}],
  facts_learnt: ['facts_total', { change: 'learned' }],
  facts_restated: ['facts_total', { change: 'restated' }],
  facts_ended: ['facts_total', { change: 'ended' }],
  quotes_not_found: ['facts_rejected_total', { reason: 'quote_not_found' }],
  facts_not_meant: ['facts_rejected_total', { reason: 'not_meant' }],
  extractions_failed: ['extractions_failed_total', {}],
  items_set_aside: ['items_set_aside_total', {}],
} as const satisfies Readonly<Record<string, Counted>>

export type EventName = keyof typeof EVENTS

/** Events kept in memory. */
export class EventCounts {
  readonly #counts: Partial<Record<EventName, number>> = {}

  count(event: EventName, by: number): void {
    this.#counts[event] = (this.#counts[event] ?? 0) + by
  }

  read(): Readonly<Partial<Record<EventName, number>>> {
    return { ...this.#counts }
  }
}

/** For a process that serves one command: counts events, and measures nothing. */
export const createMetrics = (): Metrics => {
  const events = new EventCounts()
  return {
    count: (event, by = 1) => {
      events.count(event, by)
    },
    read: () => events.read(),
    add: () => undefined,
    observe: () => undefined,
    set: () => undefined,
  }
}
