/** Decides whether repeated failures are a collection's fault or the server's. */
import type { DenidinError } from '../../platform/errors.ts'
import type { CollectionNumber } from '../collection-allocator.ts'
import type { ChromaServer } from './chroma-server.ts'

/** Runs of our own server that may end during a call to the same collection before it is held to be the cause. */
const RUNS_BEFORE_FAULT = 2

export class FaultDetector {
  readonly #server: ChromaServer
  /** Runs of the server that ended, one after the other, during a call to the collection. */
  readonly #ended = new Map<CollectionNumber, Set<number>>()

  constructor(server: ChromaServer) {
    this.#server = server
  }

  /** A call to the collection went well. */
  forget(collection: CollectionNumber): void {
    this.#ended.delete(collection)
  }

  /** Whether a failed call is the fault of the collection, which then has to be given up. */
  isFaultOf(error: DenidinError, collection: CollectionNumber, run: number): boolean {
    if (error.code === 'damaged' || error.code === 'not_found') return true
    // A damaged file can end the whole server when it is read.
    if (error.code !== 'unavailable' || !this.#server.exclusive) return false
    const runs = this.#ended.get(collection) ?? new Set<number>()
    runs.add(run)
    this.#ended.set(collection, runs)
    return runs.size >= RUNS_BEFORE_FAULT
  }
}
