/** The messages of a part that contain a word of a query, in any of the forms that it stands for. */
import type { Columns } from './columns.ts'
import type { IndexPart, PartReader } from './index-part.ts'
import { BLOCK_MESSAGES, PART_RANGE, PostingEncoder } from './posting-encoder.ts'
import type { Leaf } from './search-plan.ts'
import { emptyBlock, TermPostings } from './term-postings.ts'

/** The postings of a leaf in a part; those of several terms are combined. */
export const postingsOf = (
  reader: PartReader,
  part: IndexPart,
  { terms }: Pick<Leaf, 'terms'>,
  columns: Columns,
): TermPostings | undefined => {
  const [first] = terms
  if (terms.length === 1 && first !== undefined) return reader.postings(part, first)
  return reader.joined(part, terms, () => {
    const found = terms.flatMap(term => reader.postings(part, term) ?? [])
    return found.length <= 1 ? found[0] : union(found, part, columns)
  })
}

const union = (all: readonly TermPostings[], { first }: IndexPart, columns: Columns): TermPostings => {
  // Counts plus 1: a count of 0 is a form that can be found but is not counted.
  const counts = new Uint16Array(PART_RANGE)
  const block = emptyBlock()
  for (const postings of all) {
    for (let number = 0; number < postings.blocks; number++) {
      postings.decode(number, block)
      for (let at = 0; at < block.size; at++) {
        const offset = block.offsets[at] ?? 0
        counts[offset] = Math.max(counts[offset] ?? 0, (block.counts[at] ?? 0) + 1)
      }
    }
  }
  const encoder = new PostingEncoder()
  const lengths = columns.column('words')
  const positions = new Uint16Array(BLOCK_MESSAGES * 2)
  for (let offset = 0; offset < PART_RANGE; offset++) {
    const count = counts[offset] ?? 0
    if (count > 0)
      encoder.add(offset, lengths[first + offset] ?? 1, positions, 0, Math.min(count - 1, positions.length))
  }
  return new TermPostings(encoder.end())
}
