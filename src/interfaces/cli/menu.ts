/** The commands of `denidin` that run an operation: their names, and which input fields are positional arguments. */
import type { OperationInput, OperationName } from '../../operations/list.ts'
import { searchReport } from './archive/search-report.ts'
import { loadReport } from './budget/load-report.ts'
import { askSenders } from './ingest/ask-senders.ts'
import { metricsReport } from './metrics-report.ts'
import type { Report } from './render.ts'
import { planReport } from './rollout/plan-report.ts'
import { successReport } from './rollout/success-report.ts'
import { reportText } from './report-text.ts'
import type { Clarify } from './run-operation.ts'

/** One command. Input fields that are not positional become options of the same name. */
export interface CliCommand<N extends OperationName = OperationName> {
  readonly run: N
  /** Input fields given by position, in this order. Optional fields may be omitted, or given as options. */
  readonly positions: readonly (keyof OperationInput<N> & string)[]
  /** The last position takes all remaining words, so that a question needs no quotes. */
  readonly words?: boolean
  /** Input fields that name files, relative to the folder in which the command is typed. */
  readonly paths?: readonly (keyof OperationInput<N> & string)[]
  /** It works on a data folder that cannot be opened: without an owner, nothing of the data is opened. */
  readonly without_data?: boolean
  /** Columns that are dropped on a narrow terminal, in this order. */
  readonly optional?: readonly string[]
  /** Replaces fields and tables. */
  readonly report?: Report
  /** Asks the person at a terminal for what the operation refused to guess. */
  readonly clarify?: Clarify
  /** Text of the output even if JSON is requested; the command has an option `--output FILE` for it. */
  readonly document?: Report
}

/** Commands by the words typed after `denidin`. */
export type CliMenu = Readonly<Record<string, CliEntry>>

/** A command of any operation. */
export interface CliEntry {
  readonly run: string
  readonly positions: readonly string[]
  readonly words?: boolean
  readonly paths?: readonly string[]
  readonly without_data?: boolean
  readonly optional?: readonly string[]
  readonly report?: Report
  readonly clarify?: Clarify
  readonly document?: Report
}

const command = <N extends OperationName>(run: N, ...positions: CliCommand<N>['positions']): CliCommand<N> => ({
  run,
  positions,
})

/** Columns of a run that a narrow terminal omits. */
const RUN_COLUMNS = [
  'conversation',
  'destination_checksum',
  'source_checksum',
  'file_size_bytes',
  'forgotten_messages',
  'phase',
  'lines',
  'started_by',
  'completed_at',
  'notes',
]

/** Columns of a backup that a narrow terminal does without. */
const BACKUP_COLUMNS = ['parent', 'denidin_version', 'encrypted', 'verified_at', 'targets', 'problem']

/**
 * `chat.say` is the command in `local/chat.ts`: a terminal sends many messages in a row. `doctor` is the one in
 * `local/doctor.ts`, which also examines what keeps the data from being opened.
 */
