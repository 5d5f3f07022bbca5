/** The environment of a run of learning: its collaborators, its options and the conversation that it learns from. */
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { SetAside } from '../platform/set-aside.ts'
import type { LongTermMemory } from '../memory/long-term-memory.ts'
import type { MemoryLog } from '../memory/memory-log.ts'
import type { MemoryStore } from '../memory/memory-store.ts'
import type { HistoryStore } from '../messages/history-store.ts'
import type { Scope } from '../messages/scope.ts'
import type { SessionLedger, SessionTransfers } from '../sessions/session-ledger.ts'
import type { ProfileWriter } from './agent/profile-writer.ts'
import type { FactConsolidator } from './consolidation/fact-consolidator.ts'
import type { Extractor } from './extraction/extraction.ts'
import type { ProcessedMessages } from './processed-messages.ts'
import type { Reflections } from './reflections.ts'

/** Where facts are stored: the memories, their vectors, the log of their use, and the profiles made from them. */
export interface FactStorage {
  readonly memories: Pick<MemoryStore, 'ofSources' | 'remove'>
  readonly memory: Pick<LongTermMemory, 'deleteVectors'>
  readonly memoryLog: Pick<MemoryLog, 'accessed' | 'relate'>
  readonly profiles: ProfileWriter
}

/** How far learning has come. */
export interface LearningProgress {
  readonly processedMessages: ProcessedMessages
  readonly reflections: Reflections
}

export interface LearnerDeps {
  readonly messages: Pick<HistoryStore, 'ofSession' | 'current'>
  readonly ledger: Pick<SessionLedger, 'find'> & Pick<SessionTransfers, 'reopen'>
  readonly facts: FactStorage
  readonly progress: LearningProgress
  readonly extractor: Extractor
  readonly consolidator: Pick<FactConsolidator, 'open'>
  readonly setAside: SetAside
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
}

export interface LearningOptions {
  /** Whether to fail when models fail temporarily; otherwise rules extract the facts. */
  readonly patient: boolean
  readonly signal?: AbortSignal | undefined
  /** How much the people are involved, 0 to 1; if omitted, it is measured by their messages. */
  readonly activity?: number | undefined
}

/** The conversation that messages belong to. */
export interface LearningContext {
  readonly scope: Scope
  readonly chat_id: string
  /** `undefined`: the messages belong to no session. */
  readonly session_id: string | undefined
  /** What messages without a session are marked as processed under; without both, they are not marked. */
  readonly progress_id?: string | undefined
}
