/** The shape of the labelled sets on which the complexity detector is measured, and how a set is split in halves. */
import type { Complexity } from '../../../src/text/complexity/complexity.ts'

export type LabelledMessages = Readonly<Record<Complexity, readonly string[]>>
