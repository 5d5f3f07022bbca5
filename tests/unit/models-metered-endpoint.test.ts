/** Requests to chat models: what is reserved for each is the most that it takes, so that no limit is exceeded. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { Database } from '../../src/database/sqlite/database.ts'
import { CallRefused } from '../../src/models/call-refused.ts'
import type { Completion, CompletionRequest, ModelMessage, TokenUsage } from '../../src/models/language-model.ts'
import { modelKey } from '../../src/models/knowledge/model-knowledge.ts'
import type { ChatEndpoint } from '../../src/models/mending/chat-endpoint.ts'
import { MendedLanguageModel } from '../../src/models/mending/mended-language-model.ts'
import { meteredEndpoint } from '../../src/models/metered-endpoint.ts'
import type { Meter } from '../../src/models/meter.ts'
import { ModelError } from '../../src/models/model-error.ts'
import { requestTokens } from '../../src/models/message-tokens.ts'
import { shapeMessages } from '../../src/models/request-shape.ts'
import { WholeAnswers } from '../../src/models/whole-answers.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { createTokenCounter } from '../../src/text/tokens.ts'
import { spendingLimitsOf } from '../../src/usage/limits/spending-limits.ts'
import { usageMigrations } from '../../src/usage/sqlite/usage-migrations.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { forgetfulKnowledge } from '../support/forgetful-knowledge.ts'
import { meteringOf } from '../support/meter-of.ts'
import { recordingMeter } from '../support/recording-meter.ts'

const tokens = createTokenCounter()
const call = { purpose: 'reply', person_id: 'ana' } as const

type Send = (request: CompletionRequest) => Promise<Completion>

const endpointOf = (send: Send): ChatEndpoint => ({
  provider: 'openai',
  model: 'm',
  host: 'models.example',
  key: modelKey('https://models.example/v1', 'm'),
  usual: { limit: 'max_tokens' },
  send,
})

const metered = (send: Send, meter: Meter): ChatEndpoint =>
  meteredEndpoint({ endpoint: endpointOf(send), meter, tokens, clock: new FakeClock(), logger: silentLogger })

/** The endpoint with all that asks again where an answer is missing or cut. */
const wholeModel = (send: Send, meter: Meter): WholeAnswers => {
  const parts = { clock: new FakeClock(), logger: silentLogger }
  const knowledge = forgetfulKnowledge(parts)
  return new WholeAnswers(new MendedLanguageModel({ ...parts, endpoint: metered(send, meter), knowledge, tokens }))
}

/** A meter whose limit is on all tokens of a day. */
const limited = (tokens_per_day: number) => {
  const NONE = { cost_per_person_per_day: undefined, cost_per_day: undefined, cost_per_month: undefined }
  const limits = spendingLimitsOf({
    ...NONE,
    tokens_per_person_per_day: undefined,
    tokens_per_day,
    tokens_per_month: undefined,
  })
  return meteringOf(new Database(':memory:', usageMigrations), new FakeClock(), undefined, { limits })
}

const requestOf = (messages: readonly ModelMessage[], max_tokens = 50): CompletionRequest => ({
  messages,
  max_tokens,
  temperature: 0,
})

const hello = requestOf([{ role: 'user', content: 'Hello there' }])

/** Tokens of a request as OpenAI counts what is really sent. */
const countedBy = (ratio: number, { messages }: CompletionRequest, folded = false): number =>
  Math.floor(ratio * requestTokens(shapeMessages(messages, folded), tokens))

const text = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: fc.constantFrom(' ', '\n', '!', '-', '1', 'a', 'ש', '你', '👋', '\t'), maxLength: 80 }),
  fc.constantFrom('', 'hello, world', 'מה שלומך היום? '.repeat(20), 'a'.repeat(700), 'word '.repeat(400)),
)
const message = fc.record({ role: fc.constantFrom('system', 'user', 'assistant'), content: text })

