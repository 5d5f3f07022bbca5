/**
 * Counts of an archive's messages by month, in any zone and in whatever order the messages have their times; and by all
 * other values, when messages come, change and go.
 */
import { expect, test } from '@jest/globals'
import { LEVELS } from '../../src/archive/archive-message.ts'
import { Columns, type ColumnValues } from '../../src/archive/index/columns.ts'
import { FacetCounts } from '../../src/archive/index/facet-counts.ts'
import { FacetGroups } from '../../src/archive/index/facet-groups.ts'
import type { IndexPart } from '../../src/archive/index/index-part.ts'
import { addOffset, addRange, noOffsets } from '../../src/archive/index/offset-bits.ts'
import { DAY_MS } from '../../src/platform/clock.ts'
import { timeZone } from '../../src/platform/time-zone.ts'
import { yieldToEventLoop } from '../../src/platform/yield.ts'
import { randomNumbers } from '../support/random-numbers.ts'

const FROM = Date.UTC(2005, 0, 1)
const SPAN = 20 * 365 * DAY_MS
const MESSAGES = 4000
const AT_ONCE = 300

const partOf = (first: number, last: number): IndexPart => ({ part: first, first, last, messages: last - first + 1 })

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
  const counts = new FacetCounts(new FacetGroups(columns, name))
  for (let from = 1; from <= MESSAGES; from += AT_ONCE) {
    const part = partOf(from, Math.min(from + AT_ONCE - 1, MESSAGES))
    const matching = noOffsets()
    addRange(matching, 0, part.messages - 1)
    counts.add(part, matching)
  }
  const { months, messages } = counts.result()
  expect(messages).toBe(MESSAGES)
  expect([...months]).toEqual([...expected].sort(([a], [b]) => a.localeCompare(b)))
})

/** Numbers of projects and components up to this one. */
const VALUES = 300

const NOTHING = { session: 0, scope: 0, person: 0, chat: 0, sender: 0, words: 1 }

test('counts are those of the values that messages have now, whatever was counted before', () => {
  const next = randomNumbers(3)
  const pick = (count: number): number => Math.floor(next() * count)
  const columns = new Columns()
  const valuesOf = (): ColumnValues => ({
    ...NOTHING,
    role: 'user',
    level: next() < 0.5 ? undefined : LEVELS[pick(LEVELS.length)],
    source_type: 'debug',
    at: next() < 0.2 ? undefined : FROM + Math.floor(next() * SPAN),
    project: pick(VALUES),
    component: next() < 0.5 ? 0 : pick(VALUES),
  })
  const [first, last] = [62_500, 66_700]
  const part = partOf(first, last)
  const shown = 66_000
  const add = (from: number, to: number): void => {
    for (let seq = from; seq <= to; seq++) columns.fill(seq, valuesOf())
  }
  const show = (from: number, to: number): void => {
    columns.show(Array.from({ length: to - from + 1 }, (_, at) => ({ seq: from + at, role: 'user' as const })))
  }
  const groups = new FacetGroups(columns, 'Asia/Jerusalem')
  const expectRightFor = (share: number): void => {
    const matching = noOffsets()
    const wanted = { projects: new Map<number, number>(), components: new Map(), levels: new Map() }
    const count = (counts: Map<number, number>, value: number): void => {
      if (value > 0) counts.set(value, (counts.get(value) ?? 0) + 1)
    }
    let messages = 0
    for (let seq = first; seq <= last; seq++) {
      if (columns.column('role')[seq] === 0 || next() >= share) continue
      addOffset(matching, seq - first)
      messages++
      count(wanted.projects, columns.column('project')[seq] ?? 0)
      count(wanted.components, columns.column('component')[seq] ?? 0)
      count(wanted.levels, columns.column('level')[seq] ?? 0)
    }
    const counts = new FacetCounts(groups)
    counts.add(part, matching)
    const { months: _months, ...found } = counts.result()
    expect(found).toEqual({ ...wanted, messages })
  }
  const expectRight = (): void => {
    for (const share of [0.1, 0.7, 1]) expectRightFor(share)
  }
  add(first, shown)
  show(first, shown)
  expectRight()
  // Counted while they are filled, and there only afterwards.
  add(shown + 1, last)
  expectRight()
  show(shown + 1, last)
  expectRight()
  for (let n = 0; n < 800; n++) columns.set(first + pick(last - first), valuesOf())
  expectRight()
  const bytes = columns.encode(first, last)
  columns.clear()
  columns.load(first, last, bytes)
  columns.set(first + 3, valuesOf())
  expectRight()
})

/** More than are numbered in one slice. */
const PARTS = Array.from({ length: 16 }, (_, at) => partOf(1 + at * 60_000, (at + 1) * 60_000))

test('groups are made in slices before a count, and anew only where something was written since', async () => {
  const columns = new Columns()
  const values: ColumnValues = {
    ...NOTHING,
    role: 'user',
    level: undefined,
    source_type: 'debug',
    at: FROM,
    project: 1,
    component: 1,
  }
  for (const { last } of PARTS) columns.set(last, values)
  const groups = new FacetGroups(columns, 'UTC')
  const others = yieldToEventLoop().then(() => 'others')
  expect(await Promise.race([groups.prepare(PARTS).then(() => 'counts'), others])).toBe('others')
  await groups.prepare(PARTS)
  const made = PARTS.map(part => groups.of(part))
  const changed = (): readonly number[] =>
    [...PARTS.keys()].filter(at => groups.of(PARTS[at] as IndexPart) !== made[at])
  await groups.prepare(PARTS)
  expect(changed()).toEqual([])
  columns.set(70_000, { ...values, project: 2 })
  await groups.prepare(PARTS)
  expect(changed()).toEqual([1])
})
