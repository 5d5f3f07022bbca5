/** The full-text index while long-term memory is switched off: nothing is indexed. */
import type { MessageIndex } from './message-index.ts'

export const noMessageIndex: MessageIndex = {
  personal: {
    name: 'index',
    tables: [],
    count: async () => 0,
    erase: async () => 0,
    reassign: async () => undefined,
    export: async function* () {},
  },
  verification: { name: 'full-text index', verify: async () => ({ looked_at: 0, findings: [] }) },
  requestSync: () => undefined,
  forget: async () => undefined,
  whenIdle: async () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
}
