import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { z } from 'zod'
import type { AuditEntry } from '../../src/memory/audit-log.ts'
import type { RecallRecord } from '../../src/memory/memory-log.ts'
import { operations, type OperationName } from '../../src/operations/list.ts'
import type { Caller, Operation } from '../../src/operations/operation.ts'
import { OperationRig } from '../support/operations/operation-rig.ts'
import { memoryOf, personOf, sessionOf } from '../support/operations/records.ts'
import { writeSession } from '../support/python-denidin/python-folder.ts'

type JsonSchema = { readonly [key: string]: unknown; readonly properties?: Readonly<Record<string, JsonSchema>> }

/** Names of the fields of a schema, at any depth, that can hold any text. */
const freeTextFields = ({ properties = {}, ...schema }: JsonSchema, name = ''): string[] => [
  ...([schema['type']].flat().includes('string') && schema['enum'] === undefined ? [name] : []),
  ...Object.entries(properties).flatMap(([field, inner]) => freeTextFields(inner, field)),
  ...['anyOf', 'items', 'additionalProperties'].flatMap(key =>
    [schema[key] ?? []].flat().flatMap(inner => freeTextFields(inner as JsonSchema, name)),
  ),
]

/** Text fields that never hold what people said: ids, times, names of people and of components, our own sentences. */
const WORDLESS = new Set([
  'after',
  'at',
  'before',
  'conversation',
  'created_at',
  'detail',
  'failure',
  'former_names',
  'from',
  'index_detail',
  'kind',
  'last_access',
  'last_active',
  'last_at',
  'lid',
  'llm_model',
  'local_time',
  'memory_id',
  'model',
  'name',
  'newest',
  'next',
  'next_at',
  'oldest',
  'part',
  'person_id',
  'phone',
  'promoted_ids',
  'demoted_ids',
  'merged_ids',
  'provider',
  'purpose',
  'reason',
  'session_id',
  'space',
  'started_at',
  'store',
  'timestamp',
  'access_type',
  'until',
  'username',
  'value',
  'variable',
  'verdict',
  'version',
  'who',
  'zone',
])

const list = Object.entries<Operation>(operations)
const isAudited = ({ audit }: Pick<Operation, 'audit'>): boolean => audit === 'reads' || audit === 'changes'

/**
 * Text fields of budgets: names of agents, profiles and tasks, days, chats and currencies, our own sentences, words of the
 * task that the call itself gives, and the pattern files of the operator.
 */
const OF_BUDGETS = new Set([
  'action',
  'agent',
  'agents',
  'because',
  'begun_at',
  'chat',
  'cheaper_model',
  'currency',
  'day',
  'fallback',
  'file',
  'id',
  'last_used',
  'message',
  'notice',
  'path',
  'previous',
  'prices_as_of',
  'problem',
  'profile',
  'since',
  'target_profile',
  'task_id',
  'text',
  'to',
  'usage_id',
  'warnings',
])

/** Text fields of jobs: their names, and what runs them when. */
const OF_JOBS = new Set([
  'cron',
  'job',
  'last_run',
  'next_run',
  'operation',
  'outcome',
  'problem',
  'summary',
  'time_zone',
])

/** Text fields of the archive: paths of files, checksums, numbers, and our own sentences. */
const OF_ARCHIVE = new Set([
  'completed_at',
  'destination_checksum',
  'examples',
  'file',
  'notes',
  'path',
  'source_checksum',
  'source_type',
  'started_by',
])

/** Text fields of chats: their addresses, and days. */
const OF_CHATS = new Set(['chat_id', 'last_message_at'])

/** Text fields of backups: ids, paths, versions, checksums, and our own sentences about pieces and tables. */
const OF_BACKUPS = new Set([
  'backup_id',
  'database',
  'deleted',
  'denidin_version',
  'folder',
  'id',
  'parent',
  'path',
  'problem',
  'problems',
  'recipient',
  'sealed',
  'sha256',
  'staged_at',
  'verified_at',
  'target',
  'targets',
  'newest',
  'copied',
  'last_success',
  'failing_since',
  'identity_file',
])

/** Text fields of tokens: ids, scopes, days, and the person that the operator confined a token to. */
const OF_TOKENS = new Set(['expires_at', 'last_used_at', 'person', 'scopes', 'token_id'])

