/**
 * Everything that operations can use, grouped by subject, and the type with which each names the few fields it needs.
 */
import type { PersonChats } from '../conversation/person-chat.ts'
import type { TrafficStore } from '../messages/message-store.ts'
import type { ApiTokens } from '../access/api-token.ts'
import type { ArchiveMaintenance } from '../archive/archive-maintenance.ts'
import type { ArchiveSearch } from '../archive/archive-search.ts'
import type { BackupKeys } from '../backup/age/key-file.ts'
import type { BackgroundBackup } from '../backup/background-backup.ts'
import type { BackupHistory } from '../backup/backup-history.ts'
import type { BackupDrills } from '../backup/drills.ts'
import type { BackupTargets } from '../backup/targets/targets.ts'
import type { Backups } from '../backup/backups.ts'
import type { Migrations } from '../backup/migrations.ts'
import type { PatternLoader } from '../budget/patterns/pattern-loader.ts'
import type { ProfileSource } from '../budget/profiles/profile-source.ts'
import type { ProfileFile } from '../budget/profiles/profile-file.ts'
import type { HealthHistory, HealthMeasures } from '../budget/reports/health-history.ts'
import type { DatedFiles } from '../platform/dated-files.ts'
import type { BudgetUsageLog } from '../budget/usage/budget-usage-log.ts'
import type { FileUsageLog } from '../budget/usage/file-usage-log.ts'
import type { ConsoleChannel } from '../channels/console/console-channel.ts'
import type { Conversation } from '../conversation/conversation.ts'
import type { Pauses } from '../conversation/pauses.ts'
import type { RecallOverrides } from '../conversation/recall-overrides.ts'
import type { ConsciousAgent } from '../learning/agent/conscious-agent.ts'
import type { ChatImportDeps } from '../ingest/binding/chat-import.ts'
import type { ArchiveLoads } from '../ingest/archive-loads.ts'
import type { ExternalText } from '../learning/external-text.ts'
import type { LearningContext, LearningOptions } from '../learning/learning-context.ts'
import type { LearningReport } from '../learning/learning-report.ts'
import type { Reflections } from '../learning/reflections.ts'
import type { PruneReflections } from '../learning/reflection-pruning.ts'
import type { SchemaMigration } from '../learning/schema-migration/schema-migration.ts'
import type { SessionLifecycle } from '../learning/session-lifecycle.ts'
import type { LongTermMemory } from '../memory/long-term-memory.ts'
import type { MemoryLog } from '../memory/memory-log.ts'
import type { MemoryStore } from '../memory/memory-store.ts'
import type { KnowledgeFiles } from '../knowledge/knowledge-files.ts'
import type { KnowledgeFolder } from '../knowledge/knowledge-folder.ts'
import type { SharedMemory } from '../memory/shared-memory.ts'
import type { NumberedLists } from '../memory/numbered-lists.ts'
import type { MessageRecord } from '../messages/message.ts'
import type { MessageErasure } from '../messages/message-erasure.ts'
import type { People } from '../people/people.ts'
import type { Preferences } from '../people/preferences.ts'
import type { Clock } from '../platform/clock.ts'
import type { Checkup, HealthCheck } from '../platform/health.ts'
import type { Ids } from '../platform/ids.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { Erasure } from '../privacy/erasure.ts'
import type { Export } from '../privacy/export.ts'
import type { LostErasures } from '../privacy/lost-erasures.ts'
import type { Reports } from '../reports/report-writer.ts'
import type { ScheduledReports } from '../reports/scheduled-reports.ts'
import type { RolloutLimits } from '../rollout/limits.ts'
import type { Rollouts } from '../rollout/rollouts.ts'
import type { ActivityReader, FigureStore } from '../rollout/turn-figures.ts'
import type { ScopePolicy } from '../retrieval/scope-policy.ts'
import type { SearchService } from '../retrieval/search-service.ts'
import type { SessionBrowser } from '../sessions/session.ts'
import type { CostReader } from '../usage/cost-reader.ts'
import type { LimitGuard } from '../usage/limits/limit-guard.ts'
import type { PriceBook } from '../usage/prices/price-book.ts'
import type { PricedModel } from '../usage/prices/price-list.ts'
import type { SpendingReader } from '../usage/spending-reader.ts'
import type { Strings } from '../text/strings/strings.ts'
import type { UsageReader } from '../usage/usage-reader.ts'
import type { VectorMaintenance } from '../vectors/maintenance/vector-maintenance.ts'
import type { InstallationMetrics } from '../watch/installation-metrics.ts'

