import { withDeadline } from '../platform/deadline.ts'
import type { Clock } from '../platform/clock.ts'
import type { Health } from '../platform/health.ts'
import type { Ids } from '../platform/ids.ts'
import type { Logger } from '../platform/logger.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { Embedder } from '../models/embedder.ts'
import type { CallContext } from '../models/language-model.ts'
import type { PersonalData } from '../people/personal-data.ts'
import { scopeOfPerson, type SearchScope, type Scope } from '../messages/scope.ts'
import type { TokenCounter } from '../text/tokens.ts'
import { Embedding } from '../vectors/embedding.ts'
import type { PreviousModel } from '../vectors/previous-model.ts'
import { SyncWorker } from '../vectors/sync-worker.ts'
import type { Dropped, LongTermMemory, MemorySync, NearMemory, Recall } from './long-term-memory.ts'
import { createMemoryEmbeddingSource } from './memory-embedding-source.ts'
import type { MemoryStore } from './memory-store.ts'
import { asSearchScope, factScopes, searchFacts, type FactHits } from './fact-search.ts'
import { rank, type RecallSettings } from './fact-ranking.ts'
import { defaultMinSimilarity } from '../vectors/thresholds.ts'
import { LETTING_GO_DEADLINE_MS, type VectorIndex } from '../vectors/vector-index.ts'
import type { VectorStore } from '../vectors/vector-store.ts'

/** Neighbours to choose from: recency may lift a memory over others that are more similar. */
const LEAST_CANDIDATES = 50
const CANDIDATES_PER_RESULT = 4

/** Settings of recall; `min_similarity` left open goes by the embedding model. */
export interface LongTermSettings extends Omit<RecallSettings, 'min_similarity'> {
  readonly min_similarity: number | undefined
}

export interface LongTermMemoryDeps {
  readonly settings: LongTermSettings
  readonly memories: MemoryStore
  readonly vectors: VectorStore
  readonly index: VectorIndex
  readonly embedder: Embedder
  /** The embedding model of before, until the present one has caught up. */
  readonly previous?: PreviousModel | undefined
  readonly tokens: TokenCounter
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  readonly metrics: Metrics
}

