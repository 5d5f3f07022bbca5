/** Null objects for a single trial call, for which no data is open: nothing is counted, and nothing is remembered. */
import type { ModelKnowledge } from './knowledge/model-knowledge.ts'
import type { Meter } from './meter.ts'

export const noMeter: Meter = {
  reserve: () => Promise.resolve(0),
  commit: () => Promise.resolve(),
  release: () => Promise.resolve(),
  cancel: () => Promise.resolve(),
}

export const noKnowledge: ModelKnowledge = {
  traitsOf: () => ({}),
  learn: () => Promise.resolve(),
  refused: () => new Set(),
  refuse: () => Promise.resolve(),
}
