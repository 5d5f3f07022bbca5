/** Marks quotes that no longer hold, by the facts learned from them: until when they held, and what ended them. */
import type { MemoryRecord } from '../../memory/memory.ts'
import type { MemoryReader } from '../../memory/memory-store.ts'
import type { Scope } from '../../messages/scope.ts'
import type { Quote } from '../../retrieval/quote.ts'

type Facts = Pick<MemoryReader, 'ofSources' | 'supersedersOf'>

/** How far a chain of facts that ended each other is followed. */
const MOST_STEPS = 8

/**
 * A message stays recorded, but it is history once every fact from it has ended. A quote that is already marked by a
 * later message keeps that mark, because messages are at least as new as facts learned from them.
 */
export const markEnds = async (facts: Facts, quotes: readonly Quote[]): Promise<readonly Quote[]> => {
  const marked = new Map<Quote, Quote>()
  for (const [scope, members] of Map.groupBy(quotes, quote => quote.scope)) {
    const learned = await facts.ofSources(
      scope,
      members.map(quote => quote.message_id),
    )
    // A merged fact has not ended: the one that replaced it has this source too.
    const current = learned.filter(fact => fact.merged_into === undefined)
    if (current.length === 0) continue
    const replaced = await replacements(
      facts,
      scope,
      current.filter(fact => fact.valid_to !== undefined),
    )
    for (const quote of members) {
      const own = current.filter(fact => fact.sources.includes(quote.message_id))
      if (own.length > 0) marked.set(quote, markedBy(quote, own, replaced))
    }
  }
  return quotes.map(quote => marked.get(quote) ?? quote)
}

const markedBy = (quote: Quote, facts: readonly MemoryRecord[], replaced: ReadonlyMap<string, MemoryRecord>): Quote => {
  const ended = facts.flatMap(({ valid_to }) => valid_to ?? [])
  const held_until =
    quote.held_until ?? (ended.length > 0 && ended.length === facts.length ? Math.max(...ended) : undefined)
  const texts = new Set(facts.flatMap(fact => replaced.get(fact.memory_id) ?? []))
  const now = quote.now ?? (texts.size === 0 ? undefined : [...texts].map(({ memory_id: id, text }) => ({ id, text })))
  return { ...quote, ...(held_until === undefined ? {} : { held_until }), ...(now === undefined ? {} : { now }) }
}

const isNewer = (one: MemoryRecord, other: MemoryRecord | undefined): boolean =>
  other === undefined || one.said_to >= other.said_to

/** For the id of each ended fact: the fact that holds now instead. */
const replacements = async (
  facts: Facts,
  scope: Scope,
  ended: readonly MemoryRecord[],
): Promise<ReadonlyMap<string, MemoryRecord>> => {
  const latest = new Map<string, MemoryRecord>()
  /** Current replacement → the ended facts that it replaces. */
  let open = new Map(ended.map(({ memory_id }) => [memory_id, [memory_id]]))
  for (let step = 0; step < MOST_STEPS && open.size > 0; step++) {
    const next = new Map<string, string[]>()
    for (const superseder of await facts.supersedersOf(scope, [...open.keys()])) {
      const origins = superseder.supersedes.flatMap(ended => open.get(ended) ?? [])
      for (const origin of origins) if (isNewer(superseder, latest.get(origin))) latest.set(origin, superseder)
      next.set(superseder.memory_id, [...(next.get(superseder.memory_id) ?? []), ...origins])
    }
    open = next
  }
  return latest
}
