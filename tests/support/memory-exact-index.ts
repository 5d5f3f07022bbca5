import { DenidinError } from '../../src/platform/errors.ts'
import type { Health } from '../../src/platform/health.ts'
import type { Scope } from '../../src/messages/scope.ts'
import { nearest } from '../../src/vectors/exact-search.ts'
import type { IndexFindings, Neighbour, VectorIndex } from '../../src/vectors/vector-index.ts'
import type { StoredVector, VectorStore } from '../../src/vectors/vector-store.ts'

const BATCH = 100

/** A vector index that compares with every vector: exact, in memory, and down on demand. */
export class ExactVectorIndex implements VectorIndex {
  readonly #space: string
  readonly #vectors: VectorStore
  readonly #scopes: () => Promise<readonly Scope[]>
  readonly #listeners: (() => void)[] = []
  #held = new Map<string, StoredVector>()
  down = false
  queries = 0
  catchUps = 0

  constructor(space: string, vectors: VectorStore, scopes: () => Promise<readonly Scope[]>) {
    this.#space = space
    this.#vectors = vectors
    this.#scopes = scopes
  }

  async query(scope: Scope, vector: Float32Array, limit: number): Promise<readonly Neighbour[]> {
    this.#check()
    this.queries += 1
    return nearest(
      vector,
      [...this.#held.values()].filter(each => each.scope === scope),
      limit,
    )
  }

  async catchUp(): Promise<void> {
    this.#check()
    this.catchUps += 1
    this.#held = await this.#stored()
  }

  async rebuild(): Promise<void> {
    await this.catchUp()
  }

  async verify(): Promise<IndexFindings> {
    this.#check()
    const stored = await this.#stored()
    const held = [...this.#held.values()]
    const missing = [...stored.keys()].filter(id => !this.#held.has(id)).length
    const foreign = held.filter(each => !stored.has(each.item_id)).length
    const broken = missing + foreign === 0 ? [] : [1]
    return { looked_at: stored.size, missing, foreign, misplaced: 0, altered: 0, broken }
  }

  async pending(): Promise<number> {
    const stored = await this.#stored()
    return [...stored.values()].filter(each => this.#held.get(each.item_id)?.scope !== each.scope).length
  }

  onBehind(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** Up again, and everybody is told. */
  comeBack(): void {
    this.down = false
    for (const listener of this.#listeners) listener()
  }

  async health(): Promise<Health> {
    return this.down ? { state: 'down', detail: 'The index is down.' } : { state: 'ok', detail: 'The index is up.' }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#held.clear()
  }

  async #stored(): Promise<Map<string, StoredVector>> {
    const stored = new Map<string, StoredVector>()
    for (const scope of await this.#scopes()) {
      for await (const batch of this.#vectors.ofScope(this.#space, scope, BATCH)) {
        for (const each of batch) stored.set(each.item_id, each)
      }
    }
    return stored
  }

  #check(): void {
    if (this.down) throw new DenidinError('unavailable', 'the index is down', { retryable: true })
  }
}
