/** Decides whether repeated failures are a collection's fault or the server's. */
import type { DenidinError } from '../../platform/errors.ts'
import type { CollectionNumber } from '../collection-allocator.ts'
import type { ChromaServer } from './chroma-server.ts'

/** How many runs of our own server may end during a call to the same collection before it is considered the cause. */
const RUNS_BEFORE_FAULT = 2

export class FaultDetector {
  readonly #server: ChromaServer
  /** The consecutive runs of the server that ended during a call to each collection. */
  readonly #ended = new Map<CollectionNumber, Set<number>>()

  constructor(server: ChromaServer) {
    this.#server = server
  }

  /** A call to the collection succeeded. */
  forget(collection: CollectionNumber): void {
    this.#ended.delete(collection)
  }

  /** Whether a failed call is the fault of the collection, which must then be given up. */
  isFaultOf(error: DenidinError, collection: CollectionNumber, run: number): boolean {
    if (error.code === 'damaged' || error.code === 'not_found') return true
    // Reading a damaged file can end the whole server.
    if (error.code !== 'unavailable' || !this.#server.exclusive) return false
    const runs = this.#ended.get(collection) ?? new Set<number>()
    runs.add(run)
    this.#ended.set(collection, runs)
    return runs.size >= RUNS_BEFORE_FAULT
  }
}
