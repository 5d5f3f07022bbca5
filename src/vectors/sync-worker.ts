/** Runs the synchronisation of vectors and index in the background, with retries. */
import { backoffDelay, type Backoff } from '../platform/backoff.ts'
import { CallRefused } from '../models/call-refused.ts'
import { MINUTE_MS, type Clock } from '../platform/clock.ts'
import type { Ids } from '../platform/ids.ts'
import type { Logger } from '../platform/logger.ts'
import type { SetAside } from '../platform/set-aside.ts'
import { BackgroundPatience } from '../platform/urgent-work.ts'
import type { Embedding } from './embedding.ts'
import type { Embeddable, EmbeddingSource } from './embedding-source.ts'
import { OtherVectorSize, otherSize, VectorSync, PAGE } from './vector-sync.ts'
import type { VectorIndex } from './vector-index.ts'
import type { VectorStore } from './vector-store.ts'

const BACKOFF: Backoff = { first_ms: 1000, most_ms: 5 * MINUTE_MS }

/** Refused items are checked again after this time, because the operator may raise a limit before its period ends. */
const PUT_OFF_MS = 10 * MINUTE_MS

/**
 * How often all vectors are recreated for another size: with a model that changes its size on every call this would
 * never end.
 */
const MOST_RESIZES = 3

/**
 * Up to this many failures, work that came up meanwhile starts immediately: a part of the index may just have been
 * given up.
 */
const RETRIES_AT_ONCE = 2

export interface SyncWorkerDeps {
  readonly source: EmbeddingSource
  readonly vectors: VectorStore
  readonly index: VectorIndex
  readonly embedding: Embedding
  /** Where the vectors of this source are stored. */
  readonly space: string
  /** Whether items without a vector get one. If not, existing vectors are only kept in sync. */
  readonly embeds: boolean
  readonly clock: Clock
  readonly ids: Ids
  readonly setAside: SetAside
  readonly logger: Logger
}

/**
 * Synchronises vectors and index with their source, in the background. It reads the remaining work from the stores each
 * time and remembers none: a crash at any point loses nothing.
 */
export class SyncWorker implements AsyncDisposable {
  readonly #deps: SyncWorkerDeps
  readonly #logger: Logger
  readonly #stop = new AbortController()
  readonly #patience = new BackgroundPatience()
  /** Whether everything has to be compared, or only what was stored since. */
  #compareAll = true
  #fresh: Embeddable[] = []
  #failures = 0
  #retry: Disposable | undefined
  #later: Disposable | undefined
  #running: Promise<void> | undefined
  #again = false
  #trouble: string | undefined
  #resizes = 0
  #resizing = false
  readonly #sync: VectorSync

  constructor(deps: SyncWorkerDeps) {
    this.#deps = deps
    this.#sync = new VectorSync(deps, this.#stop.signal)
    this.#logger = deps.logger.for('memory.indexer')
    deps.index.onBehind(() => this.requestSync())
  }

  /** Why the last round ended early, for the operator. */
  get trouble(): string | undefined {
    return this.#trouble
  }

  /** An item was added: it is next. */
  add(item: Embeddable): void {
    if (this.#fresh.length < PAGE) this.#fresh.push(item)
    else this.#compareAll = true
    this.requestSync()
  }

  /**
   * Deletes the vectors of edited or deleted items now; replacements are embedded in the background.
   * @throws as the index does; the next round finishes the rest.
   */
  async deleteVectors(signal: AbortSignal): Promise<void> {
    const held = await this.#holds()
    try {
      await this.#sync.deleteVectors()
      if (held) await this.#deps.index.catchUp(signal)
    } finally {
      this.requestSync()
    }
  }

  /** The model returned a vector of `length` numbers: if the stored ones have another length, all are recreated. */
  async noticeSize(length: number): Promise<boolean> {
    const { vectors, space } = this.#deps
    const other = await otherSize(vectors, space, length)
    if (other !== undefined) this.#resize(other)
    return other !== undefined
  }

  /** Compares everything again, starting now. */
  requestFullSync(): void {
    this.#compareAll = true
    this.requestSync()
  }

  /** Continues now, even if the next attempt is scheduled later. */
  requestSync(): void {
    if (this.#stop.signal.aborted) return
    this.#retry?.[Symbol.dispose]()
    this.#retry = undefined
    if (this.#running !== undefined) {
      this.#again = true
      return
    }
    this.#running = this.#rounds().finally(() => {
      this.#running = undefined
    })
  }