/** Counts of messages that are not fully processed. */
export interface TrafficCounts {
  /** Recorded and not handled yet. */
  readonly inbox_waiting: number
  /** Replies written and not sent yet. */
  readonly outbox_waiting: number
  /** Replies whose delivery could not be confirmed. */
  readonly outbox_unconfirmed: number
  /** Replies that were certainly not delivered and were given up. */
  readonly outbox_failed: number
}

/** Records of delivered messages and replies. */
export interface Traffic extends Pick<TrafficStore, 'chats'> {
  counts(): Promise<TrafficCounts>
  /** Deletes delivery records and usage records past their retention. @returns how many */
  prune(): Promise<number>
}

/** Fact extraction on request. */
export interface Learning {
  /** Whether facts are extracted at all; without it, the other methods throw `disabled`. */
  readonly enabled: boolean
  /** `activity`: see `LearningOptions`. */
  ofSession(session_id: string, options: Pick<LearningOptions, 'activity' | 'signal'>): Promise<LearningReport>
  ofText(text: ExternalText): Promise<LearningReport>
  /**
   * Stored messages that belong to no session. With a `progress_id`, those that were learned from under it are
   * passed over.
   * @throws DenidinError when the models fail for now: what was learned stays
   */
  ofMessages(
    context: LearningContext,
    messages: readonly MessageRecord[],
    options: Pick<LearningOptions, 'signal'>,
  ): Promise<LearningReport>
}

/** Settings of budgets. */
export interface BudgetSettings {
  /** `budget.use_profiles` */
  readonly use_profiles: boolean
  /** `budget.manual_tokens` */
  readonly manual_tokens: number
  /** `budget.usage` */
  readonly usage: { readonly log: boolean }
}

/** The scheduled reports on budgets. */
export interface BudgetReports {
  readonly files: Pick<DatedFiles, 'write'>
  readonly history: Pick<HealthHistory, 'add'>
  /** Measures the growing quantities. */
  measure(): Promise<HealthMeasures>
  /** Notifies the godfather, if that is enabled. @returns whether the message was sent or is held until it can be */
  tell(wording: (strings: Strings) => string): Promise<boolean>
}

/** What the report of a rollout reads. */
export interface RolloutFigures extends Pick<FigureStore, 'between' | 'firstDay'>, ActivityReader {
  /** Makes everything that was counted so far readable. */
  write(): Promise<void>
}

/** Settings of rollouts. */
export interface RolloutSettings {
  /** `rollout.auto_pause` */
  readonly auto_pause: boolean
  readonly limits: RolloutLimits
}

/** How one run of a job went. */
export interface JobRun {
  /** When it began, in milliseconds since the Unix epoch. */
  readonly at: number
  readonly duration_ms: number
  /** `off`: what it works on is disabled. `interrupted`: DeniDin was stopped or killed before its end. */
  readonly outcome: 'done' | 'failed' | 'off' | 'running' | 'interrupted'
  /** Why it failed, or did not end. */
  readonly reason?: string | undefined
}

/** A run of a job that ended. */
export type EndedJobRun = JobRun & { readonly outcome: 'done' | 'failed' | 'off' }

/** The scheduled jobs. */
export interface Schedule {
  /** Cron expressions by the key of their setting, such as `expiry_cron`; of a job with a fixed interval, a sentence. */
  readonly expressions: Readonly<Record<string, string>>
  /** How a job last went, by the schedule or on request. */
  lastResult(key: string): Promise<JobRun | undefined>
  /** Call before a run, so that it is known if it is interrupted. @param at when, as in `JobRun` */
  begin(key: string, at: number): Promise<void>
  record(key: string, run: EndedJobRun): Promise<void>
  /** When a job is due next, in milliseconds since the Unix epoch; `undefined` for a job with a fixed interval. */
  nextRun(key: string): number | undefined
}

