/** Compares Chroma's collections with the allocation table, row by row. */
import type { Collection as ChromaCollection } from 'chromadb'
import { yieldToEventLoop } from '../../platform/yield.ts'
import type { CollectionAllocator, CollectionNumber } from '../collection-allocator.ts'
import { cosine } from '../exact-search.ts'
import type { IndexFindings, VerifyOptions } from '../vector-index.ts'
import { fromChroma } from './chroma-errors.ts'
import type { ChromaCollections } from './chroma-collections.ts'

/** Rows per request. */
const ROWS_PER_REQUEST = 1000
/** Rows per request if their numbers are read too: 300 embeddings take about 20 ms. */
const VECTORS_PER_REQUEST = 200
/** How many vectors of a collection are compared number by number, unless all are. */
const SAMPLES = 50
/** Stored numbers differ only by rounding. */
const LEAST_COSINE = 0.9999

/** Compares every live collection with the table, row by row. The index is not filled meanwhile. */
export const verifyCollections = async (
  collections: ChromaCollections,
  table: CollectionAllocator,
  options: VerifyOptions,
): Promise<IndexFindings> => {
  const total = { looked_at: 0, missing: 0, foreign: 0, misplaced: 0, altered: 0 }
  const broken: CollectionNumber[] = []
  for (const each of (await table.collections()).filter(({ state }) => state === 'live')) {
    options.signal.throwIfAborted()
    const found = await verifyOne(await collections.raw(each), each.collection, table, options, total.looked_at).catch(
      async (error: unknown) => {
        options.signal.throwIfAborted()
        // A server that is down says nothing about its content.
        await collections.connection.client.heartbeat().catch(() => {
          throw fromChroma(error)
        })
        const { least } = await table.bounds(each.collection)
        return { looked_at: least, missing: least, foreign: 0, misplaced: 0, altered: 0 }
      },
    )
    for (const key of ['looked_at', 'missing', 'foreign', 'misplaced', 'altered'] as const) total[key] += found[key]
    if (found.missing + found.foreign + found.misplaced + found.altered > 0) broken.push(each.collection)
  }
  return { ...total, broken }
}

const verifyOne = async (
  chroma: ChromaCollection | undefined,
  collection: CollectionNumber,
  table: CollectionAllocator,
  { every_vector, signal, progress }: VerifyOptions,
  looked_before: number,
): Promise<Omit<IndexFindings, 'broken'>> => {
  const there = chroma === undefined ? new Map<string, unknown>() : await rowsOf(chroma, signal)
  const counts = { looked_at: 0, missing: 0, foreign: 0, misplaced: 0, altered: 0 }
  // The table may change while the rows are read: its current state counts, and the index follows later.
  for (const ids of pagesOf([...there.keys()], ROWS_PER_REQUEST)) {
    const current = await table.maintenance.current(collection, ids)
    for (const id of ids) {
      const scope = current.get(id)
      if (!current.has(id)) counts.foreign += 1
      else if (scope !== undefined && there.get(id) !== scope) counts.misplaced += 1
    }
    await yieldToEventLoop()
  }
  const certain: string[] = []
  for (let after = 0; ;) {
    signal.throwIfAborted()
    const held = await table.maintenance.indexed(collection, after, ROWS_PER_REQUEST)
    const last = held.at(-1)
    if (last === undefined) break
    after = last.seq
    counts.looked_at += held.length
    counts.missing += held.filter(each => !there.has(each.item_id)).length
    certain.push(...held.flatMap(each => (there.has(each.item_id) ? [each.item_id] : [])))
    progress(looked_before + counts.looked_at)
    await yieldToEventLoop()
  }
  if (chroma !== undefined) {
    const compared = every_vector ? certain : spread(certain, SAMPLES)
    for (const ids of pagesOf(compared, VECTORS_PER_REQUEST)) {
      signal.throwIfAborted()
      counts.altered += await alteredOf(chroma, table, ids)
    }
  }
  return counts
}

/** Every id of a collection, with its scope. */
const rowsOf = async (chroma: ChromaCollection, signal: AbortSignal): Promise<ReadonlyMap<string, unknown>> => {
  const rows = new Map<string, unknown>()
  for (let offset = 0; ; offset += ROWS_PER_REQUEST) {
    signal.throwIfAborted()
    const page = await chroma.get({ limit: ROWS_PER_REQUEST, offset, include: ['metadatas'] })
    page.ids.forEach((id, at) => rows.set(id, page.metadatas[at]?.['scope']))
    if (page.ids.length < ROWS_PER_REQUEST) return rows
  }
}

const alteredOf = async (
  chroma: ChromaCollection,
  table: CollectionAllocator,
  ids: readonly string[],
): Promise<number> => {
  const found = await chroma.get({ ids: [...ids], include: ['embeddings'] })
  const stored = new Map((await table.maintenance.stored(ids)).map(each => [each.item_id, each.vector]))
  return found.ids.filter((id, at) => {
    const vector = stored.get(id)
    const kept = found.embeddings[at]
    if (vector === undefined || kept === undefined) return false
    const same = kept.length === vector.length && cosine(vector, Float32Array.from(kept)) >= LEAST_COSINE
    return !same && vector.some(value => value !== 0)
  }).length
}

const pagesOf = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size))

/** Up to `count` items, evenly spread. */
const spread = <T>(items: readonly T[], count: number): readonly T[] =>
  items.length <= count
    ? items
    : Array.from({ length: count }, (_, n) => items[Math.floor((n * items.length) / count)] as T)