  /** Resolves when there is nothing to do, or nothing that can be done now. */
  async whenIdle(): Promise<void> {
    this.#patience.end()
    while (this.#running !== undefined) await this.#running
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    this.#retry?.[Symbol.dispose]()
    this.#later?.[Symbol.dispose]()
    await this.whenIdle()
  }

  async #rounds(): Promise<void> {
    for (;;) {
      this.#again = false
      await this.#patience.letUrgentWorkPass()
      // A round would ask for the next one, and so keep the process from ending.
      if (this.#stop.signal.aborted) return
      const done = await this.#tryRound()
      if (!this.#isRequestedAgain() || !(done || this.#failures <= RETRIES_AT_ONCE)) return
      this.#retry?.[Symbol.dispose]()
      this.#retry = undefined
    }
  }

  async #tryRound(): Promise<boolean> {
    try {
      await this.#round()
      this.#failures = 0
      this.#trouble = undefined
      return true
    } catch (error) {
      if (this.#stop.signal.aborted) return false
      if (error instanceof CallRefused) {
        this.#putOff(error)
        return true
      }
      if (error instanceof OtherVectorSize) this.#resize(error)
      this.#retryLater(error as Error)
      return false
    }
  }

  #isRequestedAgain(): boolean {
    return this.#again && !this.#stop.signal.aborted
  }

  #resize(reason: OtherVectorSize): void {
    if (this.#resizing || this.#resizes >= MOST_RESIZES) return
    this.#resizes += 1
    this.#resizing = true
    this.#logger.error('The embedding model gives vectors of another size; everything is embedded again', {
      why: reason.message,
    })
    this.requestFullSync()
  }

  /** A spending limit is not a failure of the vectors: the items that it refused are tried again from time to time. */
  #putOff({ message }: CallRefused): void {
    this.#compareAll = true
    this.#trouble = undefined
    this.#logger.info(`${capital(this.#deps.source.name)} wait until a limit allows their embedding`, { why: message })
    this.#retry?.[Symbol.dispose]()
    this.#retry = this.#deps.clock.after(PUT_OFF_MS, () => this.requestSync())
  }

  #retryLater(error: Error): void {
    const { clock, ids } = this.#deps
    this.#failures += 1
    this.#compareAll = true
    this.#trouble = error.message
    const delay = backoffDelay(BACKOFF, this.#failures, ids)
    this.#logger.warn(`${capital(this.#deps.source.name)} wait for their embedding or for the index`, {
      why: error.message,
      again_in_ms: Math.round(delay),
    })
    this.#retry = clock.after(delay, () => this.requestSync())
  }

  async #round(): Promise<void> {
    const { index, source } = this.#deps
    this.#scheduleNextLook()
    const all = this.#compareAll || source.growing
    const fresh = this.#fresh
    this.#compareAll = false
    this.#fresh = []
    if (this.#resizing) {
      await this.#sync.dropAll()
      // Collections keep the size of their first vector, even when they are empty.
      await index.rebuild({ signal: this.#stop.signal })
      this.#resizing = false
    }
    const held = await this.#holds()
    let failure: unknown
    const follow = async (): Promise<void> => {
      await this.#sync.changes()
      await (all ? this.#sync.everything() : this.#sync.added(fresh))
      this.#sync.reportPutOff()
    }
    // The index can be filled with the existing vectors while the embedder is down, and the other way round.
    await follow().catch((error: unknown) => (failure = error))
    this.#stop.signal.throwIfAborted()
    if (await this.#isBehind(all, held)) await index.catchUp(this.#stop.signal)
    if (failure !== undefined) throw failure as Error
    this.#logger.debug(`${capital(source.name)} and index are in step`)
  }

  /** If there is and was no vector, no server is started, unless its files still contain deleted ones. */
  async #isBehind(all: boolean, held: boolean): Promise<boolean> {
    const { index, vectors } = this.#deps
    const changed = all || (await index.pending()) > 0
    return (changed && (held || (await this.#holds()))) || (await vectors.purgePending())
  }

  /** Sources that do not report additions are checked from time to time. */
  #scheduleNextLook(): void {
    const { clock, source } = this.#deps
    if (source.looked_at_every_ms === undefined) return
    this.#later?.[Symbol.dispose]()
    this.#later = clock.after(source.looked_at_every_ms, () => this.requestSync())
  }

  #holds(): Promise<boolean> {
    return this.#deps.vectors.holds(this.#deps.space)
  }
}

const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1)
