import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { CompletionRequest, LanguageModel } from '../../src/models/language-model.ts'
import { createOfflineLanguageModel } from '../../src/models/offline/offline-language-model.ts'
import { OpenAiClient } from '../../src/models/openai/openai-client.ts'
import { createOpenAiLanguageModel } from '../../src/models/openai/openai-language-model.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { createTokenCounter } from '../../src/text/tokens.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { forgetfulKnowledge } from '../support/forgetful-knowledge.ts'
import { fakeIds } from '../support/fake-ids.ts'
import { ScriptedModelServer } from '../support/model-server.ts'
import { recordingMeter } from '../support/recording-meter.ts'

const tokens = createTokenCounter()
const call = { purpose: 'reply' } as const
const request: CompletionRequest = {
  messages: [
    { role: 'system', content: 'You are DeniDin.' },
    { role: 'user', content: 'My dog is called Rex' },
  ],
  max_tokens: 100,
  temperature: 0,
}

let server: ScriptedModelServer

beforeEach(async () => {
  server = await ScriptedModelServer.start()
})

afterEach(async () => {
  await server[Symbol.asyncDispose]()
})

const implementations: readonly (readonly [string, () => LanguageModel])[] = [
  ['offline', () => createOfflineLanguageModel(tokens)],
  [
    'openai',
    () => {
      const parts = { clock: new FakeClock(), ids: fakeIds(), logger: silentLogger }
      const client = new OpenAiClient(
        { api_key: 'key', base_url: server.base_url, timeout_seconds: 30, retries: 0 },
        parts,
      )
      const knowledge = forgetfulKnowledge(parts)
      return createOpenAiLanguageModel({
        meter: recordingMeter(),
        ...parts,
        client,
        model: 'some-model',
        tokens,
        knowledge,
      })
    },
  ],
]

describe.each(implementations)('the %s language model', (name, create) => {
  test('says who it is', () => {
    expect(create().provider).toBe(name)
    expect(create().model).not.toBe('')
  })

  test('answers what was said last', async () => {
    const { text } = await create().complete(request, call)
    expect(text).toContain('My dog is called Rex')
    expect(text).toBe(text.trim())
  })

  test('tells the tokens of question and answer', async () => {
    const { usage } = await create().complete(request, call)
    expect(usage.input_tokens).toBeGreaterThan(0)
    expect(usage.output_tokens).toBeGreaterThan(0)
    const longer = { ...request, messages: [...request.messages, { role: 'user', content: 'and more words' } as const] }
    expect((await create().complete(longer, call)).usage.input_tokens).toBeGreaterThan(usage.input_tokens)
  })

  test('answers the same question at temperature 0 the same way', async () => {
    const model = create()
    const first = await model.complete(request, call)
    await expect(model.complete(request, call)).resolves.toEqual(first)
  })

  test('answers several at once, each its own', async () => {
    const model = create()
    const answers = await Promise.all(
      ['red', 'green', 'blue'].map(colour =>
        model.complete({ ...request, messages: [{ role: 'user', content: `My bicycle is ${colour}` }] }, call),
      ),
    )
    expect(answers.map(({ text }) => /red|green|blue/.exec(text)?.[0])).toEqual(['red', 'green', 'blue'])
  })

  test('stops when it is called off', async () => {
    const signal = AbortSignal.abort(new Error('not needed any more'))
    await expect(create().complete(request, { ...call, signal })).rejects.toThrow('not needed any more')
  })
})

test('the offline model keeps to the most tokens allowed', async () => {
  const { text, usage } = await createOfflineLanguageModel(tokens).complete({ ...request, max_tokens: 6 }, call)
  expect(tokens.count(text)).toBeLessThanOrEqual(6)
  expect(usage.output_tokens).toBe(tokens.count(text))
})