/** Text fields of rollouts: stages, times, days, who changed a stage and why, and our own sentences. */
const OF_ROLLOUTS = new Set([
  'by',
  'command',
  'counted',
  'from_day',
  'from_stage',
  'notes',
  'paused_because',
  'since',
  'since_because',
  'stage',
  'step',
  'to_stage',
  'wider_from',
])

/** Names of metrics and values of their labels, of which none is about a person, and the same as one text. */
const OF_METRICS = new Set(['metric', 'labels', 'text'])
/** Text fields of the knowledge folder: paths and names of the operator's files, days, and our own sentences. */
const OF_KNOWLEDGE = new Set(['file', 'folder', 'modified_at', 'path', 'read_at', 'reason'])

/** Text fields of migrations: versions, ids and names of migrations and databases, and errors of SQLite about them. */
const OF_MIGRATIONS = new Set([
  'backup_id',
  'completed_at',
  'denidin_version',
  'error',
  'from_commit',
  'from_version',
  'migrations',
  'name',
  'pending',
  'schema',
  'started_at',
  'to_version',
  'written_by',
])

const OF_GROUPS: Readonly<Record<string, ReadonlySet<string>>> = {
  api: OF_TOKENS,
  archive: OF_ARCHIVE,
  backup: OF_BACKUPS,
  chat: OF_CHATS,
  budget: OF_BUDGETS,
  ingest: OF_ARCHIVE,
  data: new Set(['file']),
  jobs: OF_JOBS,
  metrics: OF_METRICS,
  knowledge: OF_KNOWLEDGE,
  migrate: OF_MIGRATIONS,
  report: OF_ARCHIVE,
  rollout: OF_ROLLOUTS,
}

// The answer of `memory.forget` names what went; the erasure writes its own line in the audit log.
test.each(list.filter(([name, operation]) => !isAudited(operation) && name !== 'memory.forget'))(
  '%s is not audited: no field of its output can hold what people said',
  (name, operation) => {
    const known =
      Object.entries(OF_GROUPS).find(([group]) => `${name}.`.startsWith(`${group}.`))?.[1] ?? new Set<string>()
    const wordless = WORDLESS.union(known)
    const schema = z.toJSONSchema(operation.output, { unrepresentable: 'any' }) as JsonSchema
    expect(freeTextFields(schema).filter(field => !wordless.has(field))).toEqual([])
  },
)

test('an operation whose output holds what people said is found', () => {
  const fields = Object.entries<Operation>({ show: operations['memory.show'], say: operations['chat.say'] }).map(
    ([, { output }]) => freeTextFields(z.toJSONSchema(output) as JsonSchema).filter(field => !WORDLESS.has(field)),
  )
  expect(fields).toEqual([
    expect.arrayContaining(['text', 'quote']),
    expect.arrayContaining(['replies', 'response', 'prompt']),
  ])
})

const operator: Caller = { transport: 'cli', level: 'operator' }
const dana = personOf('p1', '15550001111', 'client', 'Dana')
const chat: Caller = {
  transport: 'chat',
  level: 'anyone',
  person: dana,
  chat: { chat_id: '15550001111@c.us', scope: 'person:p1', message_id: 'm-command' },
}

const setUp = (): OperationRig => {
  const rig = new OperationRig()
  rig.chats.sending = { send: async () => ({ chat_id: '15550001111@c.us', message_id: 'w9' }) }
  rig.instance = { ...rig.instance, started_at: 0, godfather_phone: '15550001111' }
  rig.people.persons.push(dana, personOf('p2', '15550002222'))
  rig.memory.memories.push(memoryOf('m1', 'person:p1', 'likes tea'), memoryOf('m2', 'person:p2', 'likes coffee'))
  rig.memory.recalled = {
    memories: [{ memory: memoryOf('m1', 'person:p1', 'likes tea'), similarity: 0.5, recency: 1, score: 0.6 }],
  }
  const spoken = {
    message_id: 'w1',
    role: 'user',
    content: 'hello',
    sender_name: undefined,
    person_id: 'p1',
    timestamp: 0,
    tokens: 1,
  } as const
  rig.sessions.details.push(sessionOf('s1', 'person:p1', { window: [spoken] }))
  rig.memory.learning = {
    enabled: true,
    ofSession: () =>
      Promise.resolve({
        provider: 'pattern',
        extraction_time_ms: 1,
        memory_ids: ['m9'],
        entity_ids: [],
        relationship_ids: [],
        removed_ids: [],
        added: 1,
        restated: 0,
        ended: 0,
      }),
    ofText: () => Promise.reject(new Error('not asked for')),
    ofMessages: () => Promise.reject(new Error('not asked for')),
  }
  return rig
}

