/** The routes of the REST API: which operation each runs, where its input comes from, and what a token needs for it. */
import type { TokenScope } from '../../access/api-token.ts'
import type { OperationInput, OperationName, OperationOutput } from '../../operations/list.ts'

export type RestMethod = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** A text that is the answer itself, not a field of it. */
export interface RestDocument {
  readonly text: string
  readonly media_type: string
}

/**
 * One route. Parameters of the path are input fields of the same name; all other input comes from the query (`GET`,
 * `DELETE`) or the JSON body (`POST`, `PUT`).
 */
export interface RestRoute<N extends OperationName = OperationName> {
  readonly method: RestMethod
  /** With parameters in braces. */
  readonly path: string
  readonly run: N
  readonly scope: TokenScope
  /** Unique and stable: programs generated from the OpenAPI document call it by this name. */
  readonly id: string
  /** Names in the request that differ from those of the input: `{ name: 'report' }`. */
  readonly renamed?: Readonly<Record<string, string>>
  /** Input that the route itself gives, and that a request cannot. */
  readonly fixed?: Partial<OperationInput<N>>
  /** What the output says does not exist: answered with 404 and this sentence. */
  missing?(output: OperationOutput<N>): string | undefined
  document?(output: OperationOutput<N>): RestDocument
  /** Input of an example in the OpenAPI document, by the names of the request. */
  readonly example?: Readonly<Record<string, unknown>>
}

type Options<N extends OperationName> = Omit<RestRoute<N>, 'method' | 'path' | 'run' | 'scope' | 'id' | 'renamed'> & {
  readonly renamed?: Readonly<Record<string, keyof OperationInput<N> & string>>
}

const route = <N extends OperationName>(
  call: `${RestMethod} /${string}`,
  run: N,
  scope: TokenScope,
  id: string,
  options?: Options<N>,
): RestRoute => {
  const at = call.indexOf(' ')
  // `run` ties the options to its operation; the list of all routes cannot show it.
  return { ...options, method: call.slice(0, at), path: call.slice(at + 1), run, scope, id } as unknown as RestRoute
}

