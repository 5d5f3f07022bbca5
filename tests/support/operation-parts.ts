import type { Pause } from '../../src/conversation/pauses.ts'
import type { ConsoleMessage } from '../../src/channels/console/console-channel.ts'
import { noConsciousAgent } from '../../src/learning/agent/conscious-agent.ts'
import { createReflectionPruning } from '../../src/learning/reflection-pruning.ts'
import { createSqliteReflections } from '../../src/learning/sqlite/sqlite-processed-messages.ts'
import type { ResetOutcome, SweepReport } from '../../src/learning/session-lifecycle.ts'
import type { AccessStats } from '../../src/memory/memory-log.ts'
import type { MemoryStats } from '../../src/memory/long-term-memory.ts'
import type { SearchHits } from '../../src/retrieval/search-service.ts'
import { noVectorMaintenance } from '../../src/vectors/maintenance/no-vector-maintenance.ts'
import { PLAIN_MEMORY, type MemoryRecord } from '../../src/memory/memory.ts'
import type { Scope } from '../../src/messages/scope.ts'
import type { OperationDeps } from '../../src/operations/dependencies.ts'
import type { NameHistory } from '../../src/people/people.ts'
import type { Person, Role } from '../../src/people/person.ts'
import { DenidinError } from '../../src/platform/errors.ts'
import type { Checkup, HealthCheck } from '../../src/platform/health.ts'
import type { LogFields, Logger } from '../../src/platform/logger.ts'
import { systemIds } from '../../src/platform/ids.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { phoneDigits } from '../../src/platform/phone.ts'
import type { SessionDetails } from '../../src/sessions/session.ts'
import { FakeClock } from './fake-clock.ts'
import { createYoursParts } from './yours-parts.ts'

/** A person with one phone. */
export const personOf = (person_id: string, phone: string, role: Role = 'client', name?: string): Person => ({
  person_id,
  name,
  identities: [{ kind: 'phone', value: phone }],
  role,
  created_at: Date.parse('2026-11-01T08:00:00Z'),
})

export const sessionOf = (session_id: string, scope: Scope, part: Partial<SessionDetails> = {}): SessionDetails => ({
  session_id,
  scope,
  chat_id: 'console:15550001111',
  state: 'active',
  created_at: Date.parse('2026-11-20T08:00:00Z'),
  last_active: Date.parse('2026-11-20T09:00:00Z'),
  messages: 0,
  attempts: 0,
  window: [],
  window_tokens: 0,
  ...part,
})

export const memoryOf = (memory_id: string, scope: Scope, text: string): MemoryRecord => ({
  ...PLAIN_MEMORY,
  memory_id,
  scope,
  person_ids: [],
  kind: 'session_summary',
  text,
  session_id: `session-of-${memory_id}`,
  said_from: Date.parse('2026-11-10T08:00:00Z'),
  said_to: Date.parse('2026-11-10T09:00:00Z'),
  valid_from: Date.parse('2026-11-10T08:00:00Z'),
  created_at: Date.parse('2026-11-10T10:00:00Z'),
})

/** A log that keeps its lines, for tests that look at what is logged. */
export interface KeptLog extends Logger {
  readonly lines: { level: string; component: string; message: string; fields: LogFields }[]
}

export const keptLog = (): KeptLog => {
  const lines: KeptLog['lines'] = []
  const child = (component: string): KeptLog => {
    const write =
      (level: string) =>
      (message: string, fields: LogFields = {}): void => {
        lines.push({ level, component, message, fields })
      }
    return {
      lines,
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
      for: child,
    }
  }
  return child('test')
}

/** The parts that operations stand on, held in memory; a test puts in what is there and looks at what was asked. */
export class OperationParts implements OperationDeps {
  readonly clock = new FakeClock()
  readonly ids = systemIds
  readonly metrics = createMetrics()
  readonly persons: Person[] = []
  readonly details: SessionDetails[] = []
  readonly memories: MemoryRecord[] = []
  /** What was asked of the parts, in order. */
  readonly asked: string[] = []
  readonly said: ConsoleMessage[] = []

  about: OperationDeps['about'] = {
    version: '1.2.3',
    started_at: undefined,
    memory_system_enabled: true,
    extraction_enabled: true,
    godfather_phone: undefined,
  }
  checks: HealthCheck[] = []
  checkups: Checkup[] = []
  learning: OperationDeps['learning'] = undefined
  resetOutcome: ResetOutcome = { session_id: 's1', messages: 4, memory: 'stored' }
  sweepReport: SweepReport = { found: 3, stored: 2, failed: 1, dead: 0 }
  recalled: Pick<SearchHits, 'memories'> & Partial<SearchHits> = { memories: [] }
  memoryEnabled = true
  /** What each saying is answered with. */
  answer: (message: ConsoleMessage) => Promise<readonly string[]> = message =>
    Promise.resolve([`you said: ${message.text}`])

  readonly yours = createYoursParts(this.asked)
  readonly pausesHeld: Pause[] = []
  readonly pauses: OperationDeps['pauses'] = {
    at: scope => Promise.resolve(this.pausesHeld.find(each => each.scope === scope)),
    begin: pause => {
      this.pausesHeld.push(pause)
      return Promise.resolve()
    },
    end: scope => {
      const index = this.pausesHeld.findIndex(each => each.scope === scope)
      if (index >= 0) this.pausesHeld.splice(index, 1)
      return Promise.resolve(index >= 0)
    },
    list: () => Promise.resolve(this.pausesHeld),
  }

  names: NameHistory = { former: [], taken_over: [] }

