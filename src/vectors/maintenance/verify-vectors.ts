/** Compares vectors and their index with their items, and repairs the differences. */
import { yieldToEventLoop } from '../../platform/yield.ts'
import type { VectorStore } from '../vector-store.ts'
import type { IndexedSource } from './indexed-source.ts'
import type { Finding, VerifiablePart, VerifyRun } from './vector-maintenance.ts'

/** Rows that are compared in one step. */
const PAGE = 500

/** Compares the vectors of a source with its items. With `repair`, differences that can be repaired immediately are. */
export const verifyVectors = (indexed: IndexedSource, vectors: VectorStore): VerifiablePart => ({
  name: indexed.source.name,
  verify: async run => {
    const { missing, misplaced, looked_at } = await compareItems(indexed, vectors, run)
    const counts = { missing, foreign: await findForeign(indexed.source, vectors, run), misplaced }
    return { looked_at, findings: findingsOf(indexed.source.name, counts) }
  },
})

/** Compares the index of a source with its vectors. */
export const verifyIndex = ({ source, index }: IndexedSource): VerifiablePart => ({
  name: `index of ${source.name}`,
  verify: async run => {
    const { looked_at, missing, foreign, misplaced, altered } = await index.verify(run)
    return { looked_at, findings: findingsOf(`index of ${source.name}`, { missing, foreign, misplaced, altered }) }
  },
})

/** Embeds items without a vector, and updates the index. */
export const repairVectors = async (indexed: IndexedSource, vectors: VectorStore): Promise<void> => {
  if (indexed.source.growing) await vectors.setMark(indexed.space, undefined)
  await indexed.syncNow()
}

const findingsOf = (part: string, counts: Partial<Record<Finding['what'], number>>): readonly Finding[] =>
  FINDINGS.flatMap(what => {
    const count = counts[what] ?? 0
    return count > 0 ? [{ part, what, count }] : []
  })

const FINDINGS = ['missing', 'foreign', 'misplaced', 'altered'] as const

/** Items without a vector, and vectors under another scope than their item. */
const compareItems = async (
  { source, space, embeds }: IndexedSource,
  vectors: VectorStore,
  { repair, signal, progress }: VerifyRun,
): Promise<{ readonly missing: number; readonly misplaced: number; readonly looked_at: number }> => {
  const total = { missing: 0, misplaced: 0, looked_at: 0 }
  let after: string | undefined
  for (;;) {
    signal.throwIfAborted()
    const { items, next } = await source.page({ limit: PAGE, after })
    const known = await vectors.scopesOf(
      space,
      items.map(each => each.item_id),
    )
    for (const { item_id, scope } of items) {
      const stored = known.get(item_id)
      if (stored === undefined) total.missing += embeds ? 1 : 0
      else if (stored !== scope) {
        total.misplaced += 1
        if (repair) await vectors.rescope(stored, scope, [item_id])
      }
    }
    total.looked_at += items.length
    progress(total.looked_at)
    if (next === undefined) return total
    after = next
    await yieldToEventLoop()
  }
}

/** Counts vectors of items that do not exist. */
const findForeign = async (
  source: IndexedSource['source'],
  vectors: VectorStore,
  { repair, signal }: VerifyRun,
): Promise<number> => {
  let count = 0
  for (let last: string | undefined; ;) {
    signal.throwIfAborted()
    const ids = await vectors.idsOf(source.prefix, { limit: PAGE, ...(last === undefined ? {} : { after: last }) })
    last = ids.at(-1)
    if (last === undefined) return count
    const existing = await source.scopesOf(ids)
    const foreign = ids.filter(id => !existing.has(id))
    count += foreign.length
    if (repair && foreign.length > 0) await vectors.delete(foreign)
    await yieldToEventLoop()
  }
}
