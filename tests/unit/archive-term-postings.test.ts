/** What a word's postings say without their blocks, compared with the blocks: counts, offsets, and bounds of scores. */
import { expect, test } from '@jest/globals'
import { Bm25 } from '../../src/archive/index/bm25.ts'
import { LeafCursor } from '../../src/archive/index/leaf-cursor.ts'
import { PostingEncoder, PART_RANGE } from '../../src/archive/index/posting-encoder.ts'
import { emptyBlock, TermPostings } from '../../src/archive/index/term-postings.ts'
import { randomNumbers } from '../support/random-numbers.ts'

const POSITIONS = Uint16Array.from({ length: 300 }, (_, at) => at)
const COUNTS = [0, 1, 1, 1, 1, 2, 2, 3, 4, 255]

/** A word that a share of all messages contains, and how often by offset. */
const word = (share: number) => {
  const random = randomNumbers(3)
  const encoder = new PostingEncoder()
  const counts = new Map<number, number>()
  const words = new Uint16Array(PART_RANGE)
  for (let offset = 0; offset < PART_RANGE; offset++) {
    words[offset] = 255 + Math.floor(random() * 60)
    if (random() >= share) continue
    const count = COUNTS[Math.floor(random() * COUNTS.length)] ?? 0
    counts.set(offset, count)
    encoder.add(offset, words[offset] ?? 1, POSITIONS, 0, count)
  }
  const postings = new TermPostings(encoder.end())
  return { counts, words, postings, cursor: new LeafCursor(postings, new Bm25(2, 280), { words, first: 0 }) }
}

test.each([0.9, 0.2, 0.05, 0.001])('a word in %d of the messages is looked up right, often or not', share => {
  const { counts, postings, cursor } = word(share)
  const random = randomNumbers(5)
  for (let look = 0; look < 6000; look++) {
    const offset = Math.floor(random() * PART_RANGE)
    expect([offset, cursor.countAt(offset)]).toEqual([offset, counts.get(offset) ?? -1])
  }
  const quick = [...counts].filter(([offset, count]) => postings.quickCount(offset) === count)
  expect(quick.length > counts.size / 2).toBe(share >= 0.125)
})

test.each([0.9, 0.2, 0.05, 0.001])(
  'the set of offsets of a word in %d of the messages is that of its blocks',
  share => {
    const { counts, postings } = word(share)
    const bits = new Int32Array(PART_RANGE / 32)
    postings.addOffsets(bits)
    const found = Array.from({ length: PART_RANGE }, (_, offset) => offset).filter(
      offset => (((bits[offset >>> 5] ?? 0) >>> (offset & 31)) & 1) === 1,
    )
    expect(found).toEqual([...counts.keys()])
  },
)

test('no message scores more than the bound by its length, which is mostly lower than that of its block', () => {
  const { counts, postings, cursor } = word(0.3)
  const block = emptyBlock()
  let lower = 0
  for (let number = 0; number < postings.blocks; number++) {
    postings.decode(number, block)
    for (const offset of block.offsets.subarray(0, block.size)) {
      const bound = cursor.boundAt(offset, cursor.bound(number))
      const score = cursor.score(counts.get(offset) ?? 0, offset)
      if (score > bound) expect([offset, score]).toEqual([offset, bound])
      if (bound < cursor.bound(number)) lower++
    }
  }
  expect(lower).toBeGreaterThan(counts.size / 2)
})