  readonly people: OperationDeps['people'] = {
    find: person_id => Promise.resolve(this.persons.find(each => each.person_id === person_id)),
    lookUp: reference => {
      const digits = phoneDigits(reference)
      return Promise.resolve(
        this.persons.find(
          each => each.person_id === reference || each.identities.some(identity => identity.value === digits),
        ),
      )
    },
    list: page => Promise.resolve(pageOf(this.persons, page, each => each.person_id)),
    setRole: (person_id, role) => {
      const index = this.persons.findIndex(each => each.person_id === person_id)
      const person = this.persons[index]
      if (person === undefined) return Promise.reject(new DenidinError('not_found', 'no such person'))
      const changed = { ...person, role }
      this.persons[index] = changed
      this.asked.push(`setRole ${person_id} ${role}`)
      return Promise.resolve(changed)
    },
    merge: (one, other) => {
      this.asked.push(`merge ${one} ${other}`)
      return Promise.resolve(this.persons.find(each => each.person_id === one) as Person)
    },
    nameHistory: () => Promise.resolve(this.names),
  }

  readonly sessions: OperationDeps['sessions'] = {
    list: page =>
      Promise.resolve(
        pageOf(
          this.details.filter(each => page.state === undefined || each.state === page.state),
          page,
          each => each.session_id,
        ),
      ),
    show: session_id => Promise.resolve(this.details.find(each => each.session_id === session_id)),
    counts: () => {
      const counts = { active: 0, closed: 0, stored: 0, dead: 0, purged: 0 }
      for (const { state } of this.details) counts[state]++
      return Promise.resolve(counts)
    },
  }

  accessStats: AccessStats = { total_accesses: 0, distinct_memories: 0, by_type: {}, top: [], recent: [] }

  readonly memoryLog: OperationDeps['memoryLog'] = {
    stats: ({ since, most }) => {
      this.asked.push(`stats since ${String(since)}, most ${String(most)}`)
      return Promise.resolve(this.accessStats)
    },
  }

  readonly memoryStore: OperationDeps['memoryStore'] = {
    get: (scope, ids) =>
      Promise.resolve(this.memories.filter(each => each.scope === scope && ids.includes(each.memory_id))),
    scopesOf: ids =>
      Promise.resolve(
        new Map(this.memories.filter(each => ids.includes(each.memory_id)).map(each => [each.memory_id, each.scope])),
      ),
  }

  agent: OperationDeps['agent'] = noConsciousAgent(6)

  readonly reflections = createSqliteReflections(this.yours.database)
  readonly pruneReflections = createReflectionPruning({
    reflections: this.reflections,
    audit: this.yours.audit,
    clock: this.clock,
    logger: keptLog(),
    retention_days: 90,
  })

  readonly closing: OperationDeps['closing'] = {
    reset: scope => {
      this.asked.push(`reset ${scope}`)
      return Promise.resolve(this.resetOutcome)
    },
    relearn: () => Promise.resolve(),
    sweep: options => {
      this.asked.push('sweep')
      options?.progress?.(1, 3)
      return Promise.resolve(this.sweepReport)
    },
    purge: () => {
      this.asked.push('purge')
      return Promise.resolve({ purged: 5 })
    },
  }

  readonly conversation: OperationDeps['conversation'] = {
    resumed: () => {
      this.asked.push('resumed')
    },
    exclusive: async (scope, act) => {
      this.asked.push(`enter ${scope}`)
      try {
        return await act()
      } finally {
        this.asked.push(`leave ${scope}`)
      }
    },
  }

  readonly console: OperationDeps['console'] = {
    say: message => {
      this.said.push(message)
      return this.answer(message)
    },
  }

  readonly usage: OperationDeps['usage'] = {
    totals: ({ since }) => {
      this.asked.push(`usage since ${new Date(since).toISOString()}`)
      return Promise.resolve([
        {
          kind: 'completion',
          purpose: 'reply',
          provider: 'offline',
          model: 'm',
          calls: 7,
          failed: 1,
          input_tokens: 900,
          output_tokens: 100,
        },
      ])
    },
  }

  maintenance: OperationDeps['maintenance'] = noVectorMaintenance

  readonly traffic: OperationDeps['traffic'] = {
    counts: () => Promise.resolve({ inbox_waiting: 2, outbox_waiting: 1, outbox_unconfirmed: 3, outbox_failed: 4 }),
    prune: () => Promise.resolve(7),
  }

  readonly search: OperationDeps['search'] = {
    search: ({ scope }, { text }) => {
      this.asked.push(`recall ${scope}: ${text}`)
      return Promise.resolve({ quotes: [], most_quotes: 0, failure: undefined, ...this.recalled })
    },
  }

  get memory(): OperationDeps['memory'] {
    const stats = (): MemoryStats => ({
      enabled: this.memoryEnabled,
      memories: this.memories.length,
      scopes: new Set(this.memories.map(each => each.scope)).size,
      pending_embedding: 1,
      pending_index: 2,
      space: 'offline-lexical-2',
      min_similarity: 0.2,
      index: { state: 'ok', detail: 'answers' },
    })
    return {
      list: (scope, page) =>
        Promise.resolve(
          pageOf(
            this.memories.filter(each => scope === 'all' || each.scope === scope),
            page,
            each => each.memory_id,
          ),
        ),
      stats: () => Promise.resolve(stats()),
      store: memory => this.yours.memories.add(memory),
    }
  }
}

const pageOf = <T>(
  rows: readonly T[],
  page: { readonly limit: number; readonly before?: string },
  idOf: (row: T) => string,
): readonly T[] => {
  const from = page.before === undefined ? 0 : rows.findIndex(row => idOf(row) === page.before) + 1
  return rows.slice(from, from + page.limit)
}
