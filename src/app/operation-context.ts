/** Builds the context that operations run in from the stores and services of the app. */
import type { AdministratorChat } from '../alerts/administrator-chat.ts'
import { flagStates, hasLongTermMemory } from '../config/features.ts'
import type { SettingOrigins } from '../config/setting-origins.ts'
import type { Settings } from '../config/settings.ts'
import { createReflectionPruning } from '../learning/reflection-pruning.ts'
import { SchemaMigration } from '../learning/schema-migration/schema-migration.ts'
import { createPatternLoader, createProfileFile } from './budget.ts'
import type { FeatureFlag, InstanceInfo, OperationContext, Traffic } from '../operations/context.ts'
import { DAY_MS, type Clock } from '../platform/clock.ts'
import type { HealthCheck } from '../platform/health.ts'
import { randomSecret } from '../platform/ids.ts'
import { createBudgetReports } from './budget-reports.ts'
import { createCheckups } from './doctor/component-checkups.ts'
import type { Migrations } from '../backup/migrations.ts'
import { backupContext } from './backup/backups.ts'
import type { Foundation } from './foundation.ts'
import { createReports } from './reports.ts'
import { createSchedule } from './schedule.ts'
import type { Services } from './services.ts'
import type { Stores } from './stores.ts'
import type { Uptime } from './uptime.ts'
import type { InstallationMetrics } from '../watch/installation-metrics.ts'
import type { Runtime } from './runtime.ts'

/**
 * Delivery records are needed to drop messages that are delivered twice, to distinguish our own messages from the
 * owner's, and to accept ratings of a reply. None of these come later than this.
 */
const TRAFFIC_RETENTION_MS = 30 * DAY_MS

/** Usage records rank memories and explain replies. They are kept as long as the audit log. */
const USES_RETENTION_MS = 90 * DAY_MS

export interface OperationContextDeps {
  readonly settings: Settings
  readonly foundation: Pick<Foundation, 'stores' | 'models' | 'audit' | 'memory' | 'archive' | 'backups'>
  readonly services: Pick<
    Services,
    | 'privacy'
    | 'profiles'
    | 'knowledge'
    | 'sessions'
    | 'lifecycle'
    | 'learning'
    | 'agent'
    | 'console'
    | 'recallOverrides'
  >
  readonly instance: {
    readonly version: string
    readonly origins: SettingOrigins
    readonly uptime: Uptime
    /** Every component whose health `status` shows. */
    readonly checks: readonly HealthCheck[]
    readonly metrics: InstallationMetrics
  }
  readonly rollout: OperationContext['rollout']
  readonly migrations: Migrations
  readonly chats: Pick<OperationContext['chats'], 'conversation' | 'restart' | 'sending'>
  /** `undefined`: there is no godfather. */
  readonly administrator: AdministratorChat | undefined
}

/** Everything that operations can use. */
export const createOperationContext = (deps: OperationContextDeps, runtime: Runtime): OperationContext => {
  const { settings, foundation, services } = deps
  const { stores, models, audit, memory, archive, backups } = foundation
  const { profiles, privacy, learning } = services
  const instance = instanceInfo(deps)
  return {
    instance,
    system: {
      clock: runtime.clock,
      ids: runtime.ids,
      metrics: runtime.metrics,
      installation: deps.instance.metrics,
      usage: stores.meter,
      databases: [{ name: 'denidin.db', optimize: () => stores.database.optimize() }],
      schedule: createSchedule(settings, runtime.clock),
      checks: deps.instance.checks,
      diagnostics: createCheckups(settings, models),
    },
    budget: {
      profiles,
      patterns: createPatternLoader(settings, { profiles, usage: stores.budgetUsage }, runtime),
      settings: settings.budget,
      usage: stores.budgetUsage,
    },
    analysis: usageAnalysis(deps, runtime),
    reports: createReports(settings, archive.thread, stores, { instance, audit }, runtime),
    costs: {
      totals: stores.costs,
      prices: stores.spending.prices,
      spending: stores.spending.sums,
      limits: stores.spending.guard,
    },
    people: { directory: stores.people, preferences: stores.preferences },
    chats: {
      ...deps.chats,
      pauses: stores.pauses,
      console: services.console,
      recallOverrides: services.recallOverrides,
    },
    messages: messageContext(deps, runtime),
    sessions: sessionContext(deps, runtime),
    memory: {
      facts: memory.memory,
      store: stores.memories,
      log: stores.memoryLog,
      lists: stores.numberedLists,
      shared: memory.shared,
      scopes: memory.scopes,
      learning: learning.onRequest,
      agent: services.agent,
      migration: createSchemaMigration(deps, runtime),
      maintenance: memory.maintenance,
    },
    knowledge: services.knowledge.operations,
    archive: { loads: archive.loads, search: archive.search, maintenance: archive.maintenance },
    api: { tokens: stores.apiTokens, newSecret: randomSecret },
    backup: { ...backupContext(backups), migrations: deps.migrations, settings: settings.backup },
    rollout: deps.rollout,
    privacy: { erasure: privacy.forgetting, exporter: privacy.exporting, lost: privacy.lost },
  }
}

