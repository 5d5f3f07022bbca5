// Filters skip stripes of messages in which nothing can pass: compared with an examination of every message.
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { ARCHIVE_ROLES, LEVELS, SOURCE_TYPES } from '../../src/archive/archive-message.ts'
import { Columns, type ColumnName, type ColumnValues } from '../../src/archive/index/columns.ts'
import { FilterMask, type ColumnFilter } from '../../src/archive/index/filters.ts'
import { randomNumbers } from '../support/random-numbers.ts'

const STRIPE = 1024
const PART = { number: 0, first: 1, last: 6 * STRIPE } as unknown as Parameters<FilterMask['of']>[0]
const EVERYTHING = { after: 0, up_to: Infinity }

/** Sessions one after the other, projects and levels by chance; some messages are removed, some have no time. */
const filled = (seed: number): Columns => {
  const next = randomNumbers(seed)
  const columns = new Columns()
  const pick = (count: number): number => Math.floor(next() * count)
  let session = 1
  for (let seq = PART.first; seq <= PART.last; seq++) {
    if (next() < 0.02) session++
    const values: ColumnValues = {
      role: ARCHIVE_ROLES[pick(ARCHIVE_ROLES.length)] ?? 'user',
      level: next() < 0.5 ? undefined : LEVELS[pick(LEVELS.length)],
      source_type: SOURCE_TYPES[pick(SOURCE_TYPES.length)] ?? 'debug',
      at: next() < 0.1 ? undefined : (seq + pick(3000)) * 1000,
      project: 1 + pick(5) * (seq < STRIPE ? 1 : 7),
      component: pick(4),
      session,
      scope: 0,
      person: pick(3),
      chat: pick(2),
      sender: pick(50),
      words: 1 + pick(9),
    }
    columns.set(seq, values)
    if (next() < 0.05) columns.set(seq, { ...values, project: 90, session: 100_000 })
  }
  for (let n = 0; n < 500; n++) columns.remove(PART.first + pick(PART.last))
  return columns
}

/** Stripes whose messages have all the same project and chat, with rising times; none is removed. */
const ordered = (seed: number): Columns => {
  const next = randomNumbers(seed)
  const columns = new Columns()
  for (let seq = 0; seq <= PART.last; seq++) {
    const stripe = seq >>> 10
    columns.set(seq, {
      role: 'user',
      level: undefined,
      source_type: 'debug',
      at: stripe === 3 && next() < 0.1 ? undefined : (seq + 1) * 1000,
      project: 1 + (stripe % 3),
      component: stripe === 2 && next() < 0.1 ? 2 : 1,
      session: 1 + stripe,
      scope: 0,
      person: 1,
      chat: stripe % 2,
      sender: stripe % 2,
      words: 5,
    })
  }
  return columns
}

/** The offsets that pass, by definition. */
const expected = (columns: Columns, { values, either, since, until }: ColumnFilter): readonly number[] => {
  const offsets: number[] = []
  const at = (name: ColumnName, seq: number): number => columns.column(name)[seq] ?? 0
  for (let seq = PART.first; seq <= PART.last; seq++) {
    const second = at('seconds', seq)
    const inTime =
      (since === undefined && until === undefined) ||
      (second > 0 && second >= (since ?? 1) && second < (until ?? Infinity))
    const has = ([name, allowed]: readonly [ColumnName, readonly number[]]): boolean => allowed.includes(at(name, seq))
    if (at('role', seq) === 0 || !inTime || ![...values].every(has)) continue
    if (either === undefined || [...either].some(has)) offsets.push(seq - PART.first)
  }
  return offsets
}

const passing = (columns: Columns, filter: ColumnFilter): readonly number[] => {
  const { offsets, count } = new FilterMask(columns, filter).of(PART, EVERYTHING)
  return [...offsets.subarray(0, count)]
}

describe('filters', () => {
  const filters = fc.record({
    values: fc
      .uniqueArray(fc.constantFrom<ColumnName>('session', 'project', 'component', 'role', 'chat'), { maxLength: 2 })
      .chain(names =>
        fc.tuple(
          ...names.map(name => fc.tuple(fc.constant(name), fc.array(fc.nat(120), { minLength: 1, maxLength: 3 }))),
        ),
      )
      .map(all => new Map(all)),
    either: fc.option(
      fc
        .tuple(
          fc.array(fc.nat(4), { minLength: 1, maxLength: 2 }),
          fc.array(fc.nat(60), { minLength: 1, maxLength: 2 }),
        )
        .map(
          ([person, sender]): ReadonlyMap<ColumnName, readonly number[]> =>
            new Map([
              ['person', person],
              ['sender', sender],
            ]),
        ),
      { nil: undefined },
    ),
    since: fc.option(fc.nat(9000), { nil: undefined }),
    until: fc.option(fc.nat(9000), { nil: undefined }),
  })

  test.each([1, 2, 3])('let pass what an examination of every message lets pass (seed %i)', seed => {
    const columns = filled(seed)
    fc.assert(
      fc.property(filters, filter => {
        expect(passing(columns, filter)).toEqual(expected(columns, filter))
      }),
      { numRuns: 60 },
    )
  })

  test.each([1, 2, 3])('let whole stripes pass, and no message of them that is gone (seed %i)', seed => {
    const columns = ordered(seed)
    fc.assert(
      fc.property(filters, fc.option(fc.integer({ min: 1, max: PART.last }), { nil: undefined }), (filter, gone) => {
        if (gone !== undefined && gone % 4 === 0) columns.remove(gone)
        expect(passing(columns, filter)).toEqual(expected(columns, filter))
      }),
      { numRuns: 100 },
    )
  })

  test('find values of messages that were loaded as a whole, and none after everything was removed', () => {
    const columns = filled(4)
    const loaded = new Columns()
    loaded.load(PART.first, PART.last, columns.encode(PART.first, PART.last))
    const filter = { values: new Map([['session', [100_000]]] as const) }
    expect(passing(loaded, filter)).toEqual(expected(columns, filter))
    expect(passing(loaded, filter).length).toBeGreaterThan(0)
    loaded.clear()
    expect(passing(loaded, filter)).toEqual([])
  })

  test('do not examine messages far away from those of a session', () => {
    const columns = new Columns()
    const message = {
      role: 'user',
      level: undefined,
      source_type: 'debug',
      at: 1000,
      project: 1,
      component: 0,
      scope: 0,
      person: 0,
      chat: 0,
      sender: 0,
      words: 3,
    } as const
    for (let seq = PART.first; seq <= PART.last; seq++) columns.set(seq, { ...message, session: Math.ceil(seq / 100) })
    const stripes = Array.from({ length: 7 }, (_, n) => n * STRIPE)
    expect(stripes.filter(seq => columns.mayHave('session', seq, 30, 30))).toEqual([2 * STRIPE])
  })
})