export const restMenu: readonly RestRoute[] = [
  route('GET /api/stats', 'stats', 'read', 'getStats'),
  route('POST /api/chat', 'chat.say', 'write', 'chat', {
    example: { message: 'When is my dentist appointment?', retrieve_memories: true, top_k: 3 },
  }),
  route('GET /api/memories', 'memory.list', 'read', 'listMemories', { example: { limit: 20, offset: 0 } }),
  route('POST /api/memories', 'memory.remember', 'write', 'addMemory', {
    example: { text: 'The spare key is with the neighbours.' },
  }),
  route('POST /api/memories/search', 'memory.search', 'read', 'searchMemories', {
    example: { query: 'Where is the spare key?' },
  }),
  route('GET /api/memories/{memory_id}', 'memory.show', 'read', 'getMemory'),
  route('DELETE /api/memories/{memory_id}', 'memory.forget', 'write', 'deleteMemory', {
    renamed: { memory_id: 'what' },
    missing: ({ outcome }) => (outcome === 'forgotten' ? undefined : 'there is no such memory'),
  }),

  route('GET /api/v1/messages', 'archive.messages', 'read', 'listMessages', {
    example: { since: '2026-11-01', limit: 20 },
  }),
  route('POST /api/v1/search', 'archive.search', 'read', 'searchMessages', {
    renamed: { project_filter: 'project' },
    example: { query: 'dentist', limit: 10 },
  }),
  route('GET /api/v1/reports/{name}', 'report.make', 'read', 'getReport', {
    renamed: { name: 'report' },
    document: ({ text, media_type }) => ({ text, media_type }),
    example: { name: 'timeline', start_date: '2026-11-01', end_date: '2026-11-30' },
  }),

  route('GET /api/v1/sessions', 'session.list', 'read', 'listSessions'),
  route('GET /api/v1/sessions/{session_id}', 'session.show', 'read', 'getSession'),
  route('POST /api/v1/sessions/reset', 'session.reset', 'write', 'resetSession'),
  route('POST /api/v1/sessions/sweep', 'session.sweep', 'admin', 'sweepSessions'),
  route('POST /api/v1/sessions/purge', 'session.purge', 'admin', 'purgeSessions'),

  route('GET /api/v1/people', 'people.list', 'read', 'listPeople'),
  route('GET /api/v1/people/{person}', 'people.show', 'read', 'getPerson'),
  route('PUT /api/v1/people/{person}/role', 'people.role', 'admin', 'setRole', { example: { role: 'client' } }),
  route('POST /api/v1/people/{person}/block', 'people.block', 'admin', 'blockPerson'),
  route('POST /api/v1/people/{person}/unblock', 'people.unblock', 'admin', 'unblockPerson'),
  route('POST /api/v1/people/{person}/allow', 'people.allow', 'admin', 'allowPerson'),
  route('POST /api/v1/people/{person}/disallow', 'people.disallow', 'admin', 'disallowPerson'),
  route('POST /api/v1/people/{person}/merge', 'people.merge', 'admin', 'mergePeople'),
  route('PUT /api/v1/preferences/language', 'people.language', 'write', 'setLanguage', { example: { language: 'he' } }),
  route('PUT /api/v1/preferences/privacy', 'people.privacy', 'write', 'setPrivacy', { example: { learning: 'off' } }),
  route('PUT /api/v1/preferences/timezone', 'people.timezone', 'write', 'setTimeZone', { example: { zone: 'Berlin' } }),

  route('GET /api/v1/memory/about', 'memory.about', 'read', 'aboutPerson'),
  route('GET /api/v1/memory/why', 'memory.why', 'read', 'whyLastReply'),
  route('GET /api/v1/memory/stats', 'memory.stats', 'read', 'getMemoryStats'),
  route('GET /api/v1/memory/access-stats', 'memory.access_stats', 'read', 'getAccessStats'),
  route('POST /api/v1/memory/export', 'memory.export', 'read', 'exportPerson'),
  route('POST /api/v1/memory/forget', 'memory.forget', 'write', 'forget', { example: { what: 'last' } }),
  route('POST /api/v1/memory/extract', 'memory.extract', 'write', 'extractFacts', {
    example: { user_input: 'My sister Noa moved to Haifa.' },
  }),
  route('POST /api/v1/memory/rebuild', 'memory.rebuild', 'admin', 'rebuildIndex'),
  route('POST /api/v1/memory/verify', 'memory.verify', 'admin', 'verifyIndex'),
  route('POST /api/v1/memory/calibrate', 'memory.calibrate', 'admin', 'calibrateThreshold'),
  route('POST /api/v1/memory/prune-spaces', 'memory.prune_spaces', 'admin', 'pruneSpaces'),
  route('POST /api/v1/memory/prune-reflections', 'memory.prune_reflections', 'admin', 'pruneReflections', {
    example: { days: 90, dry_run: true },
  }),
  route('GET /api/v1/memory/agent', 'memory.agent_status', 'read', 'getAgentStatus'),
  route('POST /api/v1/memory/agent/start', 'memory.agent_start', 'admin', 'startAgent'),
  route('POST /api/v1/memory/agent/stop', 'memory.agent_stop', 'admin', 'stopAgent'),
  route('POST /api/v1/memory/agent/run', 'memory.agent_run', 'admin', 'runAgent'),

  route('GET /api/v1/budget/profiles', 'budget.profiles', 'read', 'listBudgetProfiles'),
  route('POST /api/v1/budget/calculate', 'budget.calculate', 'read', 'calculateBudget', {
    example: { agent_name: 'dbt-expert', agent_type: 'specialists', task: 'Analyze dbt model performance' },
  }),
  route('POST /api/v1/budget/detect', 'budget.detect', 'read', 'detectComplexity', {
    example: { task: 'Design the data architecture of a new platform' },
  }),
  route('POST /api/v1/budget/load', 'budget.load', 'write', 'loadBudget'),
  route('POST /api/v1/budget/loads/{usage_id}/finish', 'budget.finish', 'write', 'finishLoad'),
  route('GET /api/v1/budget/explain/{message}', 'budget.explain', 'read', 'explainBudget'),
  route('GET /api/v1/budget/usage', 'budget.usage', 'read', 'getBudgetUsage'),
  route('GET /api/v1/budget/cost', 'budget.cost', 'read', 'getCost'),
  route('GET /api/v1/budget/spending', 'budget.spending', 'read', 'getSpending'),
  route('GET /api/v1/budget/recommendations', 'budget.recommend', 'read', 'listRecommendations', {
    fixed: { apply: false },
  }),
  route('POST /api/v1/budget/recommendations/apply', 'budget.recommend', 'admin', 'applyRecommendations', {
    fixed: { apply: true },
  }),

  route('GET /api/v1/knowledge', 'knowledge.list', 'read', 'listKnowledge'),
  route('POST /api/v1/knowledge/scan', 'knowledge.scan', 'admin', 'scanKnowledge'),

  route('GET /api/v1/backups', 'backup.list', 'read', 'listBackups'),
  route('POST /api/v1/backups', 'backup.create', 'admin', 'createBackup', { example: { type: 'full' } }),
  route('POST /api/v1/backups/copy', 'backup.copy', 'admin', 'copyBackups'),
  route('POST /api/v1/backups/prune', 'backup.prune', 'admin', 'pruneBackups'),
  route('POST /api/v1/backups/restore', 'backup.restore', 'admin', 'restoreBackup', {
    fixed: { cancel: false },
    example: { point_in_time: '2026-11-29T14:00:00Z' },
  }),
  route('DELETE /api/v1/backups/restore', 'backup.restore', 'admin', 'cancelRestore', { fixed: { cancel: true } }),
  route('GET /api/v1/backups/{backup_id}', 'backup.show', 'read', 'getBackup'),
  route('POST /api/v1/backups/{backup_id}/verify', 'backup.verify', 'admin', 'verifyBackup'),

  route('GET /api/v1/migrations', 'migrate.status', 'read', 'getMigrations'),
  route('POST /api/v1/migrations/rollback', 'migrate.rollback', 'admin', 'rollBackMigration', {
    example: { backup_id: '2026-11-29T023000Z-full-0a1b' },
  }),
  route('GET /api/v1/chats', 'chat.list', 'read', 'listChats'),
  route('POST /api/v1/chats/send', 'chat.send', 'write', 'sendMessage', {
    example: { person: '+15550001111', text: 'Your order is ready.' },
  }),
  route('GET /api/v1/pauses', 'chat.pauses', 'read', 'listPauses'),
  route('POST /api/v1/pauses', 'chat.pause', 'write', 'pauseChat', {
    example: { conversation: '15550001111', minutes: 60 },
  }),
  route('POST /api/v1/pauses/listen', 'chat.listen', 'write', 'listenOnly', {
    example: { conversation: '15550001111' },
  }),
  route('POST /api/v1/whatsapp/restart', 'chat.restart', 'admin', 'restartWhatsApp'),
  route('POST /api/v1/pauses/resume', 'chat.resume', 'write', 'resumeChat'),

  route('GET /api/v1/flags', 'flags', 'read', 'listFlags'),
  route('GET /api/v1/rollout', 'rollout.status', 'read', 'getRollout'),
  route('GET /api/v1/rollout/plan', 'rollout.plan', 'read', 'getRolloutPlan'),
  route('GET /api/v1/rollout/report', 'rollout.report', 'read', 'getRolloutReport'),
  route('PUT /api/v1/rollout/{feature}', 'rollout.set', 'admin', 'setRollout', {
    example: { feature: 'enable_memory_system', stage: 'first-10' },
  }),
  route('GET /api/v1/jobs', 'jobs.list', 'read', 'listJobs'),
  route('GET /api/v1/migrations/memory', 'migrate.memory', 'admin', 'getMemoryMigration'),
  route('POST /api/v1/migrations/memory', 'migrate.run', 'admin', 'migrateMemory'),
  route('POST /api/v1/migrations/memory/confirm', 'migrate.confirm', 'admin', 'confirmMigration'),
  route('POST /api/v1/jobs/{job}/run', 'jobs.run', 'admin', 'runJob'),
  route('GET /api/v1/ingest/runs', 'ingest.runs', 'read', 'listIngestRuns'),
  route('GET /api/v1/ingest/runs/{run_id}/rejected', 'ingest.rejected', 'read', 'listRejectedLines'),
  route('POST /api/v1/archive/verify', 'archive.verify', 'admin', 'verifyArchive'),
  route('POST /api/v1/archive/reindex', 'archive.reindex', 'admin', 'reindexArchive'),
  route('GET /api/v1/health', 'health', 'metrics', 'getComponents'),
  route('GET /api/v1/metrics', 'metrics', 'metrics', 'getMetricValues'),
  route('GET /api/v1/status', 'status', 'read', 'getStatus'),
  route('POST /api/v1/doctor', 'doctor', 'admin', 'runDoctor'),
]

