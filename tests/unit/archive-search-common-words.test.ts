/**
 * Searches and counts of words that a large share of an archive contains, which are combined as sets of bits, compared
 * with looking at every message: parts that begin anywhere, with messages that are gone.
 */
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { LEVELS } from '../../src/archive/archive-message.ts'
import { Columns, levelNumber } from '../../src/archive/index/columns.ts'
import { FacetCounts } from '../../src/archive/index/facet-counts.ts'
import { FacetGroups } from '../../src/archive/index/facet-groups.ts'
import { FilterMask, type ColumnFilter } from '../../src/archive/index/filters.ts'
import type { IndexPart, PartReader } from '../../src/archive/index/index-part.ts'
import { IndexSearch } from '../../src/archive/index/index-search.ts'
import { hasOffset } from '../../src/archive/index/offset-bits.ts'
import { PART_RANGE, PostingEncoder } from '../../src/archive/index/posting-encoder.ts'
import type { Sort } from '../../src/archive/index/part-search.ts'
import type { PlanNode, SearchPlan } from '../../src/archive/index/search-plan.ts'
import { TermPostings } from '../../src/archive/index/term-postings.ts'
import { TopHits } from '../../src/archive/index/top-hits.ts'
import { DAY_MS } from '../../src/platform/clock.ts'
import { randomNumbers } from '../support/random-numbers.ts'
import { WholeSearch } from '../support/whole-search.ts'

/** Which share of the messages contains each word. */
const SHARES = [0.85, 0.5, 0.4, 0.3, 0.15, 0.05, 0.01, 0.001]
const AVERAGE = 30
const FIRST = 5003
const PARTS: readonly IndexPart[] = [
  { part: 1, first: FIRST, last: FIRST + PART_RANGE - 1, messages: PART_RANGE },
  { part: 2, first: FIRST + PART_RANGE, last: FIRST + PART_RANGE + 20_000, messages: 20_001 },
]
const LAST = FIRST + PART_RANGE + 20_000
const BEGIN = Date.UTC(2025, 0, 1)
const EVERYTHING = { after: 0, up_to: Number.MAX_SAFE_INTEGER }

const wordOf = (number: number): string => `word${String(number)}`

const columnsOf = (random: () => number): Columns => {
  const columns = new Columns()
  let project = 1
  for (let seq = FIRST; seq <= LAST; seq++) {
    if (random() < 0.01) project = 1 + Math.floor(random() * 20)
    columns.set(seq, {
      role: 'user',
      level: random() < 0.5 ? undefined : LEVELS[Math.floor(random() * LEVELS.length)],
      source_type: 'debug',
      at: random() < 0.01 ? undefined : BEGIN + (seq - FIRST) * (DAY_MS / 300),
      project,
      component: Math.floor(random() * 12),
      session: 0,
      scope: 0,
      person: 0,
      chat: 0,
      sender: 0,
      words: 5 + Math.floor(random() ** 3 * 200),
    })
  }
  for (let gone = 0; gone < 2000; gone++) columns.remove(FIRST + Math.floor(random() * (LAST - FIRST)))
  return columns
}

const readerOf = (columns: Columns, random: () => number): PartReader => {
  const kept = new Map<string, TermPostings | undefined>()
  const positions = new Map<string, Uint8Array>()
  const lengths = columns.column('words')
  for (const { part, first, last } of PARTS) {
    for (const [number, share] of SHARES.entries()) {
      const encoder = new PostingEncoder()
      for (let offset = 0; offset <= last - first; offset++) {
        if (random() >= share) continue
        const count = random() < 0.1 ? 0 : 1 + Math.floor(random() ** 4 * 9)
        const own = new Set(Array.from({ length: count }, () => Math.floor(random() * 60)))
        const rising = Uint16Array.from([...own].sort((a, b) => a - b))
        encoder.add(offset, lengths[first + offset] ?? 1, rising, 0, rising.length)
      }
      const encoded = encoder.end()
      kept.set(`${String(part)} ${wordOf(number)}`, new TermPostings(encoded))
      positions.set(`${String(part)} ${wordOf(number)}`, encoded.positions)
    }
  }
  return {
    parts: PARTS,
    postings: ({ part }, term) => kept.get(`${String(part)} ${term}`),
    joined: ({ part }, terms, join) => {
      const key = `${String(part)} ${terms.join(' ')}`
      if (!kept.has(key)) kept.set(key, join())
      return kept.get(key)
    },
    positions: ({ part }, term) => positions.get(`${String(part)} ${term}`) ?? new Uint8Array(),
    completions: () => [],
    spellings: () => [],
  }
}

const planOf = (root: PlanNode): SearchPlan => ({
  leaves: SHARES.map((share, number) => ({ terms: [wordOf(number)], found: 1, weight: -Math.log(share) })),
  root,
  average: AVERAGE,
})

const leafOf = fc.nat({ max: SHARES.length - 1 })
const { node: roots } = fc.letrec<{ node: PlanNode; one: PlanNode }>(tie => ({
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    tie('one'),
    fc.array(tie('node'), { minLength: 2, maxLength: 4 }).map(of => ({ kind: 'all', of }) as const),
    fc.array(tie('one'), { minLength: 2, maxLength: 4 }).map(of => ({ kind: 'all', of }) as const),
    fc.array(tie('node'), { minLength: 2, maxLength: 4 }).map(of => ({ kind: 'any', of }) as const),
    tie('node').map(of => ({ kind: 'not', of }) as const),
  ),
  one: fc.oneof(
    { weight: 5, arbitrary: leafOf.map(leaf => ({ kind: 'leaf', leaf }) as const) },
    {
      weight: 1,
      arbitrary: fc
        .uniqueArray(leafOf, { minLength: 2, maxLength: 3 })
        .map(leaves => ({ kind: 'phrase', leaves, phrase: { words: leaves.map(wordOf), proven: false } }) as const),
    },
  ),
}))

