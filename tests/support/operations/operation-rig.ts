// The whole context of all operations, for tests of the list and of the interfaces over it. A test of one operation
// makes a runner of its own with the fakes that this operation uses (operation-runner.ts, fakes.ts).
import { createSqliteApiTokens } from '../../../src/access/sqlite/sqlite-api-tokens.ts'
import { allMigrations } from '../../../src/app/stores.ts'
import { Database } from '../../../src/database/sqlite/database.ts'
import type { ArchiveAnswer } from '../../../src/archive/archive-search.ts'
import type { ExtractionRun } from '../../../src/archive/extraction-run.ts'
import type { IngestReport } from '../../../src/ingest/ingest-report.ts'
import { createReflectionPruning } from '../../../src/learning/reflection-pruning.ts'
import { createSqliteReflections } from '../../../src/learning/sqlite/sqlite-reflections.ts'
import type { AuditEntry } from '../../../src/memory/audit-log.ts'
import { createSqliteMessageErasure } from '../../../src/messages/sqlite/sqlite-message-erasure.ts'
import type { OperationContext } from '../../../src/operations/context.ts'
import { operations as allOperations, type Operations } from '../../../src/operations/list.ts'
import type { Runner } from '../../../src/operations/runner.ts'
import { createSqlitePreferences } from '../../../src/people/sqlite/sqlite-preferences.ts'
import { randomSecret } from '../../../src/platform/ids.ts'
import { silentLogger, type Logger } from '../../../src/platform/logger.ts'
import type { ForgetReport } from '../../../src/privacy/erasure.ts'
import { noBudgetUsage } from '../../../src/budget/usage/budget-usage-log.ts'
import { ProfileSource } from '../../../src/budget/profiles/profile-source.ts'
import { createSqliteTurnFigures } from '../../../src/rollout/sqlite/sqlite-turn-figures.ts'
import { ALL } from '../../../src/rollout/stage.ts'
import type { WrittenReport } from '../../../src/reports/report-writer.ts'
import type { CostTotal } from '../../../src/usage/cost-reader.ts'
import { noPrices } from '../../../src/usage/prices/price-book.ts'
import { fakeRecord } from './fake-record.ts'
import { FakeTargets } from './fake-targets.ts'
import { FakeBackups, FakeMigrations } from './fake-backups.ts'
import { FakeMemory } from './fake-memory.ts'
import { FAKE_TRAFFIC, FakeChats, FakePeople, FakeSessions, FakeSystem, INSTANCE, type Asked } from './fakes.ts'
import { createSqliteKnowledgeFiles } from '../../../src/knowledge/sqlite/sqlite-knowledge-files.ts'
import { createSqliteImportedMessages } from '../../../src/messages/sqlite/sqlite-imported-messages.ts'
import { unregisteredNames } from '../../../src/messages/member-names.ts'
import { runnerOf } from './operation-runner.ts'
import { noFile } from '../no-file.ts'
import { testSetAside } from '../test-set-aside.ts'

const REPORT: ForgetReport = { messages: 2, memories: 1, stores: {}, residue: 0, index: 'done' }

const COUNTS = { messages_extracted: 3, new_unique_messages: 2, duplicate_messages: 1, errors_count: 1 }

/** Two messages of the archive: one that a person said to the bot, and a line of a log. */
const FOUND: ArchiveAnswer = {
  messages: [
    {
      seq: 2,
      role: 'user',
      source_type: 'denidin',
      scope: 'person:p1',
      message_id: 'w1',
      at: 1,
      snippet: [{ text: 'tea', matches: true }],
    },
    { seq: 1, role: 'system', source_type: 'debug', snippet: [{ text: 'tea', matches: true }] },
  ],
  notes: { as_plain_words: false, no_words: false, ignored_star: false, any_word: false, corrected: [], waiting: 0 },
}

const REJECTED = [{ line: 4, reason: 'the line is not JSON', excerpt: '{"a' }]

const LOADED: IngestReport = {
  files: [
    {
      file: '',
      source_type: 'history',
      run_id: 1,
      status: 'completed',
      lines: 4,
      ...COUNTS,
      forgotten_messages: 0,
      rejected: REJECTED,
      resumed: false,
      notes: undefined,
    },
  ],
  totals: [{ source_type: 'history', files: 1, unchanged: 0, ...COUNTS, forgotten_messages: 0 }],
  skipped: [],
  duration_ms: 500,
}