/** Operations that have no route, and why. `docs/api.md` gives the same list. */
export const notOverRest: Readonly<Partial<Record<OperationName, string>>> = {
  'api.token_create': 'a token must not make others: whoever steals one would keep access after it is revoked',
  'api.token_list': 'belongs to the creation of tokens',
  'api.token_revoke': 'belongs to the creation of tokens',
  'backup.fetch': '`POST /api/v1/backups/restore` does it with `from`',
  'backup.key_create': 'writes a private key on the machine; it must not be asked for from another one',
  'backup.start': 'it is for chats, where nobody waits; `POST /api/v1/backups` makes a backup',
  'backup.scheduled': 'runs on its schedule; `POST /api/v1/backups` makes a backup now',
  'budget.report': 'runs as a job: `POST /api/v1/jobs/budget-weekly/run`',
  'report.scheduled': 'runs as a job: `POST /api/v1/jobs/reports/run`',
  'data.optimize': 'runs as a job: `POST /api/v1/jobs/vacuum/run`',
  'memory.rebuild_erasures': 'repairs a file of the machine, which should be put back there if a copy exists',
  'ingest.load': 'reads any file that the bot’s user can read; a path must not come from another machine',
  'ingest.load_extraction': 'reads any file that the bot’s user can read',
  'ingest.denidin': 'reads any folder that the bot’s user can read; a path must not come from another machine',
  'ingest.participants': 'reads any file that the bot’s user can read',
  'ingest.export': 'writes a file wherever it is told to',
}
