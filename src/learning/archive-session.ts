/**
 * Moves the folder of a closed session into the archive; while long-term memory is disabled, nothing else happens to
 * it.
 */
import { asDenidinError } from '../platform/errors.ts'
import type { Logger } from '../platform/logger.ts'
import type { SessionFolders } from '../sessions/session-folders.ts'
import type { SessionRecord, SessionTransfers } from '../sessions/session-ledger.ts'
import type { SessionStorage } from './session-storage.ts'

export interface ArchiveDeps {
  readonly ledger: Pick<SessionTransfers, 'archived'>
  readonly folders: Pick<SessionFolders, 'archive' | 'archivePath'>
}

/** Moves the folder into the archive of the day of its last message. Safe to repeat. @returns its new path */
export const archiveSession = async ({ ledger, folders }: ArchiveDeps, session: SessionRecord): Promise<string> => {
  const archived_to = session.archived_to ?? folders.archivePath(session.session_id, session.last_active)
  await ledger.archived(session.session_id, archived_to)
  await folders.archive(session.session_id, archived_to)
  return archived_to
}

/**
 * Storage while long-term memory is disabled: archives the session, which then waits until long-term memory is enabled.
 */
export const createArchiveOnlyStorage = (deps: ArchiveDeps & { readonly logger: Logger }): SessionStorage => {
  const logger = deps.logger.for('cleanup')
  // The ledger is written first: after a crash in between, the folder of a session is still to be moved.
  const moved = new Set<string>()
  return {
    store: async session => {
      if (moved.has(session.session_id)) return 'archived'
      try {
        await archiveSession(deps, session)
        moved.add(session.session_id)
      } catch (error) {
        const { session_id } = session
        logger.error('A session could not be archived', { session_id, reason: asDenidinError(error).message })
      }
      return 'archived'
    },
  }
}