const RUN: ExtractionRun = {
  run_id: 1,
  source_type: 'history',
  phase: 1,
  source_file: '=history.jsonl',
  file_size_bytes: 9,
  source_checksum: 'aa',
  destination_checksum: 'aa',
  position: 9,
  ahead: 0,
  lines: 4,
  ...COUNTS,
  forgotten_messages: 0,
  started_by: 'operator',
  started_at: 0,
  completed_at: 500,
  status: 'completed',
  notes: undefined,
}

const RUNS: readonly ExtractionRun[] = [2, 1].map(run_id => ({ ...RUN, run_id }))

/** A test sets what is there and looks at what was asked of the fakes. */
export class OperationRig implements OperationContext {
  readonly asked: Asked = []
  costTotals: readonly CostTotal[] = []
  readonly audited: AuditEntry[] = []
  instance = INSTANCE
  report = REPORT
  readonly system = new FakeSystem(this.asked)
  readonly budget: OperationContext['budget'] = {
    profiles: new ProfileSource({ file: noFile('budget-profiles.json'), logger: silentLogger }),
    patterns: {
      load: () => Promise.reject(new Error('no patterns')),
      finish: () => Promise.resolve(),
    },
    settings: { use_profiles: true, manual_tokens: 20_000, usage: { log: true } },
    usage: noBudgetUsage,
  }
  readonly analysis: OperationContext['analysis'] = {
    usage: {
      files: () => Promise.resolve([]),
      inMemory: () => Promise.resolve({ open: [], entries: [] }),
      openLoads: () => Promise.resolve([]),
    },
    profileFile: { edit: () => Promise.reject(new Error('no file')) },
    caps: { client: 4000, godfather: 100_000 },
    reports: {
      files: {
        write: name => {
          this.asked.push(`report ${name}`)
          return Promise.resolve(`${name}.md`)
        },
      },
      history: { add: today => Promise.resolve([today]) },
      measure: () => Promise.resolve({ data_bytes: 1, free_bytes: 1e12, pattern_tokens: 0 }),
      tell: () => Promise.resolve(false),
    },
    models: [],
  }
  reportRead: WrittenReport['read'] = []
  readonly reports: OperationContext['reports'] = {
    writer: {
      write: async request => {
        this.asked.push(`report ${JSON.stringify(request)}`)
        return { start_date: null, end_date: null, rows: 0, text: '{}', read: this.reportRead }
      },
    },
    scheduled: {
      write: async () => {
        this.asked.push('scheduled reports')
        return [{ name: 'timeline', file: 'reports/archive/2026-11-20-timeline.html' }]
      },
    },
  }
  readonly costs: OperationContext['costs'] = {
    totals: { costs: async () => this.costTotals },
    prices: noPrices,
    spending: { spent: () => ({ cost: 0n, tokens: 0n }), top: () => [] },
    limits: { levels: () => [] },
  }
  readonly chats = new FakeChats(this.asked)
  readonly #database = new Database(':memory:', allMigrations)
  readonly memory = new FakeMemory(this.#database, this.asked)
  readonly people: FakePeople & OperationContext['people'] = Object.assign(new FakePeople(this.asked), {
    preferences: createSqlitePreferences(this.#database),
  })
  readonly reflections = createSqliteReflections(this.#database)
  readonly sessions: FakeSessions & OperationContext['sessions'] = Object.assign(new FakeSessions(this.asked), {
    reflections: this.reflections,
    pruneReflections: createReflectionPruning({
      reflections: this.reflections,
      audit: { write: entry => this.audited.push(entry) },
      setAside: testSetAside(),
      clock: this.system.clock,
      logger: silentLogger,
      retention_days: 90,
    }),
  })
  readonly messages: OperationContext['messages'] = {
    search: this.memory.search,
    history: createSqliteMessageErasure(this.#database),
    traffic: FAKE_TRAFFIC,
    imports: {
      people: { resolve: () => Promise.reject(new Error('no one new is met')) },
      messages: createSqliteImportedMessages(this.#database),
      forgotten: { isForgotten: () => false },
      members: unregisteredNames,
      preferences: this.people.preferences,
      tokens: { count: text => text.length, cut: text => text },
    },
  }
  readonly knowledge: OperationContext['knowledge'] = {
    folder: {
      scan: async ({ progress }) => {
        this.asked.push('scan')
        progress?.(1, 1)
        return { added: 1, updated: 0, removed: 0, waiting: 0, next_ms: undefined, unreadable: [] }
      },
    },
    files: createSqliteKnowledgeFiles(this.#database),
    reads: true,
  }
  readonly archive: OperationContext['archive'] = {
    loads: {
      records: {
        begin: async start => ({ ...RUN, ...start }),
        record: async () => undefined,
        end: async (_run_id, end) => ({ ...RUN, ...end }),
      },
      load: async ({ path, phase, dry_run }) => {
        this.asked.push(
          `load ${path}${phase === undefined ? '' : ` as phase ${String(phase)}`}${dry_run ? ', dry' : ''}`,
        )
        return { ...LOADED, files: LOADED.files.map(file => ({ ...file, file: path })) }
      },
      runs: async ({ before, limit }) =>
        RUNS.filter(run => before === undefined || run.run_id < before).slice(0, limit),
      rejectedLines: async ({ run_id, after, limit }) =>
        run_id === 1 ? REJECTED.filter(({ line }) => line > after).slice(0, limit) : undefined,
    },
    search: {
      search: async question => {
        this.asked.push(`search ${question.query ?? 'everything'} ${JSON.stringify(question.access)}`)
        return FOUND
      },
    },
    maintenance: {
      verify: async check_hashes => ({ messages: 3, runs: 1, hashes_checked: check_hashes ? 3 : 0, findings: [] }),
      rebuild: async backs_up => ({ backup: backs_up ? '/copy.db' : undefined, messages: 3, changed: 1, merged: 0 }),
    },
  }
  readonly api: OperationContext['api'] = {
    tokens: createSqliteApiTokens(this.#database),
    newSecret: randomSecret,
  }
  readonly backup = {
    backups: new FakeBackups(this.asked),
    targets: new FakeTargets(this.asked),
    migrations: new FakeMigrations(this.asked),
    ...fakeRecord(this.asked),
    keys: {
      create: async (file: string | undefined) => ({
        file: file ?? '/config/backup-identity.txt',
        recipient: 'age1key',
      }),
    },
    settings: { scheduled: true, encryption: { identity_file: undefined } },
  }
  readonly rollout: OperationContext['rollout'] = {
    stages: {
      has: () => Promise.resolve(true),
      stageOf: () => ALL,
      changeOf: () => undefined,
      states: () => Promise.resolve([]),
      changes: () => Promise.resolve([]),
      set: ({ feature, to, by, reason, force = false }) =>
        Promise.resolve({ feature, from: ALL, to, at: 0, by, reason, forced: force }),
    },
    figures: {
      ...createSqliteTurnFigures(this.#database),
      write: () => Promise.resolve(),
    },
    settings: {
      auto_pause: true,
      limits: {
        window_ms: 1,
        min_answers: 1,
        max_error_percent: 5,
        max_response_ms: 1000,
        max_cost_per_answer: undefined,
      },
    },
  }
  readonly privacy: OperationContext['privacy'] = {
    lost: { rebuild: async () => ({ deletions: 0, unfinished: 0, messages: 0 }) },
    erasure: {
      everything: ({ person_id }) => {
        this.asked.push(`forget everything of ${person_id}`)
        return Promise.resolve(this.report)
      },
      things: ({ person_id }, { memories = [], messages = [] }) => {
        const ids = [...memories.map(each => each.memory_id), ...messages.map(each => each.message_id)]
        this.asked.push(`forget ${ids.join(', ')} of ${person_id}`)
        return Promise.resolve(this.report)
      },
    },
    exporter: {
      export: person_id => Promise.resolve({ file: `exports/${person_id}/x.md`, records: 3, characters: 12 }),
      read: () => Promise.resolve('# Everything'),
    },
  }

  get clock(): FakeSystem['clock'] {
    return this.system.clock
  }

  /** A runner over the list, or over the operations that are given. */
  runner(logger: Logger = silentLogger, operations: Operations = allOperations): Runner {
    const { asked, audited, clock } = this
    const running = (): boolean => this.instance.started_at !== undefined
    return runnerOf({ operations, context: this, asked, audited, running, logger, clock })
  }
}
