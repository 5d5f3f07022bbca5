/** The report of one run of learning: which extractor was used, and the result for each fact. */
import type { ConsolidationResult } from './consolidation/fact-consolidator.ts'
import type { ExtractedFact } from './extraction/extraction.ts'

/** The result of one run of learning. */
export interface LearningReport {
  /** The last extractor that was used; `undefined` if there was nothing to learn from. */
  readonly provider: string | undefined
  readonly extraction_time_ms: number
  /** Memories of the facts, restated ones included. */
  readonly memory_ids: readonly string[]
  /** `kind:value`. */
  readonly entity_ids: readonly string[]
  /** `from|type|to`. */
  readonly relationship_ids: readonly string[]
  /** Facts of an earlier run that was interrupted: they were removed, and their messages were learned from again. */
  readonly removed_ids: readonly string[]
  readonly added: number
  readonly restated: number
  readonly ended: number
}

/** The report of a run that had nothing to learn from. */
export const EMPTY_REPORT: LearningReport = {
  provider: undefined,
  extraction_time_ms: 0,
  added: 0,
  restated: 0,
  ended: 0,
  memory_ids: [],
  entity_ids: [],
  relationship_ids: [],
  removed_ids: [],
}

const union = (a: readonly string[], b: readonly string[]): readonly string[] => [...new Set([...a, ...b])]

/** A report with one more fact. */
export const addFact = (report: LearningReport, result: ConsolidationResult, fact: ExtractedFact): LearningReport =>
  addReports(report, {
    ...EMPTY_REPORT,
    memory_ids: [result.memory_id],
    entity_ids: fact.entities.map(({ kind, value }) => `${kind}:${value}`),
    relationship_ids: fact.relations.map(({ from, type, to }) => `${from}|${type}|${to}`),
    added: result.outcome === 'new' ? 1 : 0,
    restated: result.outcome === 'restated' ? 1 : 0,
    ended: result.ended.length,
  })

/** Two reports as one. */
export const addReports = (a: LearningReport, b: LearningReport): LearningReport => ({
  provider: b.provider ?? a.provider,
  extraction_time_ms: a.extraction_time_ms + b.extraction_time_ms,
  memory_ids: union(a.memory_ids, b.memory_ids),
  entity_ids: union(a.entity_ids, b.entity_ids),
  relationship_ids: union(a.relationship_ids, b.relationship_ids),
  removed_ids: union(a.removed_ids, b.removed_ids),
  added: a.added + b.added,
  restated: a.restated + b.restated,
  ended: a.ended + b.ended,
})
