/** Counts of an archive's messages by month: in any zone, and in whatever order the messages have their times. */
import { expect, test } from '@jest/globals'
import { Columns } from '../../src/archive/index/columns.ts'
import { FacetCounts } from '../../src/archive/index/facet-counts.ts'
import { DAY_MS } from '../../src/platform/clock.ts'
import { timeZone } from '../../src/platform/time-zone.ts'
import { randomNumbers } from '../support/random-numbers.ts'

const FROM = Date.UTC(2005, 0, 1)
const SPAN = 20 * 365 * DAY_MS
const MESSAGES = 4000
const AT_ONCE = 300

/** Times everywhere, and many around the ends of months, some at the very second. */
const times = (random: () => number): readonly (number | undefined)[] =>
  Array.from({ length: MESSAGES }, (_, at) => {
    if (at % 50 === 0) return undefined
    if (at % 2 === 0) return FROM + Math.floor(random() * SPAN)
    const midnight = Date.UTC(2005 + Math.floor(random() * 20), Math.floor(random() * 12), 1)
    return midnight + Math.round((random() - 0.5) * 30) * 3_600_000 + (at % 3) * 1000 - 1000
  })

test.each([
  'UTC',
  'Asia/Jerusalem',
  'America/Havana',
  'America/St_Johns',
  'Pacific/Apia',
  'Asia/Kathmandu',
  'Africa/Cairo',
])('months in %s are those of the calendar days there', name => {
  const columns = new Columns()
  const zone = timeZone(name)
  const expected = new Map<string, number>()
  for (const [index, at] of times(randomNumbers(7)).entries()) {
    const values = { role: 'user', level: undefined, source_type: 'history', at } as const
    const numbers = { project: 0, component: 0, session: 0, scope: 0, person: 0, chat: 0, sender: 0, words: 1 }
    columns.set(index + 1, { ...values, ...numbers })
    if (at === undefined) continue
    const month = new Date(zone.dayOf(at) * DAY_MS).toISOString().slice(0, 7)
    expected.set(month, (expected.get(month) ?? 0) + 1)
  }
  const counts = new FacetCounts(columns, name)
  for (let from = 1; from <= MESSAGES; from += AT_ONCE) {
    const seqs = Uint32Array.from({ length: AT_ONCE }, (_, at) => from + at)
    counts.add(seqs, Math.min(AT_ONCE, MESSAGES + 1 - from))
  }
  const { months, messages } = counts.result()
  expect(messages).toBe(MESSAGES)
  expect([...months]).toEqual([...expected].sort(([a], [b]) => a.localeCompare(b)))
})
