/** Long-term memory over a memory store and the vectors that follow it. */
import { countedWith } from '../platform/counted.ts'
import type { Health } from '../platform/health.ts'
import type { ScopeEntry, Scope } from '../messages/scope.ts'
import type { CallContext } from '../models/language-model.ts'
import type { PersonalData } from '../people/personal-data.ts'
import type { DeletedVectors, SourceVectors } from '../vectors/source-vectors.ts'
import type { FactHits, FactSearch } from './fact-search.ts'
import type { LongTermMemory, MemoryStats } from './long-term-memory.ts'
import { toEmbeddable } from './memory-embedding-source.ts'
import type { MemoryRecord } from './memory.ts'
import type { MemoryPage, MemoryStore } from './memory-store.ts'

export interface LongTermMemoryDeps {
  readonly memories: Pick<MemoryStore, 'add' | 'counts' | 'list' | 'listAll' | 'removeOfSession'>
  /** The vectors of the memories. */
  readonly vectors: SourceVectors
  readonly facts: FactSearch
  /** The people's data in the vector store. */
  readonly personal: PersonalData
}

export class VectorLongTermMemory implements LongTermMemory {
  readonly personal: PersonalData
  readonly #deps: LongTermMemoryDeps

  constructor(deps: LongTermMemoryDeps) {
    this.#deps = deps
    this.personal = deps.personal
  }

  async start(): Promise<void> {
    this.#deps.vectors.start()
  }

  async findFacts(entries: readonly ScopeEntry[], question: string, call: CallContext): Promise<FactHits> {
    return await this.#deps.facts.findFacts(entries, question, call)
  }

  async store(memory: MemoryRecord): Promise<{ readonly added: boolean; readonly memory: MemoryRecord }> {
    const stored = await this.#deps.memories.add(memory)
    if (stored.added) this.#deps.vectors.add(toEmbeddable(stored.memory))
    return stored
  }

  async forget(session_id: string): Promise<void> {
    if ((await this.#deps.memories.removeOfSession(session_id)).length > 0) this.#deps.vectors.requestFullSync()
  }

  async deleteVectors(memory_ids: readonly string[]): Promise<DeletedVectors> {
    return await this.#deps.vectors.deleteItems(memory_ids)
  }

  async list(scope: Scope | 'all', page: MemoryPage): Promise<readonly MemoryRecord[]> {
    const { memories } = this.#deps
    return scope === 'all' ? await memories.listAll(page) : await memories.list(scope, page)
  }

  async stats(): Promise<MemoryStats> {
    const { memories, vectors } = this.#deps
    const counts = await memories.counts()
    return {
      enabled: true,
      ...counts,
      pending_embedding: Math.max(0, counts.memories - (await vectors.count())),
      pending_index: await vectors.pendingInIndex(),
      space: vectors.space,
      min_similarity: vectors.minSimilarity,
      index: await this.health(),
    }
  }

  async whenIdle(): Promise<void> {
    await this.#deps.vectors.whenIdle()
  }

  async health(): Promise<Health> {
    const { vectors } = this.#deps
    const index = await vectors.indexHealth()
    if (index.state !== 'ok') return index
    if (vectors.trouble !== undefined) return { state: 'degraded', detail: `Memories wait: ${vectors.trouble}.` }
    return vectors.refused === 0
      ? index
      : {
          state: 'degraded',
          detail: `${countedWith(vectors.refused, 'memory', ['is', 'are'], 'memories')} refused by the embedding model.`,
        }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#deps.vectors[Symbol.asyncDispose]()
  }
}
