import { backoffDelay, type Backoff } from '../platform/backoff.ts'
import type { Clock } from '../platform/clock.ts'
import type { Ids } from '../platform/ids.ts'
import type { Logger } from '../platform/logger.ts'
import type { Scope } from '../messages/scope.ts'
import type { Embedding } from './embedding.ts'
import type { Memory } from './memory.ts'
import type { MemoryStore } from './memory-store.ts'
import type { VectorIndex } from './vector-index.ts'
import type { VectorStore } from './vector-store.ts'

const BACKOFF: Backoff = { first_ms: 1000, most_ms: 5 * 60_000 }

/** Failures after which work that came up meanwhile is still begun at once: a part of the index may just have been given up. */
const RETRIES_AT_ONCE = 2

/** Memories that are looked at in one step; between two steps everybody else has a turn. */
const PAGE = 500
/** Texts of one embedding request. */
const EMBEDDING_BATCH = 32

export interface IndexerParts {
  readonly memories: MemoryStore
  readonly vectors: VectorStore
  readonly index: VectorIndex
  readonly embedding: Embedding
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
}

/**
 * Brings vectors and index into step with the memories, in the background. What is left to do is read from the stores
 * each time, never remembered: a crash at any moment loses nothing.
 */
export class Indexer implements AsyncDisposable {
  readonly #parts: IndexerParts
  readonly #logger: Logger
  readonly #stop = new AbortController()
  /** Everything has to be compared; otherwise only what was stored since is new. */
  #compareAll = true
  #fresh: Memory[] = []
  #failures = 0
  #retry: Disposable | undefined
  #running: Promise<void> | undefined
  #again = false
  #trouble: string | undefined

  constructor(parts: IndexerParts) {
    this.#parts = parts
    this.#logger = parts.logger.for('memory.indexer')
    parts.index.onBehind(() => this.wake())
  }

  /** Why the last round ended early, for the operator. */
  get trouble(): string | undefined {
    return this.#trouble
  }

  /** A memory was added: it is next. */
  add(memory: Memory): void {
    if (this.#fresh.length < PAGE) this.#fresh.push(memory)
    else this.#compareAll = true
    this.wake()
  }

  /** Compares everything again, and goes on. */
  compareAll(): void {
    this.#compareAll = true
    this.wake()
  }

  /** Goes on now, even if the next attempt would be later. */
  wake(): void {
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
  async settled(): Promise<void> {
    while (this.#running !== undefined) await this.#running
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    this.#retry?.[Symbol.dispose]()
    await this.settled()
  }

  async #rounds(): Promise<void> {
    for (;;) {
      this.#again = false
      const done = await this.#tryRound()
      if (!this.#wokenAgain() || !(done || this.#failures <= RETRIES_AT_ONCE)) return
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
      if (!this.#stop.signal.aborted) this.#failAndRetry(error as Error)
      return false
    }
  }

  #wokenAgain(): boolean {
    return this.#again && !this.#stop.signal.aborted
  }

  #failAndRetry(error: Error): void {
    const { clock, ids } = this.#parts
    this.#failures += 1
    this.#compareAll = true
    this.#trouble = error.message
    const delay = backoffDelay(BACKOFF, this.#failures, ids)
    this.#logger.warn('Memories wait for their embedding or for the index', {
      why: error.message,
      again_in_ms: Math.round(delay),
    })
    this.#retry = clock.after(delay, () => this.wake())
  }

  async #round(): Promise<void> {
    const { index } = this.#parts
    const all = this.#compareAll
    const fresh = this.#fresh
    this.#compareAll = false
    this.#fresh = []
    let failure: unknown
    // The index can be filled with what there is while the embedder is down, and the other way round.
    await (all ? this.#compare() : this.#embedNew(fresh)).catch((error: unknown) => (failure = error))
    this.#stop.signal.throwIfAborted()
    if ((await index.pending()) > 0 || all) await this.#catchUp()
    if (failure !== undefined) throw failure as Error
    this.#logger.debug('Memories and index are in step')
  }

  async #catchUp(): Promise<void> {
    const { index, vectors, embedding } = this.#parts
    if ((await vectors.count(embedding.space)) === 0) return
    await index.catchUp(this.#stop.signal)
  }

  /** Goes through all memories and all vectors. */
  async #compare(): Promise<void> {
    const { memories, vectors, embedding, index } = this.#parts
    let before: string | undefined
    for (;;) {
      this.#stop.signal.throwIfAborted()
      const page = await memories.listAll({ limit: PAGE, ...(before === undefined ? {} : { before }) })
      const last = page.at(-1)
      if (last === undefined) break
      before = last.memory_id
      const known = await vectors.scopesOf(
        embedding.space,
        page.map(each => each.memory_id),
      )
      await this.#rescope(page, known)
      const missing = page.filter(each => !known.has(each.memory_id))
      await this.#embed(missing)
      if (missing.length > 0) await index.catchUp(this.#stop.signal).catch(() => undefined)
    }
    await this.#forgetOrphans()
  }

  /** Vectors of memories that have changed their scope follow them. */
  async #rescope(page: readonly Memory[], known: ReadonlyMap<string, Scope>): Promise<void> {
    for (const { memory_id, scope } of page) {
      const kept = known.get(memory_id)
      if (kept !== undefined && kept !== scope) await this.#parts.vectors.rescope(kept, scope, [memory_id])
    }
  }

  /** Vectors whose memory is gone go too. */
  async #forgetOrphans(): Promise<void> {
    const { memories, vectors } = this.#parts
    let after: string | undefined
    for (;;) {
      this.#stop.signal.throwIfAborted()
      const ids = await vectors.memoryIds({ limit: PAGE, ...(after === undefined ? {} : { after }) })
      after = ids.at(-1)
      if (after === undefined) return
      const there = await memories.scopesOf(ids)
      await vectors.delete(ids.filter(id => !there.has(id)))
    }
  }

  /** Some may have been found, and embedded, by a comparison that was under way when they came. */
  async #embedNew(memories: readonly Memory[]): Promise<void> {
    const { vectors, embedding } = this.#parts
    const known = await vectors.scopesOf(
      embedding.space,
      memories.map(each => each.memory_id),
    )
    await this.#embed(memories.filter(each => !known.has(each.memory_id)))
  }

  async #embed(memories: readonly Memory[]): Promise<void> {
    const { embedding, vectors } = this.#parts
    for (let at = 0; at < memories.length; at += EMBEDDING_BATCH) {
      this.#stop.signal.throwIfAborted()
      const embedded = await embedding.ofMemories(memories.slice(at, at + EMBEDDING_BATCH), this.#stop.signal)
      if (embedded.length > 0) await vectors.put(embedding.space, embedded)
    }
  }
}
