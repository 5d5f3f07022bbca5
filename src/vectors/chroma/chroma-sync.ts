/** Synchronises Chroma's collections with the allocation table. */
import { createHash } from 'node:crypto'
import type { Collection as ChromaCollection } from 'chromadb'
import type { CollectionAllocator, Collection, CollectionNumber, Move, WaitingVector } from '../collection-allocator.ts'
import type { RebuildRun } from '../vector-index.ts'
import type { ChromaCollections } from './chroma-collections.ts'

/** Numbers (not bytes) of all vectors in one request: more would block the event loop while they are serialised. */
const NUMBERS_PER_REQUEST = 16_000
const MOST_PER_REQUEST = 500
const REMOVALS_PER_REQUEST = 500

/**
 * Most deleted vectors that are blanked, at a few milliseconds each. With more of them, refilling the collection is not
 * much slower, and leaves no gaps.
 */
const MOST_BLANKED = 50

/**
 * Number of changes after which Chroma writes a collection to its files, if the collection's configuration does not
 * say.
 */
const DEFAULT_SYNC_THRESHOLD = 1000

/** Collections that are opened before the first query: loading one of 10,000 vectors takes up to a second. */
const WARM_COLLECTIONS = 8

/** The metadata of items without a scope. */
const NO_ONES = { scope: '' }

/** Items to delete from a collection. */
type Removals = NonNullable<Awaited<ReturnType<CollectionAllocator['removals']>>>

/** Ways to call Chroma; both handle failures. */
export interface Calls {
  /** Does something with a collection. */
  use<T>(
    collections: ChromaCollections,
    collection: Collection,
    act: (collection: ChromaCollection) => Promise<T>,
  ): Promise<T>
  /** Does something that concerns no particular collection. */
  call<T>(collections: ChromaCollections, act: () => Promise<T>): Promise<T>
  /** Removes the remains of dropped collections and deleted rows from the server's files. */
  scrub(): Promise<void>
  /** Whether all vectors of a collection, by Chroma's id, are in the files of its index and nowhere else. */
  hasFlushed(collection_id: string): Promise<boolean>
}

/** Synchronises Chroma's collections with the allocation table: deletes, adds, moves and drops. */
export class ChromaSync {
  readonly #table: CollectionAllocator
  readonly #calls: Calls
  /** Vectors per request; known once the length of a vector is. */
  #batch = 1

  constructor(table: CollectionAllocator, calls: Calls) {
    this.#table = table
    this.#calls = calls
  }

  async catchUp(collections: ChromaCollections, signal?: AbortSignal): Promise<void> {
    const touched = new Set<CollectionNumber>()
    await this.#takeOut(collections, signal)
    const purging = await this.#clean(collections, signal)
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
    // The last of the spaces that share the files rewrites them.
    if (purging && (await this.#table.purge.isClean())) {
      await this.#calls.scrub()
      await this.#table.purge.end()
    }
    await this.#warm(collections, signal)
  }

  /** Moves one collection after the other to a new one; waiting work gets its turn after each. */
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
   * Chroma only marks a vector as deleted, and keeps it in its files. A collection with a deleted vector that was not
   * blanked is therefore replaced by a newly filled one. @returns whether a purge is requested
   */
  async #clean(collections: ChromaCollections, signal?: AbortSignal): Promise<boolean> {
    const unclean = await this.#table.purge.unclean()
    for (const { collection, blanked } of unclean ?? []) {
      const move = await this.#table.moves.whole(collection)
      const isEmpty = move === undefined || (await this.#table.moves.copies(move, 0, 1)).length === 0
      if (isEmpty) await this.#table.retire(collection)
      else if (blanked && (await this.#flush(collections, collection))) await this.#table.purge.cleaned(collection)
      else await this.#move(collections, move, signal)
    }
    return unclean !== undefined
  }

  /**
   * Makes Chroma write a collection to its files, blanked vectors included. Chroma does so after a number of changes,
   * and a change of an unknown item counts. @returns whether it did
   */
  async #flush(collections: ChromaCollections, number: CollectionNumber): Promise<boolean> {
    const live = await this.#live(number)
    if (live === undefined) return false
    const id = await this.#calls.use(collections, live, async chroma => {
      const changes = chroma.configuration.hnsw?.sync_threshold ?? DEFAULT_SYNC_THRESHOLD
      const ids = Array.from({ length: changes }, (_, n) => `flush-${String(n)}`)
      await chroma.update({ ids, metadatas: ids.map(() => NO_ONES) })
      return chroma.id
    })
    return await this.#calls.hasFlushed(id)
  }

  async #takeOut(collections: ChromaCollections, signal?: AbortSignal): Promise<void> {
    for (;;) {
      signal?.throwIfAborted()
      const next = await this.#table.removals(REMOVALS_PER_REQUEST)
      if (next === undefined) return
      const { collection, item_ids } = next
      const live = await this.#live(collection)
      const blanks = live === undefined ? undefined : await this.#blanksFor(next)
      if (live !== undefined) {
        await this.#calls.use(collections, live, async chroma => {
          if (blanks !== undefined) await chroma.upsert(blanks)
          await chroma.delete({ ids: [...item_ids] })
        })
      }
      await this.#table.removed(collection, item_ids, blanks !== undefined)
    }
  }

  /**
   * The values that overwrite the vectors of these items before they are deleted; `undefined` if there are too many.
   */
  async #blanksFor({ collection, item_ids }: Removals): Promise<Parameters<ChromaCollection['upsert']>[0] | undefined> {
    const length = (await this.#table.samples(collection, 1))[0]?.vector.length
    if (length === undefined || item_ids.length > MOST_BLANKED) return undefined
    return {
      ids: [...item_ids],
      embeddings: item_ids.map(item_id => noise(item_id, length)),
      metadatas: item_ids.map(() => NO_ONES),
    }
  }

  async #live(number: CollectionNumber): Promise<Collection | undefined> {
    return (await this.#table.collections()).find(each => each.collection === number && each.state === 'live')
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

  /** Fills a new collection, then switches the scopes to it. Until then the old one answers for them. */
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
      // An empty collection is created too, because it is live from here on.
      if (copied.length === 0) await this.#calls.use(collections, to, async () => undefined)
      await this.#table.moves.finish(move, to.collection, copied)
    } catch (error) {
      await this.#table.retire(to.collection)
      throw error
    }
  }

  /** Loads the newest collections, so that damage is found early. Collections in use are skipped. */
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

/**
 * Meaningless numbers, different for each item: equal vectors would coincide, and the search would get stuck among
 * them.
 */
const noise = (item_id: string, length: number): number[] =>
  Array.from(createHash('shake256', { outputLength: length }).update(item_id).digest(), byte => byte - 127.5)
