import type { MessageSearch } from './message-search.ts'

/** Recall of messages switched off: nothing is indexed, nothing is found. */
export const noMessageSearch: MessageSearch = {
  personal: {
    name: 'index',
    tables: [],
    count: async () => 0,
    erase: async () => 0,
    reassign: async () => undefined,
    export: async function* () {},
  },
  words: { name: 'index of words', verify: async () => ({ looked_at: 0, findings: [] }) },
  forget: async () => undefined,
  recall: async () => [],
  requestSync: () => undefined,
  whenIdle: async () => undefined,
  stats: async () => ({ enabled: false, messages: 0, scopes: 0 }),
  [Symbol.asyncDispose]: async () => undefined,
}
