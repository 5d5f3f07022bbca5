import type { SessionFolders } from '../sessions/session-folders.ts'
import type { SessionRecord, SessionTransfers } from '../sessions/session-ledger.ts'

/** Moves the folder of a closed session into the archive of the day it was last active; tells where it lies. Safe to repeat. */
export const archiveSession = async (
  ledger: SessionTransfers,
  folders: SessionFolders,
  session: SessionRecord,
): Promise<string> => {
  const archived_to = session.archived_to ?? folders.archivePath(session.session_id, session.last_active)
  await ledger.archived(session.session_id, archived_to)
  await folders.archive(session.session_id, archived_to)
  return archived_to
}