/** What the last reply of Dana's chat was based on. */
const LAST_REPLY: RecallRecord = {
  recall_id: 'r1',
  scope: 'person:p1',
  chat_id: '15550001111@c.us',
  at: 0,
  budget: {
    role: 'client',
    profile: 'client',
    complexity: 'simple',
    raised: false,
    detected: 'simple',
    confidence: 0.5,
    signals: [],
    need: 'session',
    budget: 2000,
    demand: 100,
    scopes: { recent: { allotted: 100, taken: 100, count: 1, demand: 100 } },
    alerts: [],
    left: [],
  },
  items: [
    { memory_id: 'm1', message_id: undefined, similarity: 0.5, score: 0.6, given_as: 'recall' },
    { memory_id: undefined, message_id: 'w1', similarity: undefined, score: 0.4, given_as: 'recall' },
  ],
}

const python = mkdtempSync(join(tmpdir(), 'denidin-test-'))
writeSession(python, { id: 's1', chat: '15550001111@c.us', messages: [{ role: 'user', content: 'hi there' }] })
afterAll(() => {
  rmSync(python, { recursive: true, force: true })
})

/** A call of every audited operation, and the lines that it writes besides its own name and `by`. */
const audited: Readonly<Record<string, readonly [caller: Caller, input: object, lines: readonly object[]]>> = {
  'api.token_create': [
    operator,
    { name: 'kitchen', person: 'p1' },
    [{ operation: 'api.token_create kitchen', whose: 'person:p1' }],
  ],
  'archive.messages': [
    operator,
    {},
    [
      { whose: 'person:p1', message_ids: ['w1'] },
      { whose: 'archive', counts: { messages: 1 } },
    ],
  ],
  'archive.search': [
    operator,
    { query: 'tea' },
    [
      { whose: 'person:p1', message_ids: ['w1'] },
      { whose: 'archive', counts: { messages: 1 } },
    ],
  ],
  'backup.copy': [operator, {}, [{ operation: 'backup.copy nas cloud', whose: 'everyone' }]],
  'backup.create': [
    operator,
    {},
    [{ operation: 'backup.create 2026-11-20T023000Z-incremental-abcd', whose: 'everyone', counts: { messages: 40 } }],
  ],
  'backup.restore': [
    operator,
    {},
    [{ operation: 'backup.restore 2026-11-20T023000Z-incremental-abcd', whose: 'everyone' }],
  ],
  'backup.start': [
    operator,
    {},
    [{ operation: 'backup.start 2026-11-20T023000Z-incremental-abcd', whose: 'everyone', counts: { messages: 40 } }],
  ],
  'backup.verify': [
    operator,
    {},
    [{ operation: 'backup.verify 2026-11-20T023000Z-incremental-abcd', whose: 'everyone' }],
  ],
  'budget.explain': [operator, { message: 'r1' }, [{ whose: 'person:p1', memory_ids: ['m1'], message_ids: ['w1'] }]],
  'chat.say': [operator, { message: 'hi' }, [{ whose: 'person:p1', counts: { replies: 1 } }]],
  'chat.send': [operator, { person: 'p1', text: 'ready' }, [{ whose: 'person:p1', counts: { messages: 1 } }]],
  'ingest.denidin': [
    operator,
    { folder: python },
    [
      {
        operation: 'ingest.denidin history',
        whose: 'person:p1',
        counts: { added: 1, duplicates: 0, forgotten: 0, learned: 0 },
      },
    ],
  ],
  'ingest.load': [operator, { file: '/a.jsonl' }, [{ whose: 'archive', counts: { added: 2, duplicates: 1 } }]],
  'ingest.load_extraction': [
    operator,
    { file: '/a.jsonl' },
    [{ whose: 'archive', counts: { added: 2, duplicates: 1 } }],
  ],
  'ingest.rejected': [operator, { run_id: 1 }, [{ whose: 'archive', counts: { lines: 1 } }]],
  'memory.about': [chat, { query: 'tea' }, [{ whose: 'person:p1', memory_ids: ['m1'], message_ids: [] }]],
  'memory.export': [chat, {}, [{ whose: 'person:p1', counts: { records: 3 } }]],
  'memory.extract': [operator, { session_id: 's1' }, [{ whose: 'person:p1', memory_ids: ['m9'] }]],
  'memory.list': [
    operator,
    {},
    [
      { whose: 'person:p1', memory_ids: ['m1'] },
      { whose: 'person:p2', memory_ids: ['m2'] },
    ],
  ],
  'memory.remember': [chat, { text: 'likes tea' }, [{ whose: 'person:p1', memory_ids: ['explicit-m-command'] }]],
  'memory.search': [operator, { query: 'tea', person: 'p1' }, [{ whose: 'person:p1', memory_ids: ['m1'] }]],
  'memory.show': [operator, { memory_id: 'm2' }, [{ whose: 'person:p2', memory_ids: ['m2'] }]],
  'memory.why': [chat, {}, [{ whose: 'person:p1', memory_ids: ['m1'], message_ids: ['w1'] }]],
  'migrate.confirm': [operator, {}, [{ whose: 'everyone', counts: { ended: 2 } }]],
  'migrate.rollback': [
    operator,
    { backup_id: '2026' },
    [{ operation: 'migrate.rollback 2026-11-20T023000Z-incremental-abcd', whose: 'everyone' }],
  ],
  'migrate.run': [operator, {}, [{ whose: 'everyone', counts: { migrated: 2, facts: 5 } }]],
  'people.merge': [operator, { person: 'p1', other: 'p2' }, [{ whose: 'person:p1' }, { whose: 'person:p2' }]],
  'people.privacy': [chat, { learning: 'off' }, [{ operation: 'people.privacy off', whose: 'person:p1' }]],
  'report.make': [operator, { report: 'session', session: 's1' }, [{ whose: 'person:p1', counts: { messages: 2 } }]],
  'session.reset': [chat, {}, [{ whose: 'person:p1', counts: { messages: 4 } }]],
  'session.show': [operator, { session_id: 's1' }, [{ whose: 'person:p1', message_ids: ['w1'] }]],
}

