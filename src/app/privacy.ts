/** Wires erasure and export over every store of personal data. */
import type { Channel } from '../channels/channel.ts'
import type { MeasuredTexts } from '../conversation/packing/measured-texts.ts'
import type { Exclusive } from '../conversation/turn-scheduler.ts'
import type { AuditLog } from '../memory/audit-log.ts'
import type { ChatId } from '../messages/message.ts'
import type { PersonalData } from '../people/personal-data.ts'
import { pastMerges } from '../people/sqlite/past-merges.ts'
import type { BackgroundTasks } from '../platform/background-tasks.ts'
import { createExport, type Export, type ExportFiles } from '../privacy/export.ts'
import { createErasure, type Erasure } from '../privacy/erasure.ts'
import { LostErasures } from '../privacy/lost-erasures.ts'
import { MessageExpiry } from '../privacy/message-expiry.ts'
import type { ActiveSession } from '../privacy/session-erasure.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { Archive } from './archive/archive.ts'
import type { MemoryFeatures } from './memory.ts'
import type { Stores } from './stores.ts'
import type { Runtime } from './runtime.ts'

export interface PrivacyDeps {
  readonly stores: Stores
  readonly exportFiles: ExportFiles
  /** The personal data of all features, in the order in which it is erased. */
  readonly personalData: readonly PersonalData[]
  readonly sessions: {
    readonly windows: Sessions
    readonly exclusive: Exclusive
    /** Called when sessions lost messages: their memories have to be learned again. */
    readonly changed: () => void
  }
  readonly features: Pick<MemoryFeatures, 'memory' | 'messageIndex' | 'messageVectors' | 'purge'>
  readonly archive: Pick<Archive, 'follower'>
  readonly audit: AuditLog
  /** What packing has measured of messages. */
  readonly measured: MeasuredTexts
  readonly background: BackgroundTasks
}

export interface Privacy {
  readonly lost: LostErasures
  readonly forgetting: Erasure
  readonly exporting: Export
}

export interface ExpiryDeps {
  readonly stores: Stores
  readonly forgetting: Erasure
  readonly channelOf: (chat_id: ChatId) => Channel | undefined
  readonly exclusive: Exclusive
}

/** The expiry of messages that disappear from their chats. */
export const createExpiry = ({ stores, forgetting, channelOf, exclusive }: ExpiryDeps, parts: Runtime): MessageExpiry =>
  new MessageExpiry({
    ...parts,
    messages: stores.forgettable,
    memories: stores.memories,
    erasure: forgetting,
    exclusive,
    keptIn: async (chat_id, message_ids) => {
      const channel = channelOf(chat_id)
      if (channel === undefined) return undefined
      if (channel.keptIn === undefined) return new Set()
      return await channel.keptIn(chat_id, message_ids).catch(() => undefined)
    },
  })

/** Erasure and export of all data about a person. */
export const createPrivacy = (privacy: PrivacyDeps, parts: Runtime): Privacy => {
  const { stores, personalData, sessions, features, audit, background } = privacy
  const exporting = createExport({ files: privacy.exportFiles, personalData, clock: parts.clock })
  const sessionsChanged = (active: readonly ActiveSession[]): void => {
    // A turn that was in progress may have written its window meanwhile.
    for (const { scope, session_id } of active) {
      const refresh = (): Promise<void> => sessions.windows.refresh(session_id)
      background.run('rewriting a session file', () => sessions.exclusive(scope, refresh))
    }
    sessions.changed()
  }
  const forgetting = createErasure({
    personalData,
    log: { erasures: stores.erasures, applied: stores.applied },
    texts: {
      messages: stores.forgettable,
      memoryLog: stores.memoryLog,
      reflections: stores.reflections,
      changeLog: stores.changeLog,
      processed: stores.processedMessages,
      memories: stores.memories,
      longterm: features.memory,
      indexes: [
        { forget: async message_ids => privacy.measured.forget(message_ids) },
        stores.unknownSessions,
        stores.damagedCopies,
        features.messageIndex,
        features.messageVectors,
        privacy.archive.follower,
        stores.usageTasks,
      ],
      scrub: async () => {
        stores.database.scrub()
      },
      purge: features.purge,
    },
    sessions: { sessions: sessions.windows, ledger: stores.ledger, folders: stores.folders, sessionsChanged },
    survivorOf: person_id =>
      pastMerges(stores.database).find(({ from_id }) => from_id === person_id)?.into_id ?? person_id,
    exclusive: sessions.exclusive,
    audit,
    clock: parts.clock,
    logger: parts.logger,
  })
  const lost = new LostErasures({ ...stores, ...parts })
  return { forgetting, exporting, lost }
}
