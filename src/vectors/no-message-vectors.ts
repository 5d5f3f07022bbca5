/** Vectors of messages while long-term memory is switched off: nothing is embedded and nothing found by meaning. */
import type { MessageVectors } from './message-vectors.ts'

export const noMessageVectors: MessageVectors = {
  start: () => undefined,
  findSimilar: async () => [],
  requestSync: () => undefined,
  forget: async () => undefined,
  whenIdle: async () => undefined,
  pending: async () => 0,
  health: async () => ({ state: 'off', detail: 'Long-term memory is switched off.' }),
  [Symbol.asyncDispose]: async () => undefined,
}