test('the table below covers every audited operation', () => {
  expect(Object.keys(audited)).toEqual(
    list
      .filter(([, operation]) => isAudited(operation))
      .map(([name]) => name)
      .sort(),
  )
})

test.each(Object.entries(audited))(
  '%s writes whom it was about to the audit log',
  async (name, [caller, input, lines]) => {
    const rig = setUp()
    await rig.memory.keepRecall(LAST_REPLY)
    rig.reportRead = [{ scope: 'person:p1', messages: 2 }]
    await rig.runner().run(name, input, { caller, confirmed: true })
    const by = caller === operator ? 'operator' : 'p1'
    expect(rig.audited).toEqual(lines.map((line): AuditEntry => ({ operation: name, by, ...line }) as AuditEntry))
  },
)

test.each<[OperationName, Caller, object]>([
  ['people.privacy', chat, {}],
  ['memory.why', chat, {}],
  ['memory.list', { ...chat, person: personOf('p3', '15550003333'), chat: { chat_id: 'c', scope: 'person:p3' } }, {}],
])('%s writes nothing when no memory was read or changed', async (name, caller, input) => {
  const rig = setUp()
  await rig.runner().run(name, input, { caller })
  expect(rig.audited).toEqual([])
})

test.each<[OperationName, Caller, object, string]>([
  ['memory.show', chat, { memory_id: 'm1' }, 'forbidden'],
  ['memory.list', chat, { person: 'p2' }, 'forbidden'],
  ['session.show', operator, { session_id: 'none' }, 'not_found'],
  ['memory.search', operator, { query: '' }, 'invalid_input'],
  ['people.merge', operator, { person: 'p1', other: 'p2' }, 'confirmation_needed'],
])('%s writes nothing when it is refused or fails', async (name, caller, input, code) => {
  const rig = setUp()
  await expect(rig.runner().run(name, input, { caller })).rejects.toMatchObject({ code })
  expect(rig.audited).toEqual([])
})

test('every operation names at most ten fields of the context, and no group of it has more', () => {
  // `jobs.run` names what its jobs do, each of them at most ten.
  const { 'jobs.run': _jobs, ...others } = operations
  const most = Math.max(...Object.values(others).map(({ uses }) => uses.length))
  expect(most).toBeLessThanOrEqual(10)
  const groups = Object.groupBy(new Set(Object.values(operations).flatMap(({ uses }) => [...uses])), field =>
    String(field.split('.')[0]),
  )
  for (const fields of Object.values(groups)) expect(fields?.length).toBeLessThanOrEqual(10)
})
