/**
 * The full-text index of an earlier run while long-term memory is switched off: it receives no new messages, but is
 * still erased.
 */
import { exists } from '../../platform/files.ts'
import { removeIndexDatabase } from '../sqlite/index-database.ts'
import type { MessageIndex } from './message-index.ts'

/**
 * An index that no longer follows the messages. Its file contains words of messages: it is deleted as soon as a message
 * or person is forgotten, and is rebuilt from the messages when long-term memory is switched on.
 * @param path of `index.db`
 */
export const createDisabledMessageIndex = (path: string): MessageIndex => {
  const removeFile = async (): Promise<number> => {
    if (!(await exists(path))) return 0
    await removeIndexDatabase(path)
    return 1
  }
  return {
    personal: {
      name: 'index',
      tables: [],
      count: async () => 0,
      erase: removeFile,
      // The index would name the previous person, so it is deleted and rebuilt later.
      reassign: async () => {
        await removeFile()
      },
      export: async function* () {},
    },
    verification: { name: 'full-text index', verify: async () => ({ looked_at: 0, findings: [] }) },
    requestSync: () => undefined,
    forget: async message_ids => {
      if (message_ids.length > 0) await removeFile()
    },
    whenIdle: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  }
}
