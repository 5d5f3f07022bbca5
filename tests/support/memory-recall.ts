import { UTC } from '../../src/platform/time-zone.ts'
import type { FactSearch } from '../../src/memory/fact-search.ts'
import type { RecalledMemory } from '../../src/memory/memory.ts'
import type { MemoryScopes } from '../../src/memory/memory-store.ts'
import type { SearchScope, Scope } from '../../src/messages/scope.ts'
import type { CallContext } from '../../src/models/language-model.ts'
import { systemClock, type Clock } from '../../src/platform/clock.ts'
import { silentLogger, type Logger } from '../../src/platform/logger.ts'
import { createMetrics, type Metrics } from '../../src/platform/metrics.ts'
import { MemorySearch } from '../../src/retrieval/memory-search.ts'
import type { MessageSearch } from '../../src/retrieval/message-search.ts'
import { ScopePolicy, singleScope } from '../../src/retrieval/scope-policy.ts'

/** A policy that lets a question read the asker's own scopes. */
export const ownPolicy = new ScopePolicy({
  people: { find: async () => undefined },
  audit: { write: () => undefined },
  sources: [],
  godfather_scope: 'own',
})

/** A search in messages that finds nothing. */
export const noMessages: MessageSearch = {
  indexNewest: async () => undefined,
  findRelevant: async () => ({ quotes: [], most_quotes: 0, words: new Map() }),
  findLater: async () => new Map(),
  findAllWords: async () => [],
  groupsOfSpeaker: async () => [],
}

/** What the search finds among the memories alone, and why it failed. */
export type Recall = (
  scope: Scope | SearchScope,
  question: string,
  call: CallContext,
) => Promise<{ readonly memories: readonly RecalledMemory[]; readonly failure?: string }>

/** The search service over memories alone. */
export const recallOver = (
  facts: FactSearch,
  memories: Pick<MemoryScopes, 'groupsOfSpeaker'>,
  runtime: { readonly clock?: Clock; readonly logger?: Logger; readonly metrics?: Metrics } = {},
): Recall => {
  const search = new MemorySearch({
    facts,
    messages: noMessages,
    memories,
    zoneOf: async () => UTC,
    policy: ownPolicy,
    clock: runtime.clock ?? systemClock,
    logger: runtime.logger ?? silentLogger,
    metrics: runtime.metrics ?? createMetrics(),
  })
  return async (scope, text, call) => {
    const hits = await search.search(
      typeof scope === 'string' ? singleScope(scope) : scope,
      { text, messages: 'none', asked_at: 0, asker: undefined },
      { quotes: 0 },
      call,
    )
    return { memories: hits.memories, ...(hits.failure === undefined ? {} : { failure: hits.failure }) }
  }
}
