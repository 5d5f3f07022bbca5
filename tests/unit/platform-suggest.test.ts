import { expect, test } from '@jest/globals'
import { suggest } from '../../src/platform/suggest.ts'

test.each<[string, readonly string[], string | undefined]>([
  ['limits', ['limit', 'after'], 'limit'],
  ['RESET', ['reset', 'remember'], 'reset'],
  ['topKResults', ['top_k_results'], 'top_k_results'],
  ['sesion.lst', ['session.list', 'people.list'], 'session.list'],
  ['expiry_cron', ['memory.session.expiry_cron'], 'memory.session.expiry_cron'],
  ['ai.modle', ['embeddings.model', 'ai.model'], 'ai.model'],
  ['memory.longterm.chroma.host', ['memory.longterm.chroma.mode', 'memory.longterm.chroma.url'], undefined],
  ['weather', ['status', 'help'], undefined],
  ['anything', [], undefined],
])('%s among %j suggests %s', (name, known, expected) => {
  expect(suggest(name, known)).toBe(expected)
})
