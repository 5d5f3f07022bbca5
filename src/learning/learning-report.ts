import type { Taken } from './consolidation/consolidation.ts'
import type { ExtractedFact } from './extraction/extraction.ts'

/** What one act of learning gave. */
export interface LearningReport {
  /** Who extracted last; `undefined` when there was nothing to learn from. */
  readonly provider: string | undefined
  readonly extraction_time_ms: number
  /** Facts by their memories, restated ones included. */
  readonly memory_ids: readonly string[]
  /** `kind:value`. */
  readonly entity_ids: readonly string[]
  /** `from|type|to`. */
  readonly relationship_ids: readonly string[]
  readonly added: number
  readonly restated: number
  readonly ended: number
}

export const NOTHING_LEARNT: LearningReport = {
  provider: undefined,
  extraction_time_ms: 0,
  added: 0,
  restated: 0,
  ended: 0,
  memory_ids: [],
  entity_ids: [],
  relationship_ids: [],
}

const union = (a: readonly string[], b: readonly string[]): readonly string[] => [...new Set([...a, ...b])]

/** A report with one more fact. */
export const withFact = (report: LearningReport, taken: Taken, fact: ExtractedFact): LearningReport =>
  sum(report, {
    ...NOTHING_LEARNT,
    memory_ids: [taken.memory_id],
    entity_ids: fact.entities.map(({ kind, value }) => `${kind}:${value}`),
    relationship_ids: fact.relations.map(({ from, type, to }) => `${from}|${type}|${to}`),
    added: taken.outcome === 'new' ? 1 : 0,
    restated: taken.outcome === 'restated' ? 1 : 0,
    ended: taken.ended.length,
  })

/** Two reports as one. */
export const sum = (a: LearningReport, b: LearningReport): LearningReport => ({
  provider: b.provider ?? a.provider,
  extraction_time_ms: a.extraction_time_ms + b.extraction_time_ms,
  memory_ids: union(a.memory_ids, b.memory_ids),
  entity_ids: union(a.entity_ids, b.entity_ids),
  relationship_ids: union(a.relationship_ids, b.relationship_ids),
  added: a.added + b.added,
  restated: a.restated + b.restated,
  ended: a.ended + b.ended,
})
