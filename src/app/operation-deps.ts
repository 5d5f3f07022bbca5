import type { Channel } from '../channels/channel.ts'
import type { ConsoleChannel } from '../channels/console/console-channel.ts'
import type { Settings } from '../config/settings.ts'
import type { ConsciousAgent } from '../learning/agent/conscious-agent.ts'
import type { Learner } from '../learning/learner.ts'
import { createReflectionPruning } from '../learning/reflection-pruning.ts'
import type { SessionLifecycle } from '../learning/session-lifecycle.ts'
import type { AuditLog } from '../memory/audit-log.ts'
import type { OperationDeps } from '../operations/dependencies.ts'
import { DAY_MS } from '../platform/clock.ts'
import type { HealthCheck } from '../platform/health.ts'
import type { SessionBrowser } from '../sessions/session.ts'
import { createCheckups } from './doctor-checks.ts'
import { learningOnRequest } from './learning.ts'
import type { MemoryFeatures } from './memory.ts'
import type { Models } from './models.ts'
import type { Privacy } from './privacy.ts'
import type { Stores } from './stores.ts'
import type { Runtime } from './runtime.ts'

/**
 * Records of messages that were dealt with serve to drop what is delivered twice, to tell our own words from the
 * owner's, and to take thumbs on a reply. Nothing of that comes later than this.
 */
const TRAFFIC_RETENTION_MS = 30 * DAY_MS

/**
 * How memories were used serves to keep near at hand what is wanted now, and to tell why a reply was as it was. It is
 * kept as long as the audit file.
 */
const USES_RETENTION_MS = 90 * DAY_MS

export interface OperationWiring extends Privacy {
  readonly settings: Settings
  readonly stores: Stores
  readonly sessions: SessionBrowser
  readonly features: MemoryFeatures
  readonly audit: AuditLog
  readonly closing: SessionLifecycle
  readonly agent: ConsciousAgent
  readonly learner: Learner | undefined
  readonly models: Models
  readonly version: string
  readonly conversation: OperationDeps['conversation']
  readonly console_channel: ConsoleChannel
  readonly channels: readonly Channel[]
  readonly delivery: HealthCheck
  readonly started_at: () => number | undefined
}

/** Everything that operations stand on. */
export const createOperationDeps = (operation: OperationWiring, parts: Runtime): OperationDeps => {
  const { settings, stores, sessions, features, closing, learner, models, console_channel } = operation
  return {
    about: {
      version: operation.version,
      memory_system_enabled: settings.feature_flags.enable_memory_system,
      extraction_enabled: settings.feature_flags.enable_llm_entity_extraction,
      godfather_phone: settings.godfather_phone,
      get started_at() {
        return operation.started_at()
      },
    },
    clock: parts.clock,
    ids: parts.ids,
    metrics: parts.metrics,
    checks: [
      ...features.modules.flatMap(module => module.health ?? []),
      ...operation.channels,
      operation.delivery,
      ...models.checks,
    ],
    checkups: createCheckups(settings, models),
    people: stores.people,
    sessions,
    closing,
    memory: features.memory,
    search: features.search,
    conversation: operation.conversation,
    console: console_channel,
    agent: operation.agent,
    memoryStore: stores.memories,
    memoryLog: stores.memoryLog,
    reflections: stores.reflections,
    pruneReflections: createReflectionPruning({
      ...parts,
      reflections: stores.reflections,
      audit: operation.audit,
      ...settings.memory.reflections,
    }),
    learning: learner === undefined ? undefined : learningOnRequest(learner, stores.messages, parts),
    pauses: stores.pauses,
    yours: {
      memories: stores.memories,
      memoryLog: stores.memoryLog,
      listings: stores.numberedLists,
      messages: stores.forgettable,
      preferences: stores.preferences,
      forgetting: operation.forgetting,
      exporting: operation.exporting,
      audit: operation.audit,
    },
    maintenance: features.maintenance,
    usage: stores.meter,
    traffic: {
      counts: async () => {
        const { inbox, outbox } = await stores.messages.counts()
        return {
          inbox_waiting: inbox.received,
          outbox_waiting: outbox.intended + outbox.held,
          outbox_unconfirmed: outbox.unconfirmed,
          outbox_failed: outbox.failed,
        }
      },
      prune: async () =>
        (await stores.messages.prune(parts.clock.now() - TRAFFIC_RETENTION_MS)) +
        (await stores.memoryLog.prune(parts.clock.now() - USES_RETENTION_MS)),
    },
  }
}
