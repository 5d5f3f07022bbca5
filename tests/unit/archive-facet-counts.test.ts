/**
 * Counts of an archive's messages by month, in any zone and in whatever order the messages have their times; and by all
 * other values, when messages come, change and go.
 */
import { expect, test } from '@jest/globals'
import { LEVELS } from '../../src/archive/archive-message.ts'
import { Columns, type ColumnValues } from '../../src/archive/index/columns.ts'
import { FacetCounts } from '../../src/archive/index/facet-counts.ts'
import { FacetGroups, REGION } from '../../src/archive/index/facet-groups.ts'
import { addOffset, addRange, noOffsets } from '../../src/archive/index/offset-bits.ts'
import { DAY_MS } from '../../src/platform/clock.ts'
import { timeZone } from '../../src/platform/time-zone.ts'
import { yieldToEventLoop } from '../../src/platform/yield.ts'
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
  const counts = new FacetCounts(new FacetGroups(columns, name))
  for (let from = 1; from <= MESSAGES; from += AT_ONCE) {
    const matching = noOffsets()
    addRange(matching, 0, Math.min(AT_ONCE, MESSAGES + 1 - from) - 1)
    counts.add(from, matching)
  }
  const { months, messages } = counts.result()
  expect(messages).toBe(MESSAGES)
  expect([...months]).toEqual([...expected].sort(([a], [b]) => a.localeCompare(b)))
})

/** Numbers of projects and components up to this one. */
const VALUES = 300

const NOTHING = { session: 0, scope: 0, person: 0, chat: 0, sender: 0, words: 1 }

test('counts are those of the values that messages have now, across regions, whatever was counted before', () => {
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
  // A part that begins anywhere and ends in the region after.
  const [first, last] = [REGION - 2500, REGION + 1700]
  const add = (from: number, to: number): void => {
    for (let seq = from; seq <= to; seq++) columns.fill(seq, valuesOf())
  }
  const show = (from: number, to: number): void => {
    columns.show(Array.from({ length: to - from + 1 }, (_, at) => ({ seq: from + at, role: 'user' as const })))
  }
  const groups = new FacetGroups(columns, 'Asia/Jerusalem')
  const expectRight = (): void => {
    const matching = noOffsets()
    const wanted = { projects: new Map<number, number>(), components: new Map(), levels: new Map() }
    const count = (counts: Map<number, number>, value: number): void => {
      if (value > 0) counts.set(value, (counts.get(value) ?? 0) + 1)
    }
    let messages = 0
    for (let seq = first; seq <= last; seq++) {
      if (columns.column('role')[seq] === 0 || next() < 0.3) continue
      addOffset(matching, seq - first)
      messages++
      count(wanted.projects, columns.column('project')[seq] ?? 0)
      count(wanted.components, columns.column('component')[seq] ?? 0)
      count(wanted.levels, columns.column('level')[seq] ?? 0)
    }
    const counts = new FacetCounts(groups)
    counts.add(first, matching)
    const { months: _months, ...found } = counts.result()
    expect(found).toEqual({ ...wanted, messages })
  }
  add(first, REGION + 900)
  show(first, REGION + 900)
  expectRight()
  // Counted while they are filled, and there only afterwards.
  add(REGION + 901, last)
  expectRight()
  show(REGION + 901, last)
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
const REGIONS = 16

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
  const regions = Array.from({ length: REGIONS }, (_, region) => region)
  for (const region of regions) columns.set((region + 1) * REGION - 1, values)
  const groups = new FacetGroups(columns, 'UTC')
  const others = yieldToEventLoop().then(() => 'others')
  expect(await Promise.race([groups.prepare().then(() => 'counts'), others])).toBe('others')
  await groups.prepare()
  const made = regions.map(region => groups.region(region))
  const changed = (): readonly number[] => regions.filter(region => groups.region(region) !== made[region])
  await groups.prepare()
  expect(changed()).toEqual([])
  columns.set(REGION + 8, { ...values, project: 2 })
  await groups.prepare()
  expect(changed()).toEqual([1])
})