/** A database that can be tidied while it is in use. */
export interface OptimizableDatabase {
  /** Name of its file. */
  readonly name: string
  /** Gives free pages back to the disk, if that takes seconds at most. @returns sizes in bytes */
  optimize(): { readonly before: number; readonly after: number; readonly vacuumed: boolean }
}

/** A feature flag as configured. */
export interface FeatureFlag {
  /** Its key below `feature_flags`. */
  readonly name: string
  readonly value: boolean
  /** Whether the feature works now. */
  readonly effective: boolean
  readonly from: 'environment' | 'env_file' | 'file' | 'default'
  /** The variable, for a value of the environment or of `.env`. */
  readonly variable: string | undefined
  /** Why a flag that is on has no effect. */
  readonly reason: string | undefined
}

/** Facts about this process and its configuration. */
export interface InstanceInfo {
  readonly version: string
  /** When the bot started, milliseconds since the Unix epoch; `undefined` in a process that serves a single command. */
  readonly started_at: number | undefined
  /** `feature_flags.enable_memory_system` */
  readonly memory_system_enabled: boolean
  /** Every feature flag. */
  readonly flags: readonly FeatureFlag[]
  /** `feature_flags.enable_llm_entity_extraction` */
  readonly extraction_enabled: boolean
  /** The configured godfather's phone (digits), if any. */
  readonly godfather_phone: string | undefined
}

