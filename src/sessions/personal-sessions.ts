/** The personal data in sessions: the ledger's rows and the files on disk. */
import { recordedTime, type PersonalData } from '../people/personal-data.ts'
import { scopeOfPerson } from '../messages/scope.ts'
import type { SessionFolders } from './session-folders.ts'
import type { SessionLedger } from './session-ledger.ts'

/** The personal data of only the ledger, without the files. */
export type LedgerData = Pick<PersonalData, 'name' | 'tables' | 'count' | 'reassign'>

/** The sessions of a person with their files, running and archived. Files are erased before their row in the ledger. */
export const createPersonalSessions = (ledger: SessionLedger & LedgerData, folders: SessionFolders): PersonalData => ({
  name: ledger.name,
  tables: ledger.tables,
  count: (person_id, bounds) => ledger.count(person_id, bounds),
  reassign: (from, to) => ledger.reassign(from, to),
  export: async function* (person_id) {
    for (const session of await ledger.ofScope(scopeOfPerson(person_id))) {
      const { session_id, chat_id, state, messages, archived_to = null } = session
      yield {
        section: 'sessions',
        fields: {
          created_at: recordedTime(session.created_at),
          last_active: recordedTime(session.last_active),
          chat_id,
          state,
          messages,
          session_id,
          archived_to,
        },
      }
    }
  },
  erase: async (person_id, { sessions: stays = [] } = {}) => {
    const sessions = (await ledger.ofScope(scopeOfPerson(person_id))).filter(each => !stays.includes(each.session_id))
    for (const { session_id } of sessions) {
      await folders.erase(session_id, async () => (await ledger.find(session_id))?.archived_to)
      await ledger.forget(session_id)
    }
    return sessions.length
  },
})