const messageContext = (
  { foundation: { stores, memory } }: OperationContextDeps,
  { clock, tokens }: Pick<Runtime, 'clock' | 'tokens'>,
): OperationContext['messages'] => ({
  search: memory.search,
  history: stores.forgettable,
  traffic: createTraffic(stores, clock),
  imports: {
    people: stores.people,
    messages: stores.imports,
    forgotten: stores.forgottenWords,
    members: stores.memberNames,
    preferences: stores.preferences,
    tokens,
  },
})

const sessionContext = (
  { settings, foundation: { stores, audit }, services: { sessions, lifecycle } }: OperationContextDeps,
  runtime: Runtime,
): OperationContext['sessions'] => ({
  browser: sessions,
  lifecycle,
  reflections: stores.reflections,
  pruneReflections: createReflectionPruning({
    ...runtime,
    reflections: stores.reflections,
    audit,
    ...settings.memory.reflections,
  }),
})

const usageAnalysis = (
  { settings, foundation: { stores, models }, administrator }: OperationContextDeps,
  runtime: Runtime,
): OperationContext['analysis'] => ({
  usage: stores.usageFile,
  profileFile: createProfileFile(settings, runtime),
  caps: settings.memory.session.max_tokens_by_role,
  reports: createBudgetReports(settings, administrator, runtime),
  models: models.ranked.map(({ language: { provider, model } }) => ({ provider, model })),
})

const createSchemaMigration = (
  { settings, foundation: { stores, memory }, services: { learning } }: OperationContextDeps,
  { clock }: Pick<Runtime, 'clock'>,
): SchemaMigration =>
  new SchemaMigration({
    memories: stores.memories,
    memory: memory.memory,
    census: stores.memoryCensus,
    records: stores.migrationRecords,
    erasures: stores.erasures,
    history: stores.messages.history,
    learn: (session_id, options) => learning.learner.learn(session_id, options),
    clock,
    is_v2: hasLongTermMemory(settings) && settings.feature_flags.use_schema_v2,
  })

const instanceInfo = ({ settings, instance }: OperationContextDeps): InstanceInfo => ({
  version: instance.version,
  memory_system_enabled: settings.feature_flags.enable_memory_system,
  flags: featureFlags(settings, instance.origins),
  extraction_enabled: settings.feature_flags.enable_llm_entity_extraction,
  godfather_phone: settings.godfather_phone,
  get started_at() {
    return instance.uptime.started_at
  },
})

const featureFlags = (settings: Settings, origins: SettingOrigins): readonly FeatureFlag[] =>
  flagStates(settings).map(({ name, value, blocked_by: reason }) => {
    const { from, variable } = origins.get(`feature_flags.${name}`) ?? { from: 'default', variable: undefined }
    return { name, value, effective: value && reason === undefined, from, variable, reason }
  })

const createTraffic = ({ messages, memoryLog }: Stores, clock: Clock): Traffic => ({
  counts: async () => {
    const { inbox, outbox } = await messages.traffic.counts()
    return {
      inbox_waiting: inbox.received,
      outbox_waiting: outbox.intended + outbox.held,
      outbox_unconfirmed: outbox.unconfirmed,
      outbox_failed: outbox.failed,
    }
  },
  chats: limit => messages.traffic.chats(limit),
  prune: async () =>
    (await messages.traffic.prune(clock.now() - TRAFFIC_RETENTION_MS)) +
    (await memoryLog.prune(clock.now() - USES_RETENTION_MS)),
})
