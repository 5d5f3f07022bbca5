/** Formats the results of an archive search: one line per message, with its day and who wrote it. */
import type { WallClock } from '../../platform/time-zone.ts'

/** `from`: who wrote it; `said_on`: `null` if its source does not say. */
export interface FoundLine {
  readonly from: string | null
  readonly said_on: WallClock | null
  readonly snippet: string
}

/** @param day formats a day in the language of the reader */
export const foundLines = (messages: readonly FoundLine[], day: (at: WallClock) => string): string =>
  messages
    .map(({ from, said_on, snippet }) => {
      const head = [...(said_on === null ? [] : [day(said_on)]), ...(from === null ? [] : [from])].join(', ')
      return head === '' ? snippet : `${head}: ${snippet}`
    })
    .join('\n')