/** Long-term memory over a memory store, a vector store that follows it, and an index that follows both. */
export const createLongTermMemory = (parts: LongTermMemoryDeps): LongTermMemory & MemorySync => {
  const { memories, vectors, index, clock, metrics } = parts
  const embedding = new Embedding(parts.embedder, parts.tokens, clock, parts.logger)
  const indexer = new SyncWorker({ ...parts, source: createMemoryEmbeddingSource(memories), embedding })
  const logger = parts.logger.for('memory.recall')
  const settings: RecallSettings = {
    ...parts.settings,
    min_similarity: parts.settings.min_similarity ?? defaultMinSimilarity(embedding.model),
  }
  let started = false

  /** What lies near to a question within a reach, by the embedding model that knows most of it. */
  const neighbours = async (
    reach: SearchScope,
    question: string,
    candidates: number,
    call: CallContext,
  ): Promise<FactHits & { readonly min_similarity: number }> => {
    // Who has no memories costs nothing: no embedding, no query.
    const places = await factScopes(memories, reach)
    if (places.length === 0) return { similar: [], memories: [], min_similarity: settings.min_similarity }
    const { min_similarity, ...asked } = (await parts.previous?.asked(reach.scope, question, call)) ?? {
      index,
      min_similarity: settings.min_similarity,
      vector: await embedding.ofQuestion(question, call),
    }
    const query = { vector: asked.vector, candidates, min_similarity, signal: call.signal }
    const found = await searchFacts({ memories, index: asked.index, clock }, places, reach.scope, query)
    return { ...found, min_similarity }
  }

  const search = async (reach: SearchScope, question: string, call: CallContext): Promise<Recall> => {
    const candidates = Math.max(LEAST_CANDIDATES, CANDIDATES_PER_RESULT * settings.top_k_results)
    const { similar, memories: found, min_similarity } = await neighbours(reach, question, candidates, call)
    return { memories: rank(similar, found, { ...settings, min_similarity }, clock.now()) }
  }

  const near = async (
    scope: Scope,
    question: string,
    limit: number,
    call: CallContext,
  ): Promise<readonly NearMemory[]> => {
    const { similar, memories: found } = await neighbours({ scope }, question, limit, call)
    const byId = new Map(found.map(memory => [memory.memory_id, memory]))
    return similar.flatMap(({ memory_id, similarity }) => {
      const memory = byId.get(memory_id)
      return memory === undefined ? [] : [{ memory, similarity }]
    })
  }

  const drop = async (memory_ids: readonly string[]): Promise<Dropped> => {
    const before = await vectors.scopesOf(embedding.space, memory_ids)
    await vectors.delete(memory_ids)
    const left = (await vectors.scopesOf(embedding.space, memory_ids)).size
    if (before.size === 0) return { vectors: left, index: 0 }
    try {
      await withDeadline(clock, LETTING_GO_DEADLINE_MS, 'the memory index', signal => index.catchUp(signal))
      return { vectors: left, index: 0 }
    } catch (error) {
      logger.warn('The index lets go of forgotten memories later', {
        why: (error as Error).message,
        memories: before.size,
      })
      indexer.requestFullSync()
      return { vectors: left, index: undefined }
    }
  }

  const health = async (): Promise<Health> => {
    const standing = await index.health()
    if (standing.state !== 'ok') return standing
    if (indexer.trouble !== undefined) return { state: 'degraded', detail: `Memories wait: ${indexer.trouble}.` }
    return embedding.refused === 0
      ? standing
      : { state: 'degraded', detail: `${String(embedding.refused)} memories are refused by the embedding model.` }
  }

  const personal: PersonalData = {
    name: 'vectors',
    tables: ['vectors', 'embeddings', 'allocations'],
    // Numbers that say nothing to anybody: the memories that they stand for are handed over by their own store.
    export: async function* () {},
    erase: async person_id => await vectors.deleteScope(scopeOfPerson(person_id)),
    count: async person_id => await vectors.countOfScope(scopeOfPerson(person_id)),
    reassign: async (from, to) => {
      if (from === to) return
      await vectors.rescope(scopeOfPerson(from), scopeOfPerson(to))
      if (started) indexer.requestFullSync()
    },
  }

  return {
    personal,
    start: async () => {
      started = true
      indexer.requestSync()
    },
    recall: async (reach, question, call) => {
      const begun = clock.now()
      try {
        const recall = await search(asSearchScope(reach), question, call)
        logger.debug('Memories found', {
          count: recall.memories.length,
          best_similarity: recall.memories[0]?.similarity.toFixed(3),
          took_ms: clock.now() - begun,
        })
        return recall
      } catch (error) {
        const failure = error instanceof Error ? error.message : String(error)
        metrics.count('recall_failures')
        logger.warn('Memories could not be recalled', { why: failure, took_ms: clock.now() - begun })
        return { memories: [], failure }
      }
    },
    findSimilar: near,
    store: async memory => {
      const stored = await memories.add(memory)
      if (stored.added && started) indexer.add(stored.memory)
      return stored
    },
    forget: async session_id => {
      if ((await memories.removeOfSession(session_id)).length > 0 && started) indexer.requestFullSync()
    },
    drop,
    list: async (scope, page) => (scope === 'all' ? await memories.listAll(page) : await memories.list(scope, page)),
    stats: async () => {
      const counts = await memories.counts()
      return {
        enabled: true,
        ...counts,
        pending_embedding: Math.max(0, counts.memories - (await vectors.count(embedding.space))),
        pending_index: await index.pending(),
        space: embedding.space,
        min_similarity: settings.min_similarity,
        index: await health(),
      }
    },
    syncNow: async () => {
      indexer.requestFullSync()
      await indexer.whenIdle()
    },
    whenIdle: async () => {
      await indexer.whenIdle()
    },
    health,
    [Symbol.asyncDispose]: async () => {
      await indexer[Symbol.asyncDispose]()
      await index[Symbol.asyncDispose]()
    },
  }
}
