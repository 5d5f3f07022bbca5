/** Keeps what is computed from the columns of each part of the index. */
import type { Columns } from './columns.ts'
import type { IndexPart } from './index-part.ts'

/** Computes a value for a part when it is first asked for, and again after a message of the part was written. */
export class PartCache<T> {
  readonly #columns: Columns
  readonly #make: (part: IndexPart) => T
  /** By the first sequence number of the part. */
  readonly #parts = new Map<number, { readonly made: T; readonly last: number; readonly written: number }>()

  constructor(columns: Columns, make: (part: IndexPart) => T) {
    this.#columns = columns
    this.#make = make
  }

  of(part: IndexPart): T {
    const { first, last } = part
    const written = this.#columns.writtenIn(first, last)
    const known = this.#parts.get(first)
    if (known?.last === last && known.written === written) return known.made
    const made = this.#make(part)
    this.#parts.set(first, { made, last, written })
    return made
  }

  /** Releases the values of parts that were merged. */
  keep(parts: readonly IndexPart[]): void {
    if (this.#parts.size <= parts.length) return
    const firsts = new Set(parts.map(({ first }) => first))
    for (const first of this.#parts.keys()) if (!firsts.has(first)) this.#parts.delete(first)
  }
}