describe('what is reserved', () => {
  test('is never less than what a request takes, in any shape and script, where the model counts as we do', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 100 }),
        fc.boolean(),
        fc.boolean(),
        async (messages, max_tokens, counted, folded) => {
          const meter = recordingMeter()
          const request = requestOf(messages, max_tokens)
          const usage = { input_tokens: countedBy(1, request, folded), output_tokens: max_tokens }
          const endpoint = metered(async () => ({ text: 'yes', usage }), meter)
          const input_tokens = requestTokens(messages, tokens)
          await endpoint.send(counted ? { ...request, input_tokens } : request, {}, call)
          const [recorded] = meter.calls
          expect(usage.input_tokens + usage.output_tokens).toBeLessThanOrEqual(recorded?.estimated_tokens ?? 0)
          expect(recorded?.estimated_answer_tokens).toBe(max_tokens)
        },
      ),
      { numRuns: 400 },
    )
  })

  test('follows a model that counts more than we do, from its first long request on', async () => {
    const meter = recordingMeter()
    const ratios = [1, 1.7, 1.3, 9, 1]
    const long = requestOf([{ role: 'user', content: 'word '.repeat(1000) }])
    const counted = requestTokens(long.messages, tokens)
    for (const ratio of ratios) {
      const usage = { input_tokens: Math.round(counted * ratio), output_tokens: 1 }
      await metered(async () => ({ text: 'yes', usage }), meter).send(long, {}, call)
    }
    // Each endpoint knows its own model alone.
    expect(new Set(meter.calls.map(each => each.estimated_tokens)).size).toBe(1)
    let at = 0
    const one = metered(async () => {
      const usage = { input_tokens: Math.round(counted * (ratios[at++] ?? 1)), output_tokens: 1 }
      return { text: 'yes', usage }
    }, meter)
    for (let count = 0; count < ratios.length; count++) await one.send(long, {}, call)
    const inputs = meter.calls.slice(ratios.length).map(each => (each.estimated_tokens - 50 - 32) / counted)
    // A count that cannot be right does not keep everyone from an answer.
    for (const [index, most] of [1, 1, 1.7, 1.7, 4].entries()) expect(inputs[index]).toBeCloseTo(most, 2)
  })

  test('is not changed by what a provider adds to short requests', async () => {
    const meter = recordingMeter()
    const endpoint = metered(async () => ({ text: 'y', usage: { input_tokens: 90, output_tokens: 1 } }), meter)
    for (let at = 0; at < 2; at++) await endpoint.send(hello, {}, call)
    const [first, second] = meter.calls
    expect(second?.estimated_tokens).toBe(first?.estimated_tokens)
  })

  test('keeps a limit under 50 parallel requests of a model that uses all that it may, however it counts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 1, max: 3, noNaN: true }),
        fc.integer({ min: 1000, max: 30_000 }),
        fc.array(fc.record({ words: fc.nat(600), max_tokens: fc.integer({ min: 1, max: 300 }), fails: fc.boolean() }), {
          minLength: 50,
          maxLength: 50,
        }),
        async (ratio, room, turns) => {
          const long = requestOf([{ role: 'user', content: 'word '.repeat(600) }], 1)
          const first = countedBy(ratio, long) + 1
          const { meter, guard } = limited(first + room)
          const within = (): void => {
            for (const { spent, most } of guard.levels()) expect(spent).toBeLessThanOrEqual(most)
          }
          const failing = new Set<CompletionRequest>()
          const endpoint = metered(async request => {
            within()
            await Promise.resolve()
            const usage: TokenUsage = { input_tokens: countedBy(ratio, request), output_tokens: request.max_tokens }
            if (failing.has(request)) throw new ModelError('content-filter', 'withheld').taking(usage)
            return { text: 'yes', usage }
          }, meter)
          // By this one the model's way of counting is known.
          await endpoint.send(long, {}, call)
          await Promise.all(
            turns.map(async ({ words, max_tokens, fails }) => {
              const request = requestOf([{ role: 'user', content: 'word '.repeat(words) }], max_tokens)
              if (fails) failing.add(request)
              await endpoint.send(request, {}, call).catch(() => undefined)
              within()
            }),
          )
        },
      ),
      { numRuns: 20 },
    )
  })
})

test('what a call takes beyond its reservation is seen by the next one: a limit is exceeded by that difference alone', async () => {
  const { meter, guard } = limited(1000)
  /** Pays no attention to the bound of the answer. */
  const careless = metered(async () => ({ text: 'yes', usage: { input_tokens: 10, output_tokens: 700 } }), meter)
  await careless.send(hello, {}, call)
  const reserved = requestTokens(hello.messages, tokens) + 32 + 50
  // One fits still; it takes 710 tokens, and not those that were reserved.
  await careless.send(hello, {}, call)
  expect(guard.levels()).toMatchObject([{ spent: 1420n }])
  expect(710 + reserved).toBeLessThanOrEqual(1000)
  for (let at = 0; at < 5; at++) await expect(careless.send(hello, {}, call)).rejects.toThrow(CallRefused)
  expect(guard.levels()).toMatchObject([{ spent: 1420n }])
})

describe('a model that is asked again', () => {
  const usedUp = (bound: number): ModelError =>
    new ModelError('answer-length', 'used up', { limit_tokens: bound }).taking({
      input_tokens: 10,
      output_tokens: bound,
    })

  test('has each request on record, with the bound that it was sent with', async () => {
    const meter = recordingMeter()
    const model = wholeModel(async ({ max_tokens }) => {
      if (max_tokens < 3000) throw usedUp(max_tokens)
      return { text: 'Hello!', usage: { input_tokens: 10, output_tokens: 3000 } }
    }, meter)
    await expect(model.complete(hello, call)).resolves.toMatchObject({ text: 'Hello!' })
    expect(meter.calls).toMatchObject([
      { outcome: 'failed', estimated_answer_tokens: 50, input_tokens: 10, output_tokens: 50 },
      { outcome: 'failed', estimated_answer_tokens: 2098, input_tokens: 10, output_tokens: 2098 },
      { outcome: 'ok', estimated_answer_tokens: 8242, input_tokens: 10, output_tokens: 3000 },
    ])
  })

  test('is not asked with a bound for which the limit has no room', async () => {
    const { meter, guard } = limited(1000)
    const bounds: number[] = []
    const model = wholeModel(async ({ max_tokens }) => {
      bounds.push(max_tokens)
      throw usedUp(max_tokens)
    }, meter)
    await expect(model.complete(hello, call)).rejects.toThrow(CallRefused)
    expect(bounds).toEqual([50])
    expect(guard.levels()).toMatchObject([{ spent: 60n }])
  })

  test('is not asked to go on where the limit has no room: what it said remains, and is known to be cut', async () => {
    const { meter } = limited(130)
    let asked = 0
    const model = wholeModel(async () => {
      asked++
      return { text: 'The first thing is', cut: true, usage: { input_tokens: 12, output_tokens: 50 } }
    }, meter)
    await expect(model.complete(hello, call)).resolves.toMatchObject({ text: 'The first thing is', cut: true })
    expect(asked).toBe(1)
  })
})