/** The same tree with each word at most once: a word that is said twice is one condition. */
const withOtherWords = (node: PlanNode, used: Set<number>): PlanNode => {
  const other = (leaf: number): number => {
    let number = leaf
    while (used.has(number) && used.size < SHARES.length) number = (number + 1) % SHARES.length
    fc.pre(!used.has(number))
    used.add(number)
    return number
  }
  switch (node.kind) {
    case 'leaf':
      return { kind: 'leaf', leaf: other(node.leaf) }
    case 'phrase': {
      const leaves = node.leaves.map(other)
      return { kind: 'phrase', leaves, phrase: { words: leaves.map(wordOf), proven: false } }
    }
    case 'not':
      return { kind: 'not', of: withOtherWords(node.of, used) }
    default:
      return { kind: node.kind, of: node.of.map(each => withOtherWords(each, used)) }
  }
}

const filterOf = (level: (typeof LEVELS)[number] | undefined, day: number | undefined): ColumnFilter => ({
  values: new Map(level === undefined ? [] : [['level', [levelNumber(level)]] as const]),
  since: day === undefined ? undefined : (BEGIN + day * DAY_MS) / 1000,
})

const expectClose = (some: readonly number[], others: readonly number[]): void => {
  expect(some.length).toBe(others.length)
  for (const [at, each] of some.entries()) expect(each).toBeCloseTo(others[at] ?? 0, 9)
}

const increase = (counts: Map<number, number>, value = 0): void => {
  if (value > 0) counts.set(value, (counts.get(value) ?? 0) + 1)
}

const archive = (() => {
  const random = randomNumbers(21)
  const columns = columnsOf(random)
  const reader = readerOf(columns, random)
  return { columns, reader, groups: new FacetGroups(columns, 'UTC'), search: new IndexSearch(reader, columns) }
})()

interface Asked {
  readonly plan: SearchPlan
  readonly filter: ColumnFilter
  readonly sort: Sort
  readonly limit: number
}

/** What looking at every message finds. */
const wholeOf = ({ plan, filter, sort, limit }: Asked) => {
  const { reader, columns } = archive
  const whole = new WholeSearch(reader, columns, plan)
  const mask = new FilterMask(columns, filter)
  const best = new TopHits(limit)
  const scores = new Map<number, number>()
  const counts = { projects: new Map<number, number>(), components: new Map(), levels: new Map() }
  for (const part of PARTS) {
    const passing = mask.of(part, EVERYTHING).bits
    const { matched, scores: own } = whole.search(part)
    for (let offset = 0; offset <= part.last - part.first; offset++) {
      if (matched[offset] !== 1 || !hasOffset(passing, offset)) continue
      const seq = part.first + offset
      scores.set(seq, own[offset] ?? 0)
      best.offer(sort === 'newest' ? (columns.column('seconds')[seq] ?? 0) : (own[offset] ?? 0), seq)
      increase(counts.projects, columns.column('project')[seq])
      increase(counts.components, columns.column('component')[seq])
      increase(counts.levels, columns.column('level')[seq])
    }
  }
  return { best: best.sorted(), scores, counts: { ...counts, messages: scores.size } }
}

/** @returns whether more messages match than are asked for */
const expectRight = (asked: Asked): boolean => {
  const { search, groups } = archive
  const { best, scores, counts } = wholeOf(asked)
  const hits = new TopHits(asked.limit)
  search.search({ ...asked, range: EVERYTHING }, hits)
  const found = hits.sorted()
  expectClose(
    found.map(({ score }) => score),
    best.map(({ score }) => score),
  )
  if (asked.sort === 'newest') expect(found).toEqual(best)
  else
    expectClose(
      found.map(({ score }) => score),
      found.map(({ seq }) => scores.get(seq) ?? -1),
    )
  const facets = new FacetCounts(groups)
  search.forEach({ ...asked, range: EVERYTHING }, (part, bits) => {
    facets.add(part, bits)
  })
  const { months: _months, ...counted } = facets.result()
  expect(counted).toEqual(counts)
  return scores.size > asked.limit
}

test('finds and counts what looking at every message does, for queries of any shape', () => {
  let matching = 0
  fc.assert(
    fc.property(
      roots,
      fc.option(fc.constantFrom(...LEVELS), { nil: undefined }),
      fc.option(fc.nat({ max: 280 }), { nil: undefined }),
      fc.constantFrom('relevance' as const, 'newest' as const),
      fc.integer({ min: 1, max: 40 }),
      (root, level, day, sort, limit) => {
        const plan = planOf(withOtherWords(root, new Set()))
        if (expectRight({ plan, filter: filterOf(level, day), sort, limit })) matching++
      },
    ),
    { numRuns: 120, seed: 5 },
  )
  expect(matching).toBeGreaterThan(60)
})

test('finds the best messages with any of several words that only together score enough', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(leafOf, { minLength: 2, maxLength: 6 }),
      fc.integer({ min: 1, max: 1000 }),
      fc.boolean(),
      (leaves, limit, nested) => {
        const any: PlanNode = { kind: 'any', of: leaves.map(leaf => ({ kind: 'leaf', leaf })) }
        // Twice the same alternatives are searched as a tree.
        const root: PlanNode = nested ? { kind: 'all', of: [any, any] } : any
        const plan = planOf(root)
        const alike = { ...plan, leaves: plan.leaves.map((leaf, at) => ({ ...leaf, weight: 2 + at / 8 })) }
        expectRight({ plan: alike, filter: filterOf(undefined, undefined), sort: 'relevance', limit })
      },
    ),
    { numRuns: 30, seed: 9 },
  )
})