/** All fields that an operation can name in `uses`, as `group.field`. */
export interface OperationContext {
  readonly instance: InstanceInfo
  readonly system: {
    readonly clock: Clock
    readonly ids: Ids
    readonly metrics: Pick<Metrics, 'read'>
    /** All metrics, also those that are read from the data. */
    readonly installation: Pick<InstallationMetrics, 'samples' | 'text'>
    readonly usage: UsageReader
    readonly schedule: Schedule
    readonly databases: readonly OptimizableDatabase[]
    /** Health checks that answer at once. */
    readonly checks: readonly HealthCheck[]
    /** Checks that take time or cost money; only `doctor` runs them. */
    readonly diagnostics: readonly Checkup[]
  }
  readonly budget: {
    readonly profiles: Pick<ProfileSource, 'current'>
    readonly patterns: Pick<PatternLoader, 'load' | 'finish'>
    readonly settings: BudgetSettings
    readonly usage: BudgetUsageLog
  }
  /** The analysis of budget usage, and the recommendations from it. */
  readonly analysis: {
    /** The content of the usage log, whether the log is enabled or not. */
    readonly usage: Pick<FileUsageLog, 'files' | 'inMemory' | 'openLoads'>
    readonly profileFile: Pick<ProfileFile, 'edit'>
    readonly reports: BudgetReports
    /** Most tokens by role: `memory.session.max_tokens_by_role`. */
    readonly caps: Readonly<Record<string, number>>
    /** The models for answers, in the order in which they are asked. */
    readonly models: readonly PricedModel[]
  }
  /** Reports on the archive and on conversations. */
  readonly reports: {
    readonly writer: Reports
    readonly scheduled: Pick<ScheduledReports, 'write'>
  }
  readonly costs: {
    readonly totals: CostReader
    readonly prices: Pick<PriceBook, 'priceOf' | 'status'>
    readonly spending: SpendingReader
    readonly limits: Pick<LimitGuard, 'levels'>
  }
  readonly people: {
    readonly directory: Pick<
      People,
      'find' | 'list' | 'lookUp' | 'merge' | 'nameHistory' | 'resolve' | 'setAllowed' | 'setRole'
    >
    readonly preferences: Preferences
  }
  readonly chats: {
    readonly pauses: Pauses
    readonly console: Pick<ConsoleChannel, 'say'>
    /** Sends to people without being asked; `undefined`: switched off (`mcp.send_messages`). */
    readonly sending: Pick<PersonChats, 'send'> | undefined
    readonly conversation: Pick<Conversation, 'resumed'>
    /** Restarts the channel that has a connection. @returns its name @throws DenidinError `not_running` */
    readonly restart: () => Promise<string>
    /** What is to be recalled for single messages. */
    readonly recallOverrides: Pick<RecallOverrides, 'during'>
  }
  readonly messages: {
    /** Searches memories too. */
    readonly search: SearchService
    readonly history: Pick<MessageErasure, 'get' | 'last' | 'answeredBy' | 'recent'>
    readonly traffic: Traffic
    /** Makes messages from other sources part of a conversation. */
    readonly imports: ChatImportDeps
  }
  readonly sessions: {
    readonly browser: SessionBrowser
    readonly lifecycle: SessionLifecycle
    readonly reflections: Pick<Reflections, 'of'>
    readonly pruneReflections: PruneReflections
  }
  readonly memory: {
    readonly facts: Pick<LongTermMemory, 'list' | 'stats' | 'store'>
    readonly store: Pick<
      MemoryStore,
      'get' | 'list' | 'mergesInto' | 'supersedersOf' | 'ofSpeaker' | 'ofSources' | 'countOfScope' | 'scopesOf'
    >
    readonly log: Pick<MemoryLog, 'accessed' | 'lastRecall' | 'recallOf' | 'stats'>
    readonly lists: NumberedLists
    /** What everyone may recall. */
    readonly shared: SharedMemory
    readonly scopes: Pick<ScopePolicy, 'readsOthers'>
    readonly learning: Learning
    readonly agent: ConsciousAgent
    /** From summaries of sessions to facts. */
    readonly migration: Pick<SchemaMigration, 'confirm' | 'is_v2' | 'run' | 'status'>
    readonly maintenance: VectorMaintenance
  }
  /** The knowledge folder. */
  readonly knowledge: {
    readonly folder: Pick<KnowledgeFolder, 'scan'>
    readonly files: Pick<KnowledgeFiles, 'list' | 'counts'>
    /** Whether folders are configured and read. */
    readonly reads: boolean
  }
  readonly archive: {
    readonly loads: ArchiveLoads
    readonly search: ArchiveSearch
    readonly maintenance: ArchiveMaintenance
  }
  /** The tokens of the REST API. */
  readonly api: {
    readonly tokens: Pick<ApiTokens, 'add' | 'list' | 'remove'>
    /** 256 random bits as base64url. */
    readonly newSecret: () => string
  }
  readonly backup: {
    readonly backups: Backups
    readonly targets: BackupTargets
    readonly migrations: Migrations
    readonly drills: Pick<BackupDrills, 'run'>
    readonly history: Pick<BackupHistory, 'success'>
    readonly background: Pick<BackgroundBackup, 'run'>
    readonly keys: BackupKeys
    readonly settings: BackupSettings
  }
  readonly rollout: {
    readonly stages: Pick<Rollouts, 'changeOf' | 'changes' | 'has' | 'set' | 'stageOf' | 'states'>
    readonly figures: RolloutFigures
    readonly settings: RolloutSettings
  }
  readonly privacy: {
    readonly erasure: Pick<Erasure, 'everything' | 'things'>
    readonly exporter: Pick<Export, 'export' | 'read'>
    readonly lost: Pick<LostErasures, 'rebuild'>
  }
}

/** What operations use of the settings in `backup`. */
export interface BackupSettings {
  readonly scheduled: boolean
  readonly encryption: { readonly identity_file: string | undefined }
}

/** A field of the context: `people.directory`. */
export type ContextField = {
  [G in keyof OperationContext]: `${G}.${keyof OperationContext[G] & string}`
}[keyof OperationContext]

type GroupOf<F> = F extends `${infer G extends keyof OperationContext}.${string}` ? G : never
type MemberOf<F, G extends keyof OperationContext> = F extends `${G}.${infer M}` ? M & keyof OperationContext[G] : never

/** The part of the context with exactly these fields: `Uses<'people.directory' | 'system.clock'>`. */
export type Uses<F extends ContextField> = {
  readonly [G in GroupOf<F>]: Pick<OperationContext[G], MemberOf<F, G>>
}
