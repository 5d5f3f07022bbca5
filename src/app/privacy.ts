import type { Settings } from '../config/settings.ts'
import type { Exclusive } from '../conversation/turn-scheduler.ts'
import type { AuditLog } from '../memory/audit-log.ts'
import type { BackgroundTasks } from '../platform/background-tasks.ts'
import { createExport, type Export } from '../privacy/export.ts'
import { createErasure, type Erasure } from '../privacy/erasure.ts'
import type { ActiveSession } from '../privacy/session-erasure.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { MemoryFeatures } from './memory.ts'
import type { Stores } from './stores.ts'
import type { Runtime } from './runtime.ts'

export interface PrivacyDeps {
  readonly settings: Settings
  readonly stores: Stores
  readonly sessions: Sessions
  readonly features: Pick<MemoryFeatures, 'memory' | 'messageIndex' | 'messageVectors'>
  readonly audit: AuditLog
  readonly background: BackgroundTasks
  readonly exclusive: Exclusive
  /** Told that sessions lost messages: what is remembered of them is to be made anew. */
  readonly sessionChanged: () => void
}

export interface Privacy {
  readonly forgetting: Erasure
  readonly exporting: Export
}

/** What people can ask of what is held about them, over every store. */
export const createPrivacy = (privacy: PrivacyDeps, parts: Runtime): Privacy => {
  const { settings, stores, sessions, features, audit, background } = privacy
  const personalData = (): typeof stores.personalData => stores.personalData
  const exporting = createExport({ personalData, root: settings.data_root, clock: parts.clock })
  stores.personalData.push(exporting.personal)
  const sessionsChanged = (active: readonly ActiveSession[]): void => {
    // A turn that was in progress may have written its window meanwhile.
    for (const { scope, session_id } of active) {
      const refresh = (): Promise<void> => sessions.refresh(session_id)
      background.run('writing a session anew', () => privacy.exclusive(scope, refresh))
    }
    privacy.sessionChanged()
  }
  const forgetting = createErasure({
    personalData,
    log: { erasures: stores.erasures, applied: stores.applied },
    texts: {
      messages: stores.forgettable,
      changeLog: stores.changeLog,
      memories: stores.memories,
      longterm: features.memory,
      indexes: [stores.unknownSessions, features.messageIndex, features.messageVectors],
      scrub: () => {
        stores.database.scrub()
      },
    },
    sessions: { sessions, ledger: stores.ledger, folders: stores.folders, sessionsChanged },
    audit,
    clock: parts.clock,
    logger: parts.logger,
  })
  return { forgetting, exporting }
}
