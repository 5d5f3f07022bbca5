/** The full-text index of an earlier run, while long-term memory is switched off: nothing is indexed, but it is erased. */
import { exists } from '../../platform/files.ts'
import { removeIndexDatabase } from '../sqlite/index-database.ts'
import type { MessageIndex } from './message-index.ts'

/**
 * An index that is not followed. Its file contains words of messages: it is removed with the first message or person that
 * is forgotten, and made again from the messages when long-term memory is switched on.
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
      // It would name the former person: it is made again.
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
