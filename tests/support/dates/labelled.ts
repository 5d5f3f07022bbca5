// Compares what a date reader finds with the labels of the date expressions.
import { dayOfDate, type DateSpan } from '../../../src/text/dates/date-span.ts'

/** Tuesday, 24 November 2026: when every expression is said, in days since 1 January 1970. */
export const SAID_ON = dayOfDate(2026, 10, 24)

export interface LabelledDate {
  readonly text: string
  readonly label: string
}

export const labelledDates = (expressions: string): readonly LabelledDate[] =>
  expressions
    .trim()
    .split('\n')
    .map(line => {
      const [text = '', label = ''] = line.split(' | ')
      return { text, label: label.trim() }
    })

const dayOfIso = (iso: string): number => {
  const [year = 0, month = 1, day = 1] = iso.split('-').map(Number)
  return dayOfDate(year, month - 1, day)
}

const VAGUE_DAYS = 40
const VAGUER_DAYS = 370

/** Whether the days found are those of the label. Several mentions of the same days count as one. */
export const matchesLabel = (found: readonly DateSpan[], label: string): boolean => {
  const distinct = [...new Set(found.map(({ from, to }) => `${String(from)}..${String(to)}`))]
  if (label === '-') return found.length === 0
  const [only] = found
  if (only === undefined || distinct.length !== 1) return false
  if (label.startsWith('~')) {
    const day = dayOfIso(label.replace(/^~+/, ''))
    const most = label.startsWith('~~') ? VAGUER_DAYS : VAGUE_DAYS
    return only.from <= day && day <= only.to && only.to - only.from < most
  }
  const [from = label, to = from] = label.split('..')
  return only.from === dayOfIso(from) && only.to === dayOfIso(to)
}
