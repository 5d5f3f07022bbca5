/** Copies of damaged derived data that were set aside: forgotten data must not stay in them. */
import type { MessageIndex } from '../messages/message-erasure.ts'
import { copiesSetAside, remove } from '../platform/files.ts'

/**
 * The copies of these files and folders. No single message can be removed from a damaged copy, so the copies are
 * deleted as a whole when anything is forgotten; all their data can be rebuilt anyway.
 */
export const createDamagedCopies = (paths: readonly string[]): MessageIndex => ({
  forget: async () => {
    for (const path of paths) for (const copy of await copiesSetAside(path)) await remove(copy)
  },
})
