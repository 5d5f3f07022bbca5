import { beforeEach, expect, test } from '@jest/globals'
import { FallbackLanguageModel, type RankedModel } from '../../src/models/fallback-language-model.ts'
import type { Completion } from '../../src/models/language-model.ts'
import { ModelError, type ModelErrorReason } from '../../src/models/model-error.ts'
import { MINUTE_MS } from '../../src/platform/clock.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { FakeClock } from '../support/fake-clock.ts'

const usage = { input_tokens: 1, output_tokens: 1 }
const request = { messages: [{ role: 'user', content: 'hello' }], max_tokens: 10, temperature: 0 } as const
const call = { purpose: 'reply' } as const

let clock: FakeClock
let asked: string[]
let failing: Map<string, ModelErrorReason>
let chain: FallbackLanguageModel

const ranked = (name: string): RankedModel => ({
  name,
  language: {
    provider: 'test',
    model: name,
    complete: (): Promise<Completion> => {
      asked.push(name)
      const reason = failing.get(name)
      return reason === undefined
        ? Promise.resolve({ text: name, usage })
        : Promise.reject(new ModelError(reason, `${name} fails`))
    },
  },
  health: {
    name: 'language model',
    health: () =>
      Promise.resolve(
        failing.has(name) ? { state: 'down', detail: `${name} fails.` } : { state: 'ok', detail: `${name} answers.` },
      ),
  },
})

beforeEach(() => {
  clock = new FakeClock()
  asked = []
  failing = new Map()
  chain = new FallbackLanguageModel({ models: [ranked('a'), ranked('b'), ranked('c')], clock, logger: silentLogger })
})

const ask = async (): Promise<string> => (await chain.complete(request, call)).text

test.each([
  ['overloaded', MINUTE_MS],
  ['server-error', MINUTE_MS],
  ['timeout', MINUTE_MS],
  ['unreachable', MINUTE_MS],
  ['unauthorised', 10 * MINUTE_MS],
  ['out-of-credit', 10 * MINUTE_MS],
  ['not-found', 10 * MINUTE_MS],
] as const)('a model that failed with %s is passed over for %i ms, then asked again', async (reason, pause_ms) => {
  failing.set('a', reason)
  expect(await ask()).toBe('b')
  failing.clear()
  await clock.advance(pause_ms - 1)
  expect(await ask()).toBe('b')
  await clock.advance(1)
  expect(await ask()).toBe('a')
  expect(asked).toEqual(['a', 'b', 'b', 'a'])
})

test.each(['content-filter', 'context-length', 'bad-request', 'bad-response'] as const)(
  'a model that failed with %s is asked the next time',
  async reason => {
    failing.set('a', reason)
    expect(await ask()).toBe('b')
    failing.clear()
    expect(await ask()).toBe('a')
  },
)

test('while all are passed over, all are asked', async () => {
  for (const name of ['a', 'b', 'c']) failing.set(name, 'overloaded')
  await expect(ask()).rejects.toMatchObject({ message: 'a fails' })
  failing.delete('b')
  expect(await ask()).toBe('b')
  expect(asked).toEqual(['a', 'b', 'c', 'a', 'b'])
})

test('where one refuses the words and the others are down, the person hears about the words', async () => {
  failing = new Map([
    ['a', 'content-filter'],
    ['b', 'overloaded'],
    ['c', 'overloaded'],
  ])
  await expect(ask()).rejects.toMatchObject({ reason: 'content-filter' })
})

test('a call that is called off asks no other model', async () => {
  failing.set('a', 'timeout')
  const signal = AbortSignal.abort(new Error('enough'))
  await expect(chain.complete(request, { ...call, signal })).rejects.toThrow('enough')
  expect(asked).toEqual(['a'])
})

test('its health says which one answers, and what is wrong with those before it', async () => {
  await ask()
  expect(await chain.health()).toEqual({ state: 'ok', detail: 'a answers.' })
  failing.set('a', 'out-of-credit')
  await ask()
  expect(await chain.health()).toEqual({ state: 'degraded', detail: 'b answers. a fails.' })
  for (const name of ['b', 'c']) failing.set(name, 'overloaded')
  await expect(ask()).rejects.toThrow()
  expect(await chain.health()).toMatchObject({ state: 'down' })
})
