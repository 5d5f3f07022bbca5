import type { PopulationSize } from './population.ts'

export interface ScaleOptions extends PopulationSize {
  readonly dimensions: number
  readonly probes: number
  /** Questions of each kind that are timed. */
  readonly questions: number
  /** Size of a collection; the product's own unless given. */
  readonly collection_vectors?: number
  progress(text: string): void
}
