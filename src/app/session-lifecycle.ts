/** Wires the lifecycle of sessions. */
import type { Settings } from '../config/settings.ts'
import type { Exclusive } from '../conversation/turn-scheduler.ts'
import type { Learner } from '../learning/learner.ts'
import { noSessionLifecycle, type SessionLifecycle } from '../learning/session-lifecycle.ts'
import { SessionLifecycleService } from '../learning/session-lifecycle-service.ts'
import type { SessionStorage } from '../learning/session-storage.ts'
import type { LongTermMemory } from '../memory/long-term-memory.ts'
import type { MessageExpiry } from '../privacy/message-expiry.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { Stores } from './stores.ts'
import type { Runtime } from './runtime.ts'

export interface SessionLifecycleAppDeps {
  readonly settings: Settings
  readonly stores: Stores
  readonly sessions: Sessions
  readonly memory: LongTermMemory
  readonly learning: { readonly learner: Learner; readonly storage: SessionStorage }
  readonly exclusive: Exclusive
  readonly timeout_ms: number
}

/** The lifecycle of sessions, whose sweep first forgets expired messages, so that nothing is learned from them. */
export const withExpiry = (lifecycle: SessionLifecycle, expiry: Pick<MessageExpiry, 'sweep'>): SessionLifecycle => ({
  reset: scope => lifecycle.reset(scope),
  sweep: async (options = {}) => {
    await expiry.sweep(options)
    return await lifecycle.sweep(options)
  },
  relearn: () => lifecycle.relearn(),
  purge: options => lifecycle.purge(options),
})

/** The lifecycle of sessions; none end while the memory system is disabled. */
export const createClosing = (deps: SessionLifecycleAppDeps, runtime: Runtime): SessionLifecycle => {
  const { settings, stores, sessions, memory, learning, exclusive, timeout_ms } = deps
  if (!settings.feature_flags.enable_memory_system) return noSessionLifecycle
  return new SessionLifecycleService({
    ...runtime,
    learning,
    stores,
    sessions,
    memory,
    exclusive,
    limits: { timeout_ms, retention_days: settings.memory.session.expired_retention_days },
  })
}
