/** Paging that all lists share: `limit` and `after` in, `next` out. */
import { z } from 'zod'
import { DenidinError } from '../platform/errors.ts'
import { referenceField } from './references.ts'

const PAGE_DEFAULT = 20
const PAGE_MOST = 200
const OFFSET_MOST = 1_000_000

/** Input fields of every operation that returns a list. */
export const pageInput = {
  limit: z.int().min(1).max(PAGE_MOST).default(PAGE_DEFAULT).describe('maximum number of rows'),
  after: referenceField.optional().describe('value of "next" from the previous page'),
}

/** Input field of a list that can also be begun at a row by its number. */
export const offsetInput = {
  offset: z.int().min(0).max(OFFSET_MOST).default(0).describe('rows to pass over; not together with "after"'),
}

/** Output field of every operation that returns a list. */
export const pageOutput = {
  next: z.string().nullable().describe('pass it as "after" to get the next page; null: this was the last'),
}

/**
 * Reads one row more than asked for, to know whether another page follows.
 * @throws DenidinError `not_found` if nothing follows `after`: it was not the "next" of any page.
 */
export const readPage = async <T>(
  input: { readonly limit: number; readonly after?: string | undefined },
  read: (page: { readonly limit: number; readonly before?: string }) => Promise<readonly T[]>,
  idOf: (row: T) => string,
): Promise<{ readonly rows: readonly T[]; readonly next: string | null }> => {
  const rows = await read({ limit: input.limit + 1, ...(input.after === undefined ? {} : { before: input.after }) })
  if (rows.length === 0 && input.after !== undefined) {
    throw new DenidinError(
      'not_found',
      `there is no page after "${input.after}": "after" must be the "next" of the previous page`,
    )
  }
  const shown = rows.slice(0, input.limit)
  const last = shown.at(-1)
  return { rows: shown, next: rows.length > shown.length && last !== undefined ? idOf(last) : null }
}
