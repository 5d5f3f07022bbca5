/**
 * The vectors of one source, memories or messages: keeps them and their index in sync with the source, and finds items
 * similar to a question.
 */
import { withDeadline } from '../platform/deadline.ts'
import { DenidinError } from '../platform/errors.ts'
import type { Clock } from '../platform/clock.ts'
import type { Health } from '../platform/health.ts'
import type { Ids } from '../platform/ids.ts'
import type { Logger } from '../platform/logger.ts'
import type { SetAside } from '../platform/set-aside.ts'
import type { Scope } from '../messages/scope.ts'
import type { CallContext } from '../models/language-model.ts'
import type { Embedding } from './embedding.ts'
import type { Embeddable, EmbeddingSource } from './embedding-source.ts'
import type { PreviousModel } from './previous-model.ts'
import { SyncWorker } from './sync-worker.ts'
import { INDEX_DEADLINE_MS, DELETION_DEADLINE_MS, type Neighbour, type VectorIndex } from './vector-index.ts'
import type { VectorStore } from './vector-store.ts'

/** The current embedding model, with its threshold. */
export interface PresentModel {
  readonly embedding: Embedding
  readonly min_similarity: number
  /** Answers until the current model has caught up. */
  readonly previous: PreviousModel
}

export interface SourceVectorsDeps {
  readonly source: EmbeddingSource
  /** Where the vectors of this source are stored. */
  readonly space: string
  readonly vectors: VectorStore
  /** The index over `space`. */
  readonly index: VectorIndex
  readonly model: PresentModel
  /** Whether items without a vector get one. If not, existing vectors are only kept in sync. */
  readonly embeds: boolean
  readonly clock: Clock
  readonly ids: Ids
  readonly setAside: SetAside
  readonly logger: Logger
}

/** A question as a vector of the embedding model that answers it. */
export interface SimilarityQuery {
  /**
   * Items of a scope at or above the model's threshold, best first.
   * @throws DenidinError `unavailable` or `timeout` if the index does not answer
   */
  nearest(scope: Scope, limit: number): Promise<readonly Neighbour[]>
}

/** The result of deleting the vectors of items. */
export interface DeletedVectors {
  /** Items that still have a vector: 0. */
  readonly vectors: number
  /** How many of them the index still finds: 0; `undefined` if it is down and deletes them later. */
  readonly index: number | undefined
}

export class SourceVectors implements AsyncDisposable {
  readonly #deps: SourceVectorsDeps
  readonly #worker: SyncWorker
  readonly #logger: Logger
  #started = false

  constructor(deps: SourceVectorsDeps) {
    this.#deps = deps
    this.#worker = new SyncWorker({ ...deps, embedding: deps.model.embedding })
    this.#logger = deps.logger.for('memory.recall')
  }

  get space(): string {
    return this.#deps.space
  }

  get minSimilarity(): number {
    return this.#deps.model.min_similarity
  }

  /** Starts embedding and indexing missing items in the background. */
  start(): void {
    this.#started = true
    this.#worker.requestSync()
  }

