/** The vector index in Chroma. */
import type { Collection as ChromaCollection } from 'chromadb'
import { countedWith } from '../../platform/counted.ts'
import { withDeadline } from '../../platform/deadline.ts'
import { SECOND_MS, type Clock } from '../../platform/clock.ts'
import type { DenidinError } from '../../platform/errors.ts'
import type { Health } from '../../platform/health.ts'
import type { Logger } from '../../platform/logger.ts'
import type { Metrics } from '../../platform/metrics.ts'
import type { Scope } from '../../messages/scope.ts'
import type { CollectionAllocator, Collection } from '../collection-allocator.ts'
import { nearest } from '../exact-search.ts'
import type { IndexFindings, Neighbour, RebuildRun, VectorIndex, VerifyOptions } from '../vector-index.ts'
import { FaultDetector } from './fault-detector.ts'
import { ChromaCollections } from './chroma-collections.ts'
import { fromChroma, similarityOf, unavailable } from './chroma-errors.ts'
import { ChromaSync } from './chroma-sync.ts'
import type { ChromaServer } from './chroma-server.ts'
import { verifyCollections } from './chroma-verification.ts'

/** Deadlines of one call to the server: a person waits for a query, no one for filling. */
const QUERY_DEADLINE_MS = 2000
const FILLING_DEADLINE_MS = 30_000

/** Most vectors of one scope that are compared one by one if the search finds too few: about 10 ms at 1,536 numbers. */
const MOST_COMPARED = 1000

export interface ChromaVectorIndexDeps {
  readonly table: CollectionAllocator
  readonly server: ChromaServer
  /** `memory.longterm.collection_name`. */
  readonly collection_name: string
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'observe'>
}

/** The vector index in Chroma's collections, which the allocation table assigns. */
export const createChromaVectorIndex = (deps: ChromaVectorIndexDeps): VectorIndex => new ChromaVectorIndex(deps)

class ChromaVectorIndex implements VectorIndex {
  readonly #deps: ChromaVectorIndexDeps
  readonly #logger: Logger
  readonly #sync: ChromaSync
  readonly #listeners: (() => void)[] = []
  readonly #faults: FaultDetector
  #leftovers = true
  #collections: ChromaCollections | undefined
  #opening: Promise<ChromaCollections> | undefined
  #work: Promise<unknown> = Promise.resolve()

