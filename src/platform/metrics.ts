/** Counters of one process since it started; `denidin status` shows them. */
export interface Metrics {
  /** Adds `by` (default 1) to the counter `name`. */
  count(name: MetricName, by?: number): void
  /** All counters that were touched, by name. */
  read(): Readonly<Partial<Record<MetricName, number>>>
}

export type MetricName =
  | 'messages_received'
  | 'messages_duplicate'
  | 'messages_ignored'
  | 'replies_sent'
  | 'replies_unconfirmed'
  | 'replies_failed'
  | 'turns_failed'
  | 'loops_stopped'
  | 'model_failures'
  | 'calls_refused'
  | 'messages_over_limit'
  | 'recall_failures'
  | 'sessions_closed'
  | 'session_transfers_failed'
  | 'session_files_damaged'
  | 'facts_learnt'
  | 'facts_restated'
  | 'facts_ended'
  | 'quotes_not_found'
  | 'facts_not_meant'
  | 'extractions_failed'
  | 'items_set_aside'

/** Counters kept in memory. */
export const createMetrics = (): Metrics => {
  const counters: Partial<Record<MetricName, number>> = {}
  return {
    count: (name, by = 1) => {
      counters[name] = (counters[name] ?? 0) + by
    },
    read: () => ({ ...counters }),
  }
}