export const cliMenu = {
  status: { ...command('status'), optional: ['kind', 'failed'] },
  health: command('health'),
  stats: command('stats'),
  metrics: { ...command('metrics'), report: metricsReport },
  flags: { ...command('flags'), optional: ['variable'] },
  pause: command('chat.pause', 'conversation', 'minutes'),
  listen: command('chat.listen', 'conversation'),
  resume: command('chat.resume', 'conversation'),
  chats: command('chat.list'),
  send: { ...command('chat.send', 'person', 'text'), words: true },
  pauses: command('chat.pauses'),
  'api token create': command('api.token_create', 'name'),
  'api token list': { ...command('api.token_list'), optional: ['token_id', 'created_at'] },
  'api token revoke': command('api.token_revoke', 'token'),
  'backup create': { ...command('backup.create'), optional: BACKUP_COLUMNS },
  'backup copy': { ...command('backup.copy'), without_data: true },
  'backup fetch': { ...command('backup.fetch', 'target', 'backup_id'), without_data: true },
  'backup key create': { ...command('backup.key_create', 'identity_file'), without_data: true },
  'backup list': { ...command('backup.list'), optional: BACKUP_COLUMNS, without_data: true },
  'backup show': { ...command('backup.show', 'backup_id'), optional: ['sha256'], without_data: true },
  'backup verify': { ...command('backup.verify', 'backup_id'), without_data: true },
  'backup prune': { ...command('backup.prune'), without_data: true },
  'backup start': command('backup.start'),
  'backup scheduled': command('backup.scheduled', 'job'),
  'backup restore': { ...command('backup.restore', 'backup_id'), without_data: true },
  'budget calculate': command('budget.calculate'),
  'budget cost': {
    ...command('budget.cost'),
    optional: ['person_id', 'cached_tokens', 'failed', 'currency', 'unpriced'],
  },
  'budget detect': { ...command('budget.detect', 'task'), words: true },
  'budget explain': command('budget.explain', 'message'),
  'budget load': { ...command('budget.load'), report: loadReport },
  'budget finish': command('budget.finish', 'usage_id'),
  'budget profiles': command('budget.profiles'),
  'budget spending': command('budget.spending', 'person'),
  'budget usage': { ...command('budget.usage'), optional: ['unfinished', 'failed', 'p95_pct', 'median_pct'] },
  'budget recommend': command('budget.recommend'),
  'budget report': command('budget.report', 'report'),
  ingest: { ...command('ingest.load', 'file'), paths: ['file'], optional: ['lines'], clarify: askSenders },
  'ingest load-extraction': { ...command('ingest.load_extraction', 'file'), paths: ['file'], optional: ['lines'] },
  'ingest denidin': {
    ...command('ingest.denidin', 'folder'),
    paths: ['folder'],
    optional: ['conversations', 'failed'],
  },
  'ingest participants': { ...command('ingest.participants', 'file'), paths: ['file'], optional: ['candidates'] },
  'ingest runs': { ...command('ingest.runs'), optional: RUN_COLUMNS },
  'ingest rejected': command('ingest.rejected', 'run_id'),
  'ingest export': { ...command('ingest.export', 'file'), paths: ['file'] },
  search: { ...command('archive.search', 'query'), words: true, report: searchReport },
  messages: { ...command('archive.messages'), report: searchReport },
  verify: command('archive.verify'),
  reindex: command('archive.reindex'),
  optimize: command('data.optimize'),
  'jobs list': { ...command('jobs.list'), optional: ['operation', 'problem', 'seconds'] },
  'jobs run': command('jobs.run', 'job'),
  'migrate run': command('migrate.run'),
  'migrate memory': { ...command('migrate.memory'), optional: ['error', 'backup_id'] },
  'migrate confirm': command('migrate.confirm'),
  'knowledge list': { ...command('knowledge.list'), optional: ['path', 'modified_at', 'size_bytes', 'read_at'] },
  'knowledge scan': command('knowledge.scan'),
  'people list': { ...command('people.list'), optional: ['created_at', 'lid', 'username', 'name'] },
  'people show': command('people.show', 'person'),
  'people role': command('people.role', 'person', 'role'),
  'people allow': command('people.allow', 'person'),
  'people disallow': command('people.disallow', 'person'),
  'people block': command('people.block', 'person'),
  'people unblock': command('people.unblock', 'person'),
  'people privacy': command('people.privacy', 'learning'),
  'people language': command('people.language', 'language'),
  'people timezone': { ...command('people.timezone', 'zone'), words: true },
  'people merge': command('people.merge', 'person', 'other'),
  report: {
    ...command('report.make', 'report'),
    optional: ['components', 'error_samples', 'days_active', 'active_days', 'notes', 'started_by'],
    document: reportText,
  },
  'report scheduled': command('report.scheduled'),
  'whatsapp restart': command('chat.restart'),
  'rollout status': { ...command('rollout.status'), optional: ['wider_from', 'since', 'reason'] },
  'rollout plan': { ...command('rollout.plan'), report: planReport },
  'rollout set': command('rollout.set', 'feature', 'stage'),
  'rollout report': { ...command('rollout.report'), optional: ['from_day'], report: successReport },
  'session list': { ...command('session.list'), optional: ['failed_attempts', 'created_at', 'messages'] },
  'session show': command('session.show', 'session_id'),
  'session reset': command('session.reset', 'session_id'),
  'session sweep': command('session.sweep'),
  'session purge': command('session.purge'),
  'memory about': { ...command('memory.about', 'query'), words: true, optional: ['in_group', 'id'] },
  'memory show': command('memory.show', 'memory_id'),
  'memory remember': { ...command('memory.remember', 'text'), words: true },
  'memory forget': command('memory.forget', 'what'),
  'memory export': command('memory.export'),
  'memory why': command('memory.why'),
  'memory extract': command('memory.extract'),
  'migrate status': {
    ...command('migrate.status'),
    optional: ['completed_at', 'from_version', 'from_commit'],
    without_data: true,
  },
  'migrate rollback': { ...command('migrate.rollback', 'backup_id'), without_data: true },
  'memory list': { ...command('memory.list'), optional: ['valid_to', 'category', 'said_from', 'kind'] },
  'memory search': {
    ...command('memory.search', 'query'),
    words: true,
    optional: ['valid_to', 'category', 'recency', 'said_from', 'kind'],
  },
  'memory stats': command('memory.stats'),
  'memory rebuild': command('memory.rebuild'),
  'memory rebuild-erasures': command('memory.rebuild_erasures'),
  'memory verify': command('memory.verify'),
  'memory calibrate': command('memory.calibrate'),
  'memory prune-spaces': command('memory.prune_spaces'),
  'memory prune-reflections': command('memory.prune_reflections'),
  'memory access-stats': command('memory.access_stats'),
  'memory agent start': command('memory.agent_start', 'interval_hours'),
  'memory agent stop': command('memory.agent_stop'),
  'memory agent run': command('memory.agent_run'),
  'memory agent status': command('memory.agent_status'),
} satisfies CliMenu

/** Descriptions of command groups, for help texts. */
export const cliGroups: Readonly<Record<string, string>> = {
  api: 'Manage who may use the REST API',
  'api token': 'Create, list and revoke tokens for the REST API',
  backup: 'Make, list, prove, delete and restore backups',
  budget: 'Calculate token budgets, load patterns into them, and show their profiles, their use, and what models cost',
  ingest: 'Load files into the archive, and list earlier loads',
  migrate: 'Migrate the data to a later version, and back',
  jobs: 'List what runs on a schedule, and run it now',
  knowledge: 'Read and list the files that everyone may know',
  people: 'List, block and merge people, set their roles and settings',
  report: 'Report on the archive and on the conversations of the bot',
  whatsapp: 'Restart the connection to WhatsApp',
  rollout: 'Give features to people in stages, and see how it goes',
  session: 'List, show, reset and store sessions',
  memory: 'Show, search, change and maintain long-term memory',
  'memory agent': 'Run the memory agent, which merges duplicates and ranks memories by use',
}
