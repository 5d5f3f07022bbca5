/** Vectors of messages while long-term memory is disabled: nothing is embedded or found by embedding. */
import type { MessageVectors } from './message-vectors.ts'

/** @param deleteDeleted deletes vectors of an earlier run whose messages were deleted since */
export const createNoMessageVectors = (deleteDeleted: () => Promise<void>): MessageVectors => ({
  start: () => undefined,
  findSimilar: async () => [],
  requestSync: () => undefined,
  forget: deleteDeleted,
  whenIdle: async () => undefined,
  pending: async () => 0,
  health: async () => ({ state: 'off', detail: 'Long-term memory is switched off.' }),
  [Symbol.asyncDispose]: async () => undefined,
})
