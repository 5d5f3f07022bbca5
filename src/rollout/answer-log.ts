/** The port of the log of answers by which the limits of a stage are checked. It survives a restart. */
import type { StagedFeature } from './stage.ts'

/** What is counted of one answer. No person is named. */
export interface CountedAnswer {
  /** Milliseconds since the Unix epoch. */
  readonly at: number
  readonly failed: boolean
  /** `undefined`: the model was not asked. */
  readonly own_ms: number | undefined
  /** In units of the currency; `undefined`: not known. */
  readonly cost: number | undefined
}

/** Which answers are counted together. */
export interface AnswerWindow {
  /** Later than this, milliseconds since the Unix epoch. */
  readonly since: number
  /** Own time above which an answer is slow, in milliseconds. */
  readonly slow_ms: number
}

export interface AnswerCounts {
  readonly answers: number
  readonly failed: number
  readonly slow: number
  /** Answers with a known cost, and the sum of their costs in units of the currency. */
  readonly priced: number
  readonly cost: number
}

export interface AnswerLog {
  /**
   * Adds an answer to a person who has the feature. Answers before the window are deleted; so are all of a feature when
   * its stage narrows, because those of the wider stage say nothing about it.
   * @returns the counts of the window, of at most the 10,000 newest answers
   */
  add(feature: StagedFeature, answer: CountedAnswer, window: AnswerWindow): Promise<AnswerCounts>
}
