/** What a word in a part says of whole windows, compared with its messages one by one: offsets, counts, bounds, scores. */
import { expect, test } from '@jest/globals'
import { BlockCursor } from '../../src/archive/index/block-cursor.ts'
import { Bm25 } from '../../src/archive/index/bm25.ts'
import { Columns } from '../../src/archive/index/columns.ts'
import { LeafCursor, WHOLE_PART } from '../../src/archive/index/leaf-cursor.ts'
import { LengthSets } from '../../src/archive/index/message-lengths.ts'
import { PartCache } from '../../src/archive/index/part-cache.ts'
import {
  addOffset,
  hasOffset,
  noOffsets,
  NUMBERS_OF_SET,
  SpareBits,
  type OffsetBits,
} from '../../src/archive/index/offset-bits.ts'
import { PostingEncoder, PART_RANGE, WINDOW, WINDOWS } from '../../src/archive/index/posting-encoder.ts'
import { TermPostings } from '../../src/archive/index/term-postings.ts'
import { randomNumbers } from '../support/random-numbers.ts'

const POSITIONS = Uint16Array.from({ length: 300 }, (_, at) => at)
const COUNTS = [0, 1, 1, 1, 1, 2, 2, 3, 4, 5, 6, 255]
const SHARES = [0.9, 0.2, 0.05, 0.001]
const BM25 = new Bm25(2, 40)

const VALUES = {
  role: 'user',
  level: undefined,
  source_type: 'debug',
  at: undefined,
  project: 0,
  component: 0,
  session: 0,
  scope: 0,
  person: 0,
  chat: 0,
  sender: 0,
} as const

/** A word that a share of all messages contains, and how often by offset. */
const word = (share: number) => {
  const random = randomNumbers(3)
  const encoder = new PostingEncoder()
  const counts = new Map<number, number>()
  const words = new Uint16Array(PART_RANGE)
  for (let offset = 0; offset < PART_RANGE; offset++) {
    words[offset] = 1 + Math.floor(random() ** 2 * 150)
    if (random() >= share) continue
    const count = COUNTS[Math.floor(random() * COUNTS.length)] ?? 0
    counts.set(offset, count)
    encoder.add(offset, words[offset] ?? 1, POSITIONS, 0, count)
  }
  const postings = new TermPostings(encoder.end())
  const lengths = { words, first: 0, sets: new LengthSets(words) }
  const cursor = new LeafCursor(postings, BM25, lengths)
  const scoreOf = (offset: number): number => {
    const count = counts.get(offset)
    return count === undefined ? 0 : BM25.score(count, words[offset] ?? 1)
  }
  return { counts, words, postings, cursor, scoreOf }
}

const offsetsIn = (bits: OffsetBits): readonly number[] =>
  Array.from({ length: bits.length * 32 }, (_, offset) => offset).filter(offset => hasOffset(bits, offset))

test.each(SHARES)('a word in %d of the messages is looked up right, in any order', share => {
  const { counts, postings, cursor, scoreOf } = word(share)
  const blocks = new BlockCursor(postings)
  const random = randomNumbers(5)
  for (let look = 0; look < 3000; look++) {
    const offset = Math.floor(random() * PART_RANGE)
    const found = [offset, blocks.find(offset), cursor.has(offset), cursor.scoreAt(offset)]
    expect(found).toEqual([offset, counts.get(offset) ?? -1, counts.has(offset), scoreOf(offset)])
  }
})

test.each(SHARES)('the messages of a word in %d of them are those of its blocks', share => {
  const { counts, postings, cursor } = word(share)
  expect(postings.isDense).toBe(share >= 0.125)
  const own = [...counts.keys()]
  const bits = noOffsets()
  cursor.addTo(bits, WHOLE_PART)
  expect(offsetsIn(bits)).toEqual(own)
  const threes = (): OffsetBits => {
    const set = noOffsets()
    for (let offset = 0; offset < PART_RANGE; offset += 3) addOffset(set, offset)
    return set
  }
  const kept = threes()
  cursor.keepIn(kept, WHOLE_PART, new SpareBits(NUMBERS_OF_SET))
  expect(offsetsIn(kept)).toEqual(own.filter(offset => offset % 3 === 0))
  const left = threes()
  cursor.removeFrom(left, WHOLE_PART)
  expect(offsetsIn(left)).toEqual(offsetsIn(threes()).filter(offset => !counts.has(offset)))
  for (const window of [0, 7, WINDOWS - 1]) {
    const places = own.filter(offset => Math.floor(offset / WINDOW) === window).map(offset => offset % WINDOW)
    const set = new Int32Array(WINDOW / 32)
    cursor.addTo(set, window)
    expect(offsetsIn(set)).toEqual(places)
    const both = new Int32Array(WINDOW / 32).fill(-1)
    cursor.keepIn(both, window, new SpareBits(WINDOW / 32))
    expect(offsetsIn(both)).toEqual(places)
    cursor.removeFrom(both, window)
    expect(offsetsIn(both)).toEqual([])
  }
})