  /** A new item: it is embedded next. */
  add(item: Embeddable): void {
    if (this.#started) this.#worker.add(item)
  }

  /** The source has changed: checks for work soon. */
  requestSync(): void {
    if (this.#started) this.#worker.requestSync()
  }

  /** Items may have been removed or moved: compares everything soon. */
  requestFullSync(): void {
    if (this.#started) this.#worker.requestFullSync()
  }

  /** Compares everything, started or not. Resolves when nothing more can be done for now. */
  async syncNow(): Promise<void> {
    this.#worker.requestFullSync()
    await this.#worker.whenIdle()
  }

  /** Resolves when nothing more can be done for now. */
  async whenIdle(): Promise<void> {
    await this.#worker.whenIdle()
  }

  /** Whether a scope has any vector, of the current or of the previous model. */
  async holds(scope: Scope): Promise<boolean> {
    const { vectors, space, model } = this.#deps
    return (await vectors.holds(space, scope)) || (await model.previous.holds(scope))
  }

  /**
   * Embeds a question with the model that has embedded most of `asked`, the scope in which it is asked.
   * @throws DenidinError when the embedder fails
   */
  async ask(asked: Scope, question: string, call: CallContext): Promise<SimilarityQuery> {
    const { index, clock, source } = this.#deps
    const { embedding, min_similarity, previous } = this.#deps.model
    const model = (await previous.asked(asked, question, call)) ?? {
      index,
      min_similarity,
      vector: await embedding.ofQuestion(question, call),
    }
    if (model.index === index && (await this.#worker.noticeSize(model.vector.length))) {
      throw new DenidinError('unavailable', 'the embedding model gives vectors of another size; all are made again', {
        retryable: true,
      })
    }
    return {
      nearest: async (scope, limit) => {
        const neighbours = await withDeadline(
          clock,
          INDEX_DEADLINE_MS,
          `the index of ${source.name}`,
          signal => model.index.query(scope, model.vector, limit, signal),
          call.signal,
        )
        return neighbours.filter(each => each.similarity >= model.min_similarity)
      },
    }
  }

  /**
   * Deletes the vectors of items that have left the source: immediately from the store, within seconds from the index.
   */
  async deleteItems(item_ids: readonly string[]): Promise<DeletedVectors> {
    const { vectors, space, index, clock, source } = this.#deps
    const before = await vectors.scopesOf(space, item_ids)
    await vectors.delete(item_ids)
    const left = (await vectors.scopesOf(space, item_ids)).size
    if (before.size === 0) return { vectors: left, index: 0 }
    try {
      await withDeadline(clock, DELETION_DEADLINE_MS, `the index of ${source.name}`, signal => index.catchUp(signal))
      return { vectors: left, index: 0 }
    } catch (error) {
      this.#logger.warn('The index deletes forgotten memories later', {
        why: (error as Error).message,
        memories: before.size,
      })
      this.#worker.requestFullSync()
      return { vectors: left, index: undefined }
    }
  }

  /**
   * Deletes vectors with words that were changed or deleted in the source.
   * @throws DenidinError as the index does; the next round finishes the rest.
   */
  async deleteStale(): Promise<void> {
    const { clock, source } = this.#deps
    await withDeadline(clock, DELETION_DEADLINE_MS, `the index of ${source.name}`, signal =>
      this.#worker.deleteVectors(signal),
    )
  }

  /** Which of these items of a scope cannot be found by their vector yet. */
  async notFindable(item_ids: readonly string[]): Promise<ReadonlySet<string>> {
    const { vectors, space, index } = this.#deps
    // The ids of the vectors that wait for the index are not known.
    if ((await index.pending()) > 0) return new Set(item_ids)
    return new Set(item_ids).difference(await vectors.scopesOf(space, item_ids))
  }

  /** Whether every one of `items` of a scope can be found by its vector. */
  async isComplete(scope: Scope, items: number): Promise<boolean> {
    const { vectors, space, index } = this.#deps
    return (await vectors.countIn(space, scope)) >= items && (await index.pending()) === 0
  }

  /**
   * Rewrites the parts of the index whose files still contain deleted vectors.
   * @returns whether that is done; if not, it is done in the background as soon as it can be
   */
  async purge(): Promise<boolean> {
    const { vectors, index, model, clock, source } = this.#deps
    await vectors.requestPurge()
    if (!(await vectors.purgePending())) return true
    try {
      await withDeadline(clock, DELETION_DEADLINE_MS, `the index of ${source.name}`, async signal => {
        await index.catchUp(signal)
        await model.previous.catchUp(signal)
      })
      return true
    } catch (error) {
      this.#logger.warn('The index files are rewritten without the deleted vectors later', {
        why: (error as Error).message,
      })
      this.#worker.requestFullSync()
      return false
    }
  }

  /** Stored vectors of the current model. */
  async count(): Promise<number> {
    return await this.#deps.vectors.count(this.#deps.space)
  }

  /** Vectors that wait to be put into the index. */
  async pendingInIndex(): Promise<number> {
    return await this.#deps.index.pending()
  }

  /** Items that the embedding model refuses. */
  get refused(): number {
    return this.#deps.model.embedding.refused
  }

  /** Why the last round of work ended early; `undefined` if it did not. */
  get trouble(): string | undefined {
    return this.#worker.trouble
  }

  async indexHealth(): Promise<Health> {
    return await this.#deps.index.health()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker[Symbol.asyncDispose]()
    await this.#deps.index[Symbol.asyncDispose]()
  }
}
