/** Vectors of messages while long-term memory is switched off: nothing is embedded and nothing found by meaning. */
import type { MessageVectors } from './message-vectors.ts'

/** @param deleteDeleted deletes the vectors that an earlier run made of messages which were deleted since */
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
