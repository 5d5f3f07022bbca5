/** The retrieval feature: the search service over facts and messages. */
import type { Module } from '../lifecycle/module.ts'
import type { FactSearch } from '../memory/fact-search.ts'
import type { MemoryScopes } from '../memory/memory-store.ts'
import type { MessageReader } from '../messages/message-reader.ts'
import type { Meter } from '../models/meter.ts'
import type { ZoneOf } from '../people/personal-zones.ts'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import type { TokenCounter } from '../text/tokens.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { FullTextModule } from './full-text/full-text-module.ts'
import { IndexedMessageSearch } from './indexed-message-search.ts'
import { MemorySearch } from './memory-search.ts'
import type { VectorCandidates } from './message-search.ts'
import { createHttpReranker, type HttpRerankerSettings } from './ranking/http-reranker.ts'
import { createLinearReranker } from './ranking/linear-reranker.ts'
import { RANKER_WEIGHTS } from './ranking/ranker-weights.ts'
import { keepOrder, type Reranker } from './ranking/reranker.ts'
import { FUSION, LEXICAL_WEIGHTS } from './ranking/weights.ts'
import type { ScopePolicy } from './scope-policy.ts'
import type { SearchService } from './search-service.ts'

export interface RetrievalSettings {
  readonly reranker: { readonly kind: 'none' | 'linear' } | ({ readonly kind: 'http' } & HttpRerankerSettings)
}

export interface RetrievalModuleDeps {
  readonly settings: RetrievalSettings
  readonly fullText: Pick<FullTextModule, 'index' | 'following'>
  readonly feed: Pick<MessageReader, 'get'>
  readonly facts: FactSearch
  readonly memories: Pick<MemoryScopes, 'groupsOfSpeaker'>
  readonly zoneOf: ZoneOf
  readonly vectors: VectorCandidates
  readonly policy: Pick<ScopePolicy, 'label'>
  readonly meter: Meter
  readonly runtime: {
    readonly clock: Clock
    readonly logger: Logger
    readonly metrics: Metrics
    readonly tokens: Pick<TokenCounter, 'count'>
  }
}

export interface RetrievalModule extends Module {
  readonly search: SearchService
}

export const createRetrievalModule = (deps: RetrievalModuleDeps): RetrievalModule => {
  const { fullText, feed, facts, memories, zoneOf, vectors, policy, runtime } = deps
  const messages = new IndexedMessageSearch({
    ...runtime,
    feed,
    vectors,
    index: fullText.index,
    indexer: fullText.following.indexer,
    weights: LEXICAL_WEIGHTS,
    fusion: FUSION,
    reranker: rerankerOf(deps),
  })
  const search = new MemorySearch({ ...runtime, facts, messages, memories, zoneOf, policy })
  return { name: 'retrieval', search }
}

const rerankerOf = ({ settings: { reranker }, meter, runtime }: RetrievalModuleDeps): Reranker => {
  switch (reranker.kind) {
    case 'none':
      return keepOrder
    case 'linear':
      return createLinearReranker(RANKER_WEIGHTS)
    case 'http':
      return createHttpReranker(reranker, { ...runtime, meter })
  }
}
