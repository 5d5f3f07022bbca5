import { createRequire } from 'node:module'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { CallHeldBack } from '../../src/models/call-held-back.ts'
import { CallRefused } from '../../src/models/call-refused.ts'
import type { Embedder } from '../../src/models/embedder.ts'
import { mostTokensOf } from '../../src/models/estimated-tokens.ts'
import type { LanguageModel } from '../../src/models/language-model.ts'
import type { Meter } from '../../src/models/meter.ts'
import { ModelError } from '../../src/models/model-error.ts'
import { meteredEmbedder, meteredLanguageModel } from '../../src/models/metered.ts'
import { DenidinError } from '../../src/platform/errors.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { createTokenCounter } from '../../src/text/tokens.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { memoryLog } from '../support/memory-log.ts'
import { recordingMeter } from '../support/recording-meter.ts'

const request = { messages: [{ role: 'user', content: 'my secret' }], max_tokens: 10, temperature: 0 } as const
const call = { purpose: 'reply', person_id: 'ana', chat_id: '1@c.us' } as const

const tokens = createTokenCounter()

const FULL = (): Promise<never> => Promise.reject(new DenidinError('damaged', 'disk full of my secret'))
const brokenMeter: Meter = { reserve: FULL, commit: FULL, release: FULL, cancel: FULL }

const modelThat = (complete: LanguageModel['complete']): LanguageModel => ({ provider: 'openai', model: 'm', complete })

const embedder: Embedder = {
  provider: 'openai',
  model: 'e',
  space: 'e@3',
  embed: async texts => ({ vectors: texts.map(() => Float32Array.of(1, 0, 0)), input_tokens: 9 }),
}

test('a call is taken down with whose it was, what it took and how long', async () => {
  const clock = new FakeClock()
  const meter = recordingMeter()
  const model = meteredLanguageModel(
    modelThat(async () => {
      await clock.advance(250)
      return { text: 'hello', usage: { input_tokens: 5, output_tokens: 2 } }
    }),
    meter,
    clock,
    silentLogger,
  )
  await expect(model.complete(request, call)).resolves.toMatchObject({ text: 'hello' })
  expect(meter.calls).toEqual([
    {
      kind: 'completion',
      provider: 'openai',
      model: 'm',
      purpose: 'reply',
      person_id: 'ana',
      chat_id: '1@c.us',
      estimated_tokens: 13,
      estimated_answer_tokens: 10,
      outcome: 'ok',
      duration_ms: 250,
      input_tokens: 5,
      output_tokens: 2,
    },
  ])
})

test('a failed call is taken down and fails all the same', async () => {
  const meter = recordingMeter()
  const failing = modelThat(() => Promise.reject(new DenidinError('unavailable', 'down')))
  const model = meteredLanguageModel(failing, meter, new FakeClock(), silentLogger)
  await expect(model.complete(request, { purpose: 'summary' })).rejects.toMatchObject({ code: 'unavailable' })
  expect(meter.calls).toMatchObject([{ outcome: 'failed', purpose: 'summary', input_tokens: 0, output_tokens: 0 }])
  expect(meter.calls[0]).not.toHaveProperty('person_id')
})

test('a call that is held back because the service is down is no call', async () => {
  const meter = recordingMeter()
  const down = modelThat(() => Promise.reject(new CallHeldBack('it is not asked for now')))
  const model = meteredLanguageModel(down, meter, new FakeClock(), silentLogger)
  await expect(model.complete(request, call)).rejects.toThrow(CallHeldBack)
  expect(meter.calls).toMatchObject([{ outcome: 'cancelled' }])
  const log = memoryLog()
  await expect(meteredLanguageModel(down, brokenMeter, new FakeClock(), log).complete(request, call)).rejects.toThrow(
    CallHeldBack,
  )
  expect(log.lines).toEqual([])
})

test('a failed call takes what the server said that it took, and one that is given up its request', async () => {
  const meter = recordingMeter()
  const clock = new FakeClock()
  const withheld = modelThat(() =>
    Promise.reject(new ModelError('content-filter', 'withheld').taking({ input_tokens: 7, output_tokens: 1 })),
  )
  const metered = meteredLanguageModel(withheld, meter, clock, silentLogger)
  await expect(metered.complete(request, call)).rejects.toMatchObject({ reason: 'content-filter' })
  const edited = new AbortController()
  const interrupted = modelThat(async () => {
    edited.abort()
    throw new DenidinError('unavailable', 'given up')
  })
  const given_up = meteredLanguageModel(interrupted, meter, clock, silentLogger)
  await expect(
    given_up.complete({ ...request, input_tokens: 40 }, { ...call, signal: edited.signal }),
  ).rejects.toThrow()
  expect(meter.calls).toMatchObject([
    { outcome: 'failed', input_tokens: 7, output_tokens: 1 },
    { outcome: 'failed', input_tokens: 40, output_tokens: 0 },
  ])
})

test('a call that may not be made is not made', async () => {
  const meter = recordingMeter()
  const refusing: Meter = { ...meter, reserve: () => Promise.reject(new CallRefused('day', 'used up', 5)) }
  let asked = 0
  const model = modelThat(async () => {
    asked++
    return { text: 'hello', usage: { input_tokens: 5, output_tokens: 2 } }
  })
  const metered = meteredLanguageModel(model, refusing, new FakeClock(), silentLogger)
  await expect(metered.complete(request, call)).rejects.toMatchObject({ code: 'limit_reached', until: 5 })
  expect(asked).toBe(0)
})

