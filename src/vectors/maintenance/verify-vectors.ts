import { yieldToEventLoop } from '../../platform/yield.ts'
import type { VectorStore } from '../vector-store.ts'
import type { IndexedSource } from './indexed-source.ts'
import type { VerifiablePart } from './vector-maintenance.ts'

/** Rows that are compared in one step. */
const PAGE = 500

/** Compares the vectors of a source with what they stand for. With `repair`, what can be put right at once is. */
export const verifyVectors = ({ source, space, embeds }: IndexedSource, vectors: VectorStore): VerifiablePart => ({
  name: source.name,
  verify: async ({ repair, signal, progress }) => {
    const counts = { missing: 0, foreign: 0, misplaced: 0 }
    let looked_at = 0
    let after: string | undefined
    for (;;) {
      signal.throwIfAborted()
      const { items, next } = await source.page({ limit: PAGE, after })
      const known = await vectors.scopesOf(
        space,
        items.map(each => each.memory_id),
      )
      for (const { memory_id, scope } of items) {
        const kept = known.get(memory_id)
        if (kept === undefined) counts.missing += embeds ? 1 : 0
        else if (kept !== scope) {
          counts.misplaced += 1
          if (repair) await vectors.rescope(kept, scope, [memory_id])
        }
      }
      looked_at += items.length
      progress(looked_at)
      if (next === undefined) break
      after = next
      await yieldToEventLoop()
    }
    for (let last: string | undefined; ;) {
      signal.throwIfAborted()
      const ids = await vectors.idsOf(source.prefix, { limit: PAGE, ...(last === undefined ? {} : { after: last }) })
      last = ids.at(-1)
      if (last === undefined) break
      const there = await source.scopesOf(ids)
      const foreign = ids.filter(id => !there.has(id))
      counts.foreign += foreign.length
      if (repair && foreign.length > 0) await vectors.delete(foreign)
      await yieldToEventLoop()
    }
    const findings = (['missing', 'foreign', 'misplaced'] as const)
      .map(what => ({ part: source.name, what, count: counts[what] }))
      .filter(each => each.count > 0)
    return { looked_at, findings }
  },
})

/** What has no vector gets one, and the index follows. */
export const repairVectors = async (family: IndexedSource, vectors: VectorStore): Promise<void> => {
  if (family.source.growing) await vectors.setMark(family.space, undefined)
  await family.syncNow()
}
