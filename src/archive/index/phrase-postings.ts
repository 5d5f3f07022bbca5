/** The messages of a part in which the words of a phrase follow each other, as the postings of a word. */
import type { Columns } from './columns.ts'
import type { IndexPart, PartReader } from './index-part.ts'
import { WHOLE_PART, type LeafCursor } from './leaf-cursor.ts'
import { noOffsets, NUMBERS_OF_SET, offsetsIn, sizeOf, SpareBits } from './offset-bits.ts'
import { following } from './part-node.ts'
import { PhraseCursor } from './phrase-cursor.ts'
import { PostingEncoder } from './posting-encoder.ts'
import type { Phrase } from './search-plan.ts'
import { TermPostings } from './term-postings.ts'

/** Distinguishes a phrase from several forms of a word; no word contains it. */
const PHRASE_MARK = '"'
const ONCE = new Uint16Array(1)

/**
 * Made when the phrase is asked for the first time, from the positions in all messages with its words, and kept.
 * @param leaves its words
 * @returns undefined if no message of the part contains the phrase
 */
export const phrasePostings = (
  reader: PartReader,
  part: IndexPart,
  { phrase, leaves }: { readonly phrase: Phrase; readonly leaves: readonly (LeafCursor | undefined)[] },
  columns: Columns,
): TermPostings | undefined =>
  reader.joined(part, [PHRASE_MARK, ...phrase.words], () => {
    const cursor = PhraseCursor.open(reader, part, phrase)
    if (cursor === undefined) return undefined
    const bits = noOffsets().fill(-1)
    const spare = new SpareBits(NUMBERS_OF_SET)
    for (const leaf of leaves) {
      if (leaf === undefined) return undefined
      leaf.keepIn(bits, WHOLE_PART, spare)
    }
    following(bits, cursor)
    const offsets = offsetsIn(bits, sizeOf(bits))
    if (offsets.length === 0) return undefined
    const lengths = columns.column('words')
    const encoder = new PostingEncoder()
    for (const offset of offsets) encoder.add(offset, lengths[part.first + offset] ?? 1, ONCE, 0, 1)
    return new TermPostings(encoder.end())
  })
