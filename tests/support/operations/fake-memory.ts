// The memory that operations see: real tables in memory, and a recall that answers what the test says.
import { noConsciousAgent } from '../../../src/learning/agent/conscious-agent.ts'
import type { MemoryStats } from '../../../src/memory/long-term-memory.ts'
import type { SearchHits } from '../../../src/retrieval/search-service.ts'
import type { AccessStats, MemoryLog, RecallRecord } from '../../../src/memory/memory-log.ts'
import type { MemoryRecord } from '../../../src/memory/memory.ts'
import { noSharedMemory } from '../../../src/memory/shared-memory.ts'
import { createSqliteMemoryLog } from '../../../src/memory/sqlite/sqlite-memory-log.ts'
import { createSqliteMemoryStore } from '../../../src/memory/sqlite/sqlite-memory-store.ts'
import { createSqliteNumberedLists } from '../../../src/memory/sqlite/sqlite-numbered-lists.ts'
import type { OperationContext } from '../../../src/operations/context.ts'
import { noLearning } from '../../../src/operations/memory/no-learning.ts'
import type { Database } from '../../../src/database/sqlite/database.ts'
import { noVectorMaintenance } from '../../../src/vectors/maintenance/no-vector-maintenance.ts'
import type { Asked } from './fakes.ts'
import { pageOf } from './records.ts'

type MemoryContext = OperationContext['memory']

export class FakeMemory {
  /** Listed, counted and shown beside those in the table. */
  readonly memories: MemoryRecord[] = []
  recalled: Pick<SearchHits, 'memories'> & Partial<SearchHits> = { memories: [] }
  enabled = true
  accessStats: AccessStats = { total_accesses: 0, distinct_memories: 0, by_type: {}, top: [], recent: [] }
  agent: MemoryContext['agent'] = noConsciousAgent(6)
  learning: MemoryContext['learning'] = noLearning
  maintenance: MemoryContext['maintenance'] = noVectorMaintenance
  migration: MemoryContext['migration'] = {
    is_v2: true,
    status: async () => ({
      current_version: 'v1',
      pending: 2,
      unconfirmed: 1,
      counts: { v1_conversations: 3, v2_conversations: 4 },
      history: [],
    }),
    run: async () => ({
      status: 'completed',
      migrated: { learned: 1, converted: 1, kept: 0 },
      facts: 5,
      verified: [{ kind: 'session_summary', before: 3, after: 3, lost: 0 }],
      error: undefined,
    }),
    confirm: async () => 2,
  }
  scopes: MemoryContext['scopes'] = { readsOthers: async () => false }
  shared: MemoryContext['shared'] = noSharedMemory
  readonly lists: MemoryContext['lists']
  readonly store: MemoryContext['store']
  readonly log: MemoryContext['log']
  readonly facts: MemoryContext['facts']
  readonly search: OperationContext['messages']['search']
  readonly #log: MemoryLog

  constructor(database: Database, asked: Asked = []) {
    const table = createSqliteMemoryStore(database)
    const log = createSqliteMemoryLog(database)
    this.#log = log
    this.lists = createSqliteNumberedLists(database)
    this.store = {
      get: async (scope, ids) => [
        ...this.memories.filter(each => each.scope === scope && ids.includes(each.memory_id)),
        ...(await table.get(scope, ids)),
      ],
      scopesOf: async ids =>
        new Map([
          ...this.memories
            .filter(each => ids.includes(each.memory_id))
            .map(each => [each.memory_id, each.scope] as const),
          ...(await table.scopesOf(ids)),
        ]),
      list: (scope, page) => table.list(scope, page),
      mergesInto: memory_id => table.mergesInto(memory_id),
      supersedersOf: (scope, ids) => table.supersedersOf(scope, ids),
      ofSpeaker: (speaker, page) => table.ofSpeaker(speaker, page),
      ofSources: (scope, ids) => table.ofSources(scope, ids),
      countOfScope: (scope, filter) => table.countOfScope(scope, filter),
    }
    this.log = {
      accessed: accesses => log.accessed(accesses),
      recallOf: id => log.recallOf(id),
      lastRecall: (scope, chat_id) => log.lastRecall(scope, chat_id),
      stats: ({ since, most }) => {
        asked.push(`stats since ${String(since)}, most ${String(most)}`)
        return Promise.resolve(this.accessStats)
      },
    }
    this.search = {
      search: ({ scope }, { text }) => {
        asked.push(`recall ${scope}: ${text}`)
        return Promise.resolve({ quotes: [], most_quotes: 0, words: new Map(), failure: undefined, ...this.recalled })
      },
    }
    this.facts = {
      list: (scope, page) =>
        Promise.resolve(
          pageOf(
            this.memories.filter(each => scope === 'all' || each.scope === scope),
            page,
            each => each.memory_id,
          ),
        ),
      stats: () => Promise.resolve(this.#stats()),
      store: memory => table.add(memory),
    }
  }

  /** Notes what the last reply was given. */
  async keepRecall(record: RecallRecord): Promise<void> {
    await this.#log.recalled(record)
  }

  #stats(): MemoryStats {
    return {
      enabled: this.enabled,
      memories: this.memories.length,
      scopes: new Set(this.memories.map(each => each.scope)).size,
      pending_embedding: 1,
      pending_index: 2,
      space: 'offline-lexical-2',
      min_similarity: 0.2,
      index: { state: 'ok', detail: 'answers' },
    }
  }
}