test('scores of words that are not dense are added up, and the messages are known that reach as much', () => {
  const words = [word(0.02), word(0.12)] as const
  const window = 5
  const wanted = Array.from({ length: WINDOW }, (_, place) =>
    words.reduce((sum, { scoreOf }) => sum + scoreOf(window * WINDOW + place), 0),
  )
  for (const least of [1, 3, Math.max(...wanted)]) {
    const sums = new Float64Array(WINDOW)
    const set = new Int32Array(WINDOW / 32)
    for (const { cursor } of words) cursor.addScores(sums, set, window, least)
    expect([...sums]).toEqual(wanted)
    expect(offsetsIn(set)).toEqual([...wanted.keys()].filter(place => (wanted[place] ?? 0) >= least))
  }
})

test.each(SHARES)('no message with a word in %d of them scores more than the bound of its window', share => {
  const { counts, cursor, scoreOf } = word(share)
  let most = 0
  for (const offset of counts.keys()) {
    const bound = cursor.boundOf(Math.floor(offset / WINDOW))
    if (scoreOf(offset) > bound) expect([offset, scoreOf(offset)]).toEqual([offset, bound])
    most = Math.max(most, scoreOf(offset))
  }
  expect(Math.max(...Array.from({ length: WINDOWS }, (_, window) => cursor.boundOf(window)))).toBe(most)
})

test.each(SHARES)('of a word in %d of the messages, those that score enough are kept, and few others', share => {
  const { counts, cursor, scoreOf } = word(share)
  let kept = 0
  let enough = 0
  for (const least of [0, 1, 2.5, 3.5, 4.2]) {
    for (let window = 0; window < WINDOWS; window += 5) {
      const set = new Int32Array(WINDOW / 32)
      cursor.addScoring(set, window, least)
      const offsets = new Set(offsetsIn(set).map(place => window * WINDOW + place))
      const own = [...counts.keys()].filter(offset => Math.floor(offset / WINDOW) === window)
      expect(own.filter(offset => scoreOf(offset) >= least && !offsets.has(offset))).toEqual([])
      expect([...offsets].filter(offset => !counts.has(offset))).toEqual([])
      kept += offsets.size
      enough += own.filter(offset => scoreOf(offset) >= least).length
    }
  }
  expect(enough).toBeGreaterThan(counts.size / 5)
  expect(kept).toBeLessThan(1.3 * enough)
})

test('sets of messages with few words contain all of them', () => {
  const words = Uint16Array.from({ length: 3000 }, (_, offset) => (offset * 7919) % 400)
  const sets = new LengthSets(words)
  for (const most of [-1, 0, 1.5, 2, 7, 99.9, 100]) {
    const few = sets.upTo(most)
    for (const [offset, length] of words.entries())
      if (few !== undefined && length <= most)
        expect([most, offset, hasOffset(few, offset)]).toEqual([most, offset, true])
    expect(few !== undefined && offsetsIn(few).length < 3000 / 3).toBe(true)
  }
  expect(sets.upTo(101)).toBeUndefined()
})

test('sets of messages with few words are made again when messages of their part are written', () => {
  const columns = new Columns()
  const write = (seq: number, words: number): void => {
    columns.set(seq, { ...VALUES, words })
  }
  const lengths = new PartCache(
    columns,
    ({ first, last }) => new LengthSets(columns.column('words').subarray(first, last + 1)),
  )
  const shortOf = (last: number): readonly number[] => {
    const few = lengths.of({ part: 1, first: 1, last, messages: last }).upTo(5)
    return few === undefined ? [] : offsetsIn(few)
  }
  write(1, 3)
  write(2, 50)
  expect(shortOf(2)).toEqual([0])
  write(3, 5)
  expect(shortOf(3)).toEqual([0, 2])
  write(2, 4)
  expect(shortOf(3)).toEqual([0, 1, 2])
})