/** What most embedding models count by; we count replies by a newer vocabulary. */
const olderTokens = (): ((text: string) => number) => {
  const require = createRequire(import.meta.url)
  const { Tiktoken } = require('tiktoken/lite') as typeof import('tiktoken/lite')
  const { bpe_ranks, special_tokens, pat_str } =
    require('tiktoken/encoders/cl100k_base.json') as typeof import('tiktoken/encoders/cl100k_base.json')
  const encoding = new Tiktoken(bpe_ranks, special_tokens, pat_str)
  return text => encoding.encode_ordinary(text).length
}

test('what is reserved for an embedding is at least what the model counts, in every script, and not far above', async () => {
  const count = olderTokens()
  const texts = [
    'hello, world',
    "I'll be there at 17:30; the invoice no. 20261129-0042 is $1,250.00 (incl. 18 % VAT).",
    'שלום עולם, מה שלומך היום? הפגישה נדחתה ליום חמישי בשעה שמונה.',
    '你好世界',
    'مرحبا بالعالم',
    '👋🌍',
    '',
    '1234567890'.repeat(50),
    '!@#$%^&*()'.repeat(50),
    'xqzjkvwp '.repeat(50),
    JSON.stringify({ a: [1, 2, { b: null, c: [[]] }] }).repeat(20),
  ]
  for (const text of texts) {
    const most = await mostTokensOf([text], tokens)
    expect([text, count(text) <= most]).toEqual([text, true])
    expect([text, most <= 3 * count(text) + 4]).toEqual([text, true])
  }
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async text => {
      // A lone surrogate becomes another sign on its way.
      const whole = text.toWellFormed()
      expect(count(whole)).toBeLessThanOrEqual(await mostTokensOf([whole], tokens))
    }),
  )
})

test('a model that counts more than its reservations gets larger ones', async () => {
  const meter = recordingMeter()
  const text = 'flour and water, a little salt, and time. '.repeat(100)
  const counted = await mostTokensOf([text], tokens)
  const greedy: Embedder = { ...embedder, embed: async () => ({ vectors: [], input_tokens: 2 * counted }) }
  const metered = meteredEmbedder(greedy, { meter, tokens, clock: new FakeClock(), logger: silentLogger })
  for (let times = 0; times < 2; times++) await metered.embed([text], { purpose: 'memory' })
  const [first = 0, second = 0] = meter.calls.map(each => each.estimated_tokens)
  expect(first).toBeLessThan(2 * counted)
  expect(second).toBeGreaterThanOrEqual(2 * counted)
})

test('an embedder keeps its name and its space, and its calls are taken down', async () => {
  const meter = recordingMeter()
  const metered = meteredEmbedder(embedder, { meter, tokens, clock: new FakeClock(), logger: silentLogger })
  expect(metered).toMatchObject({ provider: 'openai', model: 'e', space: 'e@3' })
  await expect(metered.embed(['a', 'b'], { ...call, purpose: 'recall' })).resolves.toMatchObject({ input_tokens: 9 })
  expect(meter.calls).toMatchObject([{ kind: 'embedding', purpose: 'recall', input_tokens: 9, output_tokens: 0 }])
})

test("a meter that fails costs nobody an answer, and says so without anybody's words", async () => {
  const log = memoryLog()
  const answering = modelThat(async () => ({ text: 'hello', usage: { input_tokens: 5, output_tokens: 2 } }))
  const model = meteredLanguageModel(answering, brokenMeter, new FakeClock(), log)
  await expect(model.complete(request, call)).resolves.toMatchObject({ text: 'hello' })
  expect(log.lines).toMatchObject([{ level: 'error', component: 'model', message: 'Model call could not be recorded' }])
  expect(log.text()).not.toContain('my secret')
})

test('a meter that fails on a failed call hides nothing of that failure', async () => {
  const failing = modelThat(() => Promise.reject(new DenidinError('timeout', 'too slow')))
  const model = meteredLanguageModel(failing, brokenMeter, new FakeClock(), silentLogger)
  await expect(model.complete(request, call)).rejects.toMatchObject({ code: 'timeout' })
})

test('tokens are reserved before the call: those of the request and of the longest answer', async () => {
  const meter = recordingMeter()
  const during: unknown[] = []
  const looking = modelThat(async () => {
    during.push(...meter.calls)
    return { text: 'hello', usage: { input_tokens: 5, output_tokens: 2 } }
  })
  const model = meteredLanguageModel(looking, meter, new FakeClock(), silentLogger)
  await model.complete(request, call)
  await model.complete({ ...request, input_tokens: 100 }, call)
  expect(during).toMatchObject([
    // 9 characters, and 10 tokens of an answer.
    { outcome: 'reserved', estimated_tokens: 13 },
    { outcome: 'ok' },
    { outcome: 'reserved', estimated_tokens: 110 },
  ])
  await meteredEmbedder(embedder, { meter, tokens, clock: new FakeClock(), logger: silentLogger }).embed(
    ['abc', 'defghi'],
    { purpose: 'recall' },
  )
  // The bytes of both texts, marks around each, and what a request may add.
  expect(meter.calls.at(-1)).toMatchObject({ estimated_tokens: 44 })
})

test('a call that could not be reserved is recorded when it has ended', async () => {
  const meter = recordingMeter()
  let failures = 1
  const recovering: Meter = { ...meter, reserve: async planned => (failures-- > 0 ? FULL() : meter.reserve(planned)) }
  const answering = modelThat(async () => ({ text: 'hello', usage: { input_tokens: 5, output_tokens: 2 } }))
  await meteredLanguageModel(answering, recovering, new FakeClock(), silentLogger).complete(request, call)
  expect(meter.calls).toMatchObject([{ outcome: 'ok', input_tokens: 5, output_tokens: 2 }])
})
