/** What is learned about models. */
import { expect, test } from '@jest/globals'
import { learnedSince, type ModelTraits } from '../../src/models/knowledge/model-knowledge.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { forgetfulKnowledge } from '../support/forgetful-knowledge.ts'

const KEY = 'host model'

test('two calls that learn at once both keep what they learned', async () => {
  const knowledge = forgetfulKnowledge({ clock: new FakeClock(), logger: silentLogger })
  const before = knowledge.traitsOf(KEY)
  await knowledge.learn(KEY, learnedSince(before, { window_tokens: 4096, without: ['temperature'] }))
  await knowledge.learn(KEY, learnedSince(before, { output_tokens: 500, without: ['system'] }))
  expect(knowledge.traitsOf(KEY)).toEqual({
    window_tokens: 4096,
    output_tokens: 500,
    without: ['temperature', 'system'],
  })
})

test('what proves wrong is taken back', async () => {
  const knowledge = forgetfulKnowledge({ clock: new FakeClock(), logger: silentLogger })
  await knowledge.learn(KEY, { cut_at_tokens: 2048, window_tokens: 4096 })
  await knowledge.learn(KEY, { cut_at_tokens: undefined })
  expect(knowledge.traitsOf(KEY)).toEqual({ window_tokens: 4096 })
})

test.each<readonly [ModelTraits, ModelTraits, object]>([
  [{}, {}, {}],
  [{ limit: 'max_tokens' }, { limit: 'max_tokens', window_tokens: 8192 }, { window_tokens: 8192 }],
  [{ limit: 'max_tokens' }, { limit: 'max_completion_tokens' }, { limit: 'max_completion_tokens' }],
  [{ cut_at_tokens: 100 }, {}, { cut_at_tokens: undefined }],
])('from %o to %o, %o was learned', (before, after, learned) => {
  expect(learnedSince(before, after)).toStrictEqual(learned)
})
