import type { UsageReader } from '../usage/usage-reader.ts'
import type { ConsoleChannel } from '../channels/console/console-channel.ts'
import type { Pauses } from '../conversation/pauses.ts'
import type { Conversation } from '../conversation/conversation.ts'
import type { ConsciousAgent } from '../learning/agent/conscious-agent.ts'
import type { LearningOptions } from '../learning/learner.ts'
import type { LearningReport } from '../learning/learning-report.ts'
import type { Reflections } from '../learning/processed-messages.ts'
import type { PruneReflections } from '../learning/reflection-pruning.ts'
import type { SessionLifecycle } from '../learning/session-lifecycle.ts'
import type { ToldElsewhere } from '../learning/external-text.ts'
import type { MemoryLog } from '../memory/memory-log.ts'
import type { MemoryStore } from '../memory/memory-store.ts'
import type { LongTermMemory } from '../memory/long-term-memory.ts'
import type { NumberedLists } from '../memory/numbered-lists.ts'
import type { AuditLog } from '../memory/audit-log.ts'
import type { MessageErasure } from '../messages/message-erasure.ts'
import type { VectorMaintenance } from '../vectors/maintenance/vector-maintenance.ts'
import type { People } from '../people/people.ts'
import type { Preferences } from '../people/preferences.ts'
import type { Clock } from '../platform/clock.ts'
import type { Checkup, HealthCheck } from '../platform/health.ts'
import type { Ids } from '../platform/ids.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { Export } from '../privacy/export.ts'
import type { Erasure } from '../privacy/erasure.ts'
import type { SearchService } from '../retrieval/search-service.ts'
import type { SessionBrowser } from '../sessions/session.ts'

/** Messages on their way. */
export interface TrafficCounts {
  /** Recorded and not dealt with yet. */
  readonly inbox_waiting: number
  /** Replies written and not sent yet. */
  readonly outbox_waiting: number
  /** Replies that may or may not have gone out. */
  readonly outbox_unconfirmed: number
  /** Replies that certainly did not go out and were given up. */
  readonly outbox_failed: number
}

/** Learning on request. */
export interface Learning {
  /** `activity`: see `LearningOptions`. */
  ofSession(session_id: string, options: Pick<LearningOptions, 'activity' | 'signal'>): Promise<LearningReport>
  ofText(told: ToldElsewhere): Promise<LearningReport>
}

/** What this process is. */
export interface About {
  readonly version: string
  /** When the bot started, milliseconds since the Unix epoch; `undefined` when only this one call opened the data. */
  readonly started_at: number | undefined
  /** `feature_flags.enable_memory_system`. */
  readonly memory_system_enabled: boolean
  /** `feature_flags.enable_llm_entity_extraction`. */
  readonly extraction_enabled: boolean
  /** The configured godfather's phone (digits), if any. */
  readonly godfather_phone: string | undefined
}

/** What people ask of what is held about them stands on these. */
export interface YoursDeps {
  readonly memories: Pick<MemoryStore, 'get' | 'list' | 'mergesInto' | 'ofSpeaker' | 'scopesOf'>
  readonly memoryLog: Pick<MemoryLog, 'accessed' | 'lastRecall'>
  readonly listings: NumberedLists
  readonly messages: Pick<MessageErasure, 'get' | 'last'>
  readonly preferences: Preferences
  readonly forgetting: Pick<Erasure, 'everything' | 'things'>
  readonly exporting: Pick<Export, 'export' | 'read'>
  readonly audit: AuditLog
}

/** Everything that operations stand on; each takes what it uses. */
export interface OperationDeps {
  readonly about: About
  readonly clock: Clock
  readonly ids: Ids
  readonly metrics: Metrics
  readonly checks: readonly HealthCheck[]
  readonly checkups: readonly Checkup[]
  readonly people: Pick<People, 'find' | 'list' | 'lookUp' | 'merge' | 'nameHistory' | 'setRole'>
  readonly sessions: SessionBrowser
  readonly closing: SessionLifecycle
  readonly agent: ConsciousAgent
  readonly reflections: Pick<Reflections, 'of'>
  readonly pruneReflections: PruneReflections
  readonly memoryStore: Pick<MemoryStore, 'get' | 'scopesOf'>
  readonly memoryLog: Pick<MemoryLog, 'stats'>
  readonly memory: Pick<LongTermMemory, 'list' | 'stats' | 'store'>
  readonly search: SearchService
  readonly maintenance: VectorMaintenance
  /** Takes facts from conversations; `undefined` where each gives a summary, or nothing. */
  readonly learning: Learning | undefined
  readonly conversation: Pick<Conversation, 'exclusive' | 'resumed'>
  readonly pauses: Pauses
  readonly yours: YoursDeps
  readonly console: Pick<ConsoleChannel, 'say'>
  readonly usage: UsageReader
  readonly traffic: {
    counts(): Promise<TrafficCounts>
    /** Removes the records of messages, replies and uses of memories of long ago; gives how many there were. */
    prune(): Promise<number>
  }
}
