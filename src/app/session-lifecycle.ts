import type { Settings } from '../config/settings.ts'
import type { Exclusive } from '../conversation/turn-scheduler.ts'
import { createSessionLifecycle, noSessionClosing } from '../learning/create-session-lifecycle.ts'
import type { Learner } from '../learning/learner.ts'
import type { SessionLifecycle } from '../learning/session-lifecycle.ts'
import { createStoreSession } from '../learning/store-session.ts'
import type { LongTermMemory } from '../memory/long-term-memory.ts'
import type { LanguageModel } from '../models/language-model.ts'
import type { Sessions } from '../sessions/sessions.ts'
import { remembers } from './memory.ts'
import type { Stores } from './stores.ts'
import type { Runtime } from './runtime.ts'

export interface SessionLifecycleDeps {
  readonly settings: Settings
  readonly stores: Stores
  readonly sessions: Sessions
  readonly memory: LongTermMemory
  readonly model: LanguageModel
  readonly learner: Learner | undefined
  readonly exclusive: Exclusive
  readonly timeout_ms: number
}

/** What ends sessions; nothing does while the memory system is off. */
export const createClosing = (closing: SessionLifecycleDeps, parts: Runtime): SessionLifecycle => {
  const { settings, stores, sessions, memory, model, learner, exclusive, timeout_ms } = closing
  if (!settings.feature_flags.enable_memory_system) return noSessionClosing
  return createSessionLifecycle({
    ...parts,
    ...stores,
    sessions,
    memory,
    learner,
    timeout_ms,
    exclusive,
    transfer: remembers(settings) ? createStoreSession({ ...parts, ...stores, memory, model, learner }) : undefined,
    retention_days: settings.memory.session.expired_retention_days,
  })
}
