import { expect, test } from '@jest/globals'
import { CallRefused } from '../../src/models/call-refused.ts'
import type { Embedder } from '../../src/models/embedder.ts'
import type { LanguageModel } from '../../src/models/language-model.ts'
import type { Meter } from '../../src/models/meter.ts'
import { ModelError } from '../../src/models/model-error.ts'
import { meteredEmbedder, meteredLanguageModel } from '../../src/models/metered.ts'
import { DenidinError } from '../../src/platform/errors.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { memoryLog } from '../support/memory-log.ts'
import { recordingMeter } from '../support/recording-meter.ts'

const request = { messages: [{ role: 'user', content: 'my secret' }], max_tokens: 10, temperature: 0 } as const
const call = { purpose: 'reply', person_id: 'ana', chat_id: '1@c.us' } as const

const FULL = (): Promise<never> => Promise.reject(new DenidinError('damaged', 'disk full of my secret'))
const brokenMeter: Meter = { reserve: FULL, commit: FULL, release: FULL }

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

test('what a text may take is estimated from its bytes, so that no script takes much more', async () => {
  const meter = recordingMeter()
  const metered = meteredEmbedder(embedder, meter, new FakeClock(), silentLogger)
  for (const text of ['hello, world', 'שלום עולם', '你好世界', '👋🌍'])
    await metered.embed([text], { purpose: 'memory' })
  expect(meter.calls.map(each => each.estimated_tokens)).toEqual([4, 6, 4, 3])
})

test('an embedder keeps its name and its space, and its calls are taken down', async () => {
  const meter = recordingMeter()
  const metered = meteredEmbedder(embedder, meter, new FakeClock(), silentLogger)
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
  await meteredEmbedder(embedder, meter, new FakeClock(), silentLogger).embed(['abc', 'defghi'], { purpose: 'recall' })
  expect(meter.calls.at(-1)).toMatchObject({ estimated_tokens: 3 })
})

test('a call that could not be reserved is recorded when it has ended', async () => {
  const meter = recordingMeter()
  let failures = 1
  const recovering: Meter = { ...meter, reserve: async planned => (failures-- > 0 ? FULL() : meter.reserve(planned)) }
  const answering = modelThat(async () => ({ text: 'hello', usage: { input_tokens: 5, output_tokens: 2 } }))
  await meteredLanguageModel(answering, recovering, new FakeClock(), silentLogger).complete(request, call)
  expect(meter.calls).toMatchObject([{ outcome: 'ok', input_tokens: 5, output_tokens: 2 }])
})