  constructor(deps: ChromaVectorIndexDeps) {
    this.#deps = deps
    this.#logger = deps.logger.for('memory.index')
    this.#faults = new FaultDetector(deps.server)
    this.#sync = new ChromaSync(deps.table, {
      use: (collections, target, act) => this.#use(collections, target, FILLING_DEADLINE_MS, act),
      call: (collections, act) => this.#call(collections, FILLING_DEADLINE_MS, act),
      scrub: () => deps.server.scrub(),
      hasFlushed: id => deps.server.hasFlushed(id),
    })
    deps.server.onBack(() => this.#behind())
  }

  async query(scope: Scope, vector: Float32Array, limit: number, signal?: AbortSignal): Promise<readonly Neighbour[]> {
    const target = await this.#deps.table.find(scope)
    if (target === undefined || target.state === 'new') {
      // Vectors that were never added cannot be found. If they are missing because there is no server, report that.
      if ((await this.pending()) > 0) await this.#deps.server.connect()
      return []
    }
    try {
      return await this.#complete(scope, vector, limit, await this.#ask(target, scope, vector, limit))
    } catch (error) {
      signal?.throwIfAborted()
      const now = await this.#deps.table.find(scope)
      // The scope moved to another collection while we queried the old one.
      if (now?.state === 'live' && now.collection !== target.collection)
        return await this.#ask(now, scope, vector, limit)
      throw error
    }
  }

  async catchUp(signal?: AbortSignal): Promise<void> {
    await this.#alone(async () => {
      const collections = await this.#open()
      await this.#sync.catchUp(collections, signal)
      this.#deps.server.works()
    })
  }

  async rebuild(run: RebuildRun = {}): Promise<void> {
    await this.#alone(async () => {
      await this.#deps.table.maintenance.begin()
      await this.#sync.rebuild(await this.#open(), run)
    })
  }

  async verify(options: VerifyOptions): Promise<IndexFindings> {
    const { table } = this.#deps
    return await this.#alone(async () => {
      const findings = await verifyCollections(await this.#open(), table, options)
      if (!options.repair || findings.broken.length === 0) return findings
      for (const collection of findings.broken) await table.retire(collection)
      this.#behind()
      return findings
    })
  }

  async pending(): Promise<number> {
    return await this.#deps.table.pending()
  }

  onBehind(listener: () => void): void {
    this.#listeners.push(listener)
  }

  async health(): Promise<Health> {
    const server = this.#deps.server.health()
    if (server.state !== 'ok') return server
    const pending = await this.pending()
    return pending === 0
      ? server
      : {
          state: 'degraded',
          detail: `${countedWith(pending, 'memory', ['is', 'are'], 'memories')} still being put into the index.`,
        }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#deps.server[Symbol.asyncDispose]()
    await this.#work
  }

  async #ask(target: Collection, scope: Scope, vector: Float32Array, limit: number): Promise<readonly Neighbour[]> {
    return await this.#use(await this.#open(), target, QUERY_DEADLINE_MS, async collection => {
      const answer = await collection.query({
        queryEmbeddings: [Array.from(vector)],
        nResults: limit,
        include: ['distances'],
        ...(target.alone ? {} : { where: { scope: { $eq: scope } } }),
      })
      const distances = answer.distances[0] ?? []
      return (answer.ids[0] ?? []).map((item_id, at) => ({ item_id, similarity: similarityOf(distances[at]) }))
    })
  }

  /**
   * The search is approximate: among many almost equal vectors, some cannot be reached. If it finds fewer than exist,
   * and the scope is small, all are compared.
   */
  async #complete(
    scope: Scope,
    vector: Float32Array,
    limit: number,
    found: readonly Neighbour[],
  ): Promise<readonly Neighbour[]> {
    if (found.length >= limit) return found
    const held = await this.#deps.table.indexed(scope)
    if (found.length >= held || held > MOST_COMPARED) return found
    return nearest(vector, await this.#deps.table.vectorsOf(scope, MOST_COMPARED), limit)
  }

  /** Runs one action after the other: only one may fill the index at a time. */
  async #alone<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#work.then(act)
    this.#work = done.catch(() => undefined)
    return await done
  }

  /** The collections of the server's current run, compared with the table when they are first seen. */
  async #open(): Promise<ChromaCollections> {
    const connection = await this.#deps.server.connect()
    const known = this.#collections
    if (known?.connection.run === connection.run && known.instance === this.#deps.table.instance) return known
    this.#opening ??= this.#compare(new ChromaCollections(connection, this.#deps.table, this.#deps.collection_name))
    try {
      return await this.#opening
    } finally {
      this.#opening = undefined
    }
  }

  async #compare(collections: ChromaCollections): Promise<ChromaCollections> {
    const { table, server } = this.#deps
    if (this.#leftovers) await table.retireLeftovers()
    this.#leftovers = false
    const names = await this.#call(collections, FILLING_DEADLINE_MS, () => collections.names())
    for (const each of await table.collections()) {
      const name = collections.nameOf(each)
      if (each.state === 'live' && !names.has(name)) {
        this.#logger.warn('A part of the index is missing and is filled again', { collection: name })
        await table.retire(each.collection)
        this.#behind()
      }
    }
    if (server.exclusive && table.tidies) {
      const known = new Set((await table.every()).map(each => collections.nameOf(each)))
      for (const name of names) {
        if (!known.has(name)) await this.#call(collections, FILLING_DEADLINE_MS, () => collections.drop(name))
      }
    }
    this.#collections = collections
    return collections
  }

  /** Does something with a collection; if it proves damaged, it is given up and filled again from the vector store. */
  async #use<T>(
    collections: ChromaCollections,
    target: Collection,
    deadline_ms: number,
    act: (collection: ChromaCollection) => Promise<T>,
  ): Promise<T> {
    try {
      const open = async (): Promise<T> => await act(await collections.open(target))
      const { clock, metrics } = this.#deps
      const began = clock.monotonic()
      const result = await withDeadline(clock, deadline_ms, 'the Chroma server', open)
      const operation = deadline_ms === QUERY_DEADLINE_MS ? 'query' : 'write'
      metrics.observe('chroma_seconds', { operation }, (clock.monotonic() - began) / SECOND_MS)
      this.#faults.forget(target.collection)
      return result
    } catch (thrown) {
      const error = fromChroma(thrown)
      await this.#afterFailure(collections, error, target.state === 'live')
      if (this.#faults.isFaultOf(error, target.collection, collections.connection.run)) {
        this.#logger.warn('A part of the index is damaged and is filled again', {
          collection: target.collection,
          why: error.message,
        })
        await this.#deps.table.retire(target.collection)
        this.#behind()
      }
      throw unavailable(error)
    }
  }

  /** A call that concerns no particular collection. */
  async #call<T>(collections: ChromaCollections, deadline_ms: number, act: () => Promise<T>): Promise<T> {
    try {
      return await withDeadline(this.#deps.clock, deadline_ms, 'the Chroma server', act)
    } catch (thrown) {
      const error = fromChroma(thrown)
      await this.#afterFailure(collections, error, false)
      throw unavailable(error)
    }
  }

  /** A failure that is not a collection's fault concerns the whole server: it may be down, or its data damaged. */
  async #afterFailure(collections: ChromaCollections, error: DenidinError, atOldCollection: boolean): Promise<void> {
    const { server } = this.#deps
    const { run } = collections.connection
    if (error.code === 'unavailable' || error.code === 'timeout') await server.suspect(run)
    if (error.code === 'damaged' && !atOldCollection) await server.repair(run)
  }

  #behind(): void {
    for (const listener of this.#listeners) listener()
  }
}
