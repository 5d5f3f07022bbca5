import { expect, test } from '@jest/globals'
import type { Embedder } from '../../src/models/embedder.ts'
import type { LanguageModel } from '../../src/models/language-model.ts'
import type { Meter, MeteredCall } from '../../src/models/meter.ts'
import { meteredEmbedder, meteredLanguageModel } from '../../src/models/metered.ts'
import { DenidinError } from '../../src/platform/errors.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { memoryLog } from '../support/memory-log.ts'

const request = { messages: [{ role: 'user', content: 'my secret' }], max_tokens: 10, temperature: 0 } as const
const call = { purpose: 'reply', person_id: 'ana', chat_id: '1@c.us' } as const

const recordingMeter = (): Meter & { readonly calls: MeteredCall[] } => {
  const calls: MeteredCall[] = []
  return { calls, record: async each => void calls.push(each) }
}

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

test('an embedder keeps its name and its space, and its calls are taken down', async () => {
  const meter = recordingMeter()
  const metered = meteredEmbedder(embedder, meter, new FakeClock(), silentLogger)
  expect(metered).toMatchObject({ provider: 'openai', model: 'e', space: 'e@3' })
  await expect(metered.embed(['a', 'b'], { ...call, purpose: 'recall' })).resolves.toMatchObject({ input_tokens: 9 })
  expect(meter.calls).toMatchObject([{ kind: 'embedding', purpose: 'recall', input_tokens: 9, output_tokens: 0 }])
})

test("a meter that fails costs nobody an answer, and says so without anybody's words", async () => {
  const log = memoryLog()
  const meter: Meter = { record: () => Promise.reject(new DenidinError('damaged', 'disk full of my secret')) }
  const answering = modelThat(async () => ({ text: 'hello', usage: { input_tokens: 5, output_tokens: 2 } }))
  const model = meteredLanguageModel(answering, meter, new FakeClock(), log)
  await expect(model.complete(request, call)).resolves.toMatchObject({ text: 'hello' })
  expect(log.lines).toMatchObject([{ level: 'error', component: 'model', message: 'Model call could not be recorded' }])
  expect(log.text()).not.toContain('my secret')
})

test('a meter that fails on a failed call hides nothing of that failure', async () => {
  const meter: Meter = { record: () => Promise.reject(new Error('disk full')) }
  const failing = modelThat(() => Promise.reject(new DenidinError('timeout', 'too slow')))
  const model = meteredLanguageModel(failing, meter, new FakeClock(), silentLogger)
  await expect(model.complete(request, call)).rejects.toMatchObject({ code: 'timeout' })
})
