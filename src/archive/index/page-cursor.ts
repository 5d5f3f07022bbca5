/**
 * The position in the results where a page ended, as the next request gives it, so that pages are consistent with each
 * other.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { DenidinError } from '../../platform/errors.ts'
import type { PlanNode, SearchPlan } from './search-plan.ts'

const LONGEST_CURSOR = 100_000
const number = z.number()
const node: z.ZodType<PlanNode> = z.lazy(() =>
  z.union([
    z.strictObject({ kind: z.literal('leaf'), leaf: number }),
    z.strictObject({
      kind: z.literal('phrase'),
      leaves: z.array(number),
      phrase: z.strictObject({ words: z.array(z.string()), proven: z.boolean() }),
    }),
    z.strictObject({ kind: z.literal('all'), of: z.array(node) }),
    z.strictObject({ kind: z.literal('any'), of: z.array(node) }),
    z.strictObject({ kind: z.literal('not'), of: node }),
  ]),
)
const shape = z.strictObject({
  /** The question that the cursor belongs to. */
  question: z.string(),
  score: number,
  seq: z.int(),
  /** The highest sequence number at the time of the first page. */
  up_to: z.int(),
  plan: z.strictObject({
    leaves: z.array(z.strictObject({ terms: z.array(z.string()), found: number, weight: number })).max(500),
    root: node.optional(),
    average: number,
  }),
})

/**
 * Where a page ended. The cursor contains the plan of the first page with the word counts for its scores, so messages
 * that arrive later neither reorder the results nor appear between two pages.
 */
export interface PageCursor {
  readonly question: string
  readonly score: number
  readonly seq: number
  readonly up_to: number
  readonly plan: SearchPlan
}

/** A short key of a question: a cursor is valid only for the question that it came from. */
export const questionKey = (parts: unknown): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 16)

export const writeCursor = (cursor: PageCursor): string =>
  Buffer.from(JSON.stringify(cursor), 'utf8').toString('base64url')

/** @throws DenidinError `invalid_input` */
export const readCursor = (written: string, question: string): PageCursor => {
  const cursor = written.length > LONGEST_CURSOR ? undefined : parsed(written)
  if (cursor?.question !== question) {
    throw new DenidinError(
      'invalid_input',
      'the cursor is damaged or belongs to another search; begin again without it',
    )
  }
  return { ...cursor, plan: { ...cursor.plan, root: cursor.plan.root } }
}

const parsed = (written: string): z.output<typeof shape> | undefined => {
  try {
    return shape.safeParse(JSON.parse(Buffer.from(written, 'base64url').toString('utf8'))).data
  } catch {
    return undefined
  }
}
