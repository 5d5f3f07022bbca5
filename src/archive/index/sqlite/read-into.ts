/** Reads new messages of the archive into a part of the index that is being built. */
import type { Columns } from '../columns.ts'
import { PART_RANGE } from '../posting-encoder.ts'
import type { PartBuilding } from '../part-building.ts'
import { checksumOf, columnValues, type ArchiveRows, type IndexedRow } from './archive-rows.ts'
import type { IndexNames } from './index-names.ts'

/** How many messages are read at a time. */
const PAGE = 200
/** Messages of a new part; if more are waiting, they go into the next one. */
const PART_MESSAGES = 1 << 15

/** A message of a new part. */
interface AddedMessage extends Pick<IndexedRow, 'seq' | 'role'> {
  readonly checksum: number
}

interface ReadIntoDeps {
  readonly rows: ArchiveRows
  readonly columns: Columns
  readonly names: IndexNames
  /** Asked after each page; may throw to give the part up. */
  readonly goesOn: () => boolean
}

/**
 * Reads messages into a part, and fills their columns. While the words of some are read, the next ones are fetched.
 * @param first sequence number of the first message
 */
export const readInto = async (
  built: PartBuilding,
  first: number,
  { rows, columns, names, goesOn }: ReadIntoDeps,
): Promise<readonly AddedMessage[]> => {
  await columns.reserve(first + PART_RANGE)
  const added: AddedMessage[] = []
  let reading: Promise<void> = Promise.resolve()
  for (let after = first - 1, more = true; more;) {
    const page = rows.after(after, PAGE).filter(({ seq }) => seq - first < PART_RANGE)
    const counting = built.add(page.map(({ seq, content }) => ({ seq, content })))
    const before = reading
    reading = counting.then(counts => {
      for (const [at, row] of page.entries()) columns.fill(row.seq, columnValues(row, names, counts[at] ?? 1))
    })
    reading.catch(() => undefined)
    for (const { seq, role, content } of page) added.push({ seq, role, checksum: checksumOf(content) })
    await before
    after = page.at(-1)?.seq ?? after
    more = goesOn() && page.length === PAGE && added.length < PART_MESSAGES
  }
  await reading
  goesOn()
  return added
}
