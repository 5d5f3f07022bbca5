import type { Settings } from '../config/settings.ts'
import type { Conversation } from '../conversation/turns.ts'
import type { PastMessages } from '../memory/past-messages.ts'
import type { MemoryAudit } from '../memory/memory-audit.ts'
import type { Background } from '../platform/background.ts'
import { createExporting, type Exporting } from '../privacy/exporting.ts'
import { createForgetting, type Forgetting } from '../privacy/forgetting.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { Memory } from './memory.ts'
import type { Stores } from './stores.ts'
import type { Surroundings } from './surroundings.ts'

export interface PrivacyParts {
  readonly settings: Settings
  readonly stores: Stores
  readonly sessions: Sessions
  readonly memory: Memory
  readonly past: PastMessages
  readonly audit: MemoryAudit
  readonly background: Background
  readonly road: () => Pick<Conversation, 'exclusive'> | undefined
  /** Told that sessions lost messages: what is remembered of them is to be made anew. */
  readonly sessionChanged: () => void
}

export interface Privacy {
  readonly forgetting: Forgetting
  readonly exporting: Exporting
}

/** What people can ask of what is held about them, over every store. */
export const createPrivacy = (privacy: PrivacyParts, parts: Surroundings): Privacy => {
  const { settings, stores, sessions, memory, audit, background } = privacy
  const personalData = (): typeof stores.personalData => stores.personalData
  const exporting = createExporting({ personalData, root: settings.data_root, clock: parts.clock })
  stores.personalData.push(exporting.personal)
  const forgetting = createForgetting({
    personalData,
    sessions,
    audit,
    clock: parts.clock,
    logger: parts.logger,
    erasures: stores.erasures,
    applied: stores.applied,
    ledger: stores.ledger,
    folders: stores.folders,
    messages: stores.forgettable,
    memories: stores.memories,
    longterm: memory,
    indexes: [privacy.past, ...(memory.messages === undefined ? [] : [memory.messages])],
    scrub: () => {
      stores.database.scrub()
    },
    sessionsChanged: changed => {
      // A turn that was under way may have written its window meanwhile.
      for (const { scope, session_id } of changed) {
        const refresh = (): Promise<void> => sessions.refresh(session_id)
        background.run('writing a session anew', async () => await privacy.road()?.exclusive(scope, refresh))
      }
      privacy.sessionChanged()
    },
  })
  return { forgetting, exporting }
}
