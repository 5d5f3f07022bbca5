/** Brings Chroma's collections into step with the allocation table. */
import type { Collection as ChromaCollection } from 'chromadb'
import type { CollectionAllocator, Collection, CollectionNumber, Move, WaitingVector } from '../collection-allocator.ts'
import type { RebuildRun } from '../vector-index.ts'
import type { ChromaCollections } from './chroma-collections.ts'

/** Numbers (not bytes) of all vectors in one request: more would hold up the event loop while they are written out. */
const NUMBERS_PER_REQUEST = 16_000
const MOST_PER_REQUEST = 500
const REMOVALS_PER_REQUEST = 500

/** Collections that are opened before the first query: loading one with 10,000 vectors takes up to a second. */
const WARM_COLLECTIONS = 8

/** How Chroma is called: both take care of what goes wrong. */
export interface Calls {
  /** Does something with a collection. */
  use<T>(
    collections: ChromaCollections,
    collection: Collection,
    act: (collection: ChromaCollection) => Promise<T>,
  ): Promise<T>
  /** Does something that concerns no collection in particular. */
  call<T>(collections: ChromaCollections, act: () => Promise<T>): Promise<T>
  /** Removes what is left of dropped collections from the server's files. */
  scrub(): Promise<void>
}

/** Brings Chroma's collections into step with the allocation table: takes out, puts in, moves, drops. */
export class ChromaSync {
  readonly #table: CollectionAllocator
  readonly #calls: Calls
  /** Vectors for one request; known once the length of a vector is. */
  #batch = 1

  constructor(table: CollectionAllocator, calls: Calls) {
    this.#table = table
    this.#calls = calls
  }

  async catchUp(collections: ChromaCollections, signal?: AbortSignal): Promise<void> {
    const touched = new Set<CollectionNumber>()
    const purging = await this.#rewriteUnclean(collections, signal)
    await this.#takeOut(collections, signal)
    for (;;) {
      signal?.throwIfAborted()
      const batches = await this.#table.take(this.#batch)
      if (batches.length === 0) break
      for (const { collection, vectors } of batches) {
        await this.#calls.use(collections, collection, chroma => this.#put(chroma, vectors))
        await this.#table.confirm(collection.collection, vectors)
        touched.add(collection.collection)
      }
    }
    for (const collection of touched) {
      for (;;) {
        const move = await this.#table.moves.overgrown(collection)
        if (move === undefined) break
        await this.#move(collections, move, signal)
      }
    }
    await this.#takeOut(collections, signal)
    await this.#drop(collections)
    if (purging) {
      await this.#calls.scrub()
      await this.#table.purge.end()
    }
    await this.#warm(collections, signal)
  }

  /** Moves one collection after the other to a fresh one; what waits meanwhile has its turn after each. */
  async rebuild(collections: ChromaCollections, { signal, progress }: RebuildRun): Promise<void> {
    const total = (await this.#table.maintenance.left())?.vectors ?? 0
    for (;;) {
      const left = await this.#table.maintenance.left()
      const next = left?.collections[0]
      progress?.(total - Math.min(total, left?.vectors ?? 0), total)
      if (left === undefined || next === undefined) break
      const move = await this.#table.moves.whole(next)
      if (move === undefined) await this.#table.retire(next)
      else {
        const done = total - left.vectors
        await this.#move(collections, move, signal, copied => progress?.(Math.min(total, done + copied), total))
      }
      await this.catchUp(collections, signal)
    }
    await this.#table.maintenance.end()
    await this.catchUp(collections, signal)
  }

  /**
   * Chroma only marks a vector as deleted, and keeps it in its files: a collection that contained one is filled anew, and
   * the old one dropped. @returns whether a purge is requested
   */
  async #rewriteUnclean(collections: ChromaCollections, signal?: AbortSignal): Promise<boolean> {
    const unclean = await this.#table.purge.unclean()
    for (const collection of unclean ?? []) {
      const move = await this.#table.moves.whole(collection)
      const isEmpty = move === undefined || (await this.#table.moves.copies(move, 0, 1)).length === 0
      if (isEmpty) await this.#table.retire(collection)
      else await this.#move(collections, move, signal)
    }
    return unclean !== undefined
  }

  async #takeOut(collections: ChromaCollections, signal?: AbortSignal): Promise<void> {
    for (;;) {
      signal?.throwIfAborted()
      const next = await this.#table.removals(REMOVALS_PER_REQUEST)
      if (next === undefined) return
      const found = (await this.#table.collections()).find(each => each.collection === next.collection)
      if (found?.state === 'live') {
        await this.#calls.use(collections, found, chroma => chroma.delete({ ids: [...next.item_ids] }))
      }
      await this.#table.removed(next.collection, next.item_ids)
    }
  }

  async #put(chroma: ChromaCollection, vectors: readonly WaitingVector[]): Promise<void> {
    const length = vectors[0]?.vector.length ?? 1
    this.#batch = Math.max(1, Math.min(MOST_PER_REQUEST, Math.floor(NUMBERS_PER_REQUEST / length)))
    await chroma.upsert({
      ids: vectors.map(each => each.item_id),
      embeddings: vectors.map(each => Array.from(each.vector)),
      metadatas: vectors.map(each => ({ scope: each.scope })),
    })
  }

  /** Fills a new collection, then switches the scopes to it. Until then they are answered from the old one. */
  async #move(
    collections: ChromaCollections,
    move: Move,
    signal?: AbortSignal,
    progress?: (copied: number) => void,
  ): Promise<void> {
    const to = await this.#table.moves.begin(move)
    const copied: Omit<WaitingVector, 'vector'>[] = []
    try {
      for (;;) {
        signal?.throwIfAborted()
        const vectors = await this.#table.moves.copies(move, copied.at(-1)?.seq ?? 0, this.#batch)
        if (vectors.length === 0) break
        await this.#calls.use(collections, to, chroma => this.#put(chroma, vectors))
        for (const { seq, item_id, scope } of vectors) copied.push({ seq, item_id, scope })
        progress?.(copied.length)
      }
      // One that is empty is made too: it is live from here on.
      if (copied.length === 0) await this.#calls.use(collections, to, async () => undefined)
      await this.#table.moves.finish(move, to.collection, copied)
    } catch (error) {
      await this.#table.retire(to.collection)
      throw error
    }
  }

  /** Loads the newest collections, and so finds out early what is damaged. Those in use are not asked again. */
  async #warm(collections: ChromaCollections, signal?: AbortSignal): Promise<void> {
    const live = (await this.#table.collections()).filter(each => each.state === 'live')
    for (const each of live.slice(-WARM_COLLECTIONS).reverse()) {
      signal?.throwIfAborted()
      await this.#calls.use(collections, each, async () => undefined)
    }
  }

  async #drop(collections: ChromaCollections): Promise<void> {
    const retired = (await this.#table.collections()).filter(each => each.state === 'retired')
    if (retired.length === 0) return
    const names = await this.#calls.call(collections, () => collections.names())
    for (const each of retired) {
      const name = collections.nameOf(each)
      if (names.has(name)) await this.#calls.call(collections, () => collections.drop(name))
      await this.#table.dropped(each.collection)
    }
  }
}
