/** The shape of the labelled sets on which the complexity detector is measured. */
import type { Complexity } from '../../../src/text/complexity/complexity.ts'

type ByComplexity = Readonly<Record<Complexity, readonly string[]>>

export interface LabelledMessages {
  /** Messages that were looked at while the signals were written. */
  readonly seen: ByComplexity
  /** Messages of another author, whose errors nobody looked at. */
  readonly unseen: ByComplexity
}
