import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { ProviderChain } from '../../src/learning/extraction/provider-chain.ts'
import type { MessageRecord } from '../../src/messages/message.ts'
import { OpenAiClient } from '../../src/models/openai/openai-client.ts'
import { createOpenAiLanguageModel } from '../../src/models/openai/openai-language-model.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { createTokenCounter } from '../../src/text/tokens.ts'
import { fakeIds } from '../support/fake-ids.ts'
import { forgetfulKnowledge } from '../support/forgetful-knowledge.ts'
import {
  failure,
  facts,
  json,
  ScriptedModelServer,
  sourceLines,
  when,
  type RecordedRequest,
} from '../support/model-server.ts'
import { recordingMeter } from '../support/recording-meter.ts'
import { UTC } from '../../src/platform/time-zone.ts'
import { SkippingClock } from '../support/skipping-clock.ts'

const tokens = createTokenCounter()
const call = { chat_id: 'c', person_id: 'p' }

let server: ScriptedModelServer
let chain: ProviderChain

beforeEach(async () => {
  server = await ScriptedModelServer.start()
  const parts = { clock: new SkippingClock(), ids: fakeIds(), logger: silentLogger }
  const settings = { api_key: 'key', base_url: server.base_url, timeout_seconds: 10, retries: 0 }
  const client = new OpenAiClient(settings, parts)
  const model = createOpenAiLanguageModel({
    meter: recordingMeter(),
    ...parts,
    client,
    model: 'm',
    tokens,
    knowledge: forgetfulKnowledge(parts),
  })
  chain = new ProviderChain({
    ...parts,
    providers: [{ name: 'openai', model }],
    retries: 0,
    zoneOf: async () => UTC,
    tokens,
    metrics: createMetrics(),
  })
})

afterEach(async () => {
  await server[Symbol.asyncDispose]()
})

const said = (at: number, text: string, role: 'user' | 'assistant' = 'user'): MessageRecord => ({
  message_id: `m${String(at)}`,
  chat_id: 'c',
  chat_kind: 'direct',
  scope: 'person:p',
  person_id: 'p',
  role,
  kind: 'chat',
  learning_opt_out: false,
  sender_name: 'Dana',
  text,
  tokens: tokens.count(text),
  sent_at: Date.parse('2026-11-20') + at,
  session_id: 's',
})

/** One fact a message, of its beginning: a fact is a sentence. */
const beginnings = facts(({ text }) => [{ text: text.slice(0, 40), quote: text.slice(0, 40) }])

const extract = async (messages: readonly MessageRecord[]) => {
  const sources = new Set(messages.filter(({ role }) => role === 'user').map(({ message_id }) => message_id))
  return await chain.extract({ messages, sources, known: [], so_far: undefined }, { patient: false, call })
}

/** Tokens that a request asks for, prompt and answer together. */
const asksFor = ({ body }: RecordedRequest): number =>
  (body.messages ?? []).reduce((sum, { content }) => sum + tokens.count(content) + 4, 3) +
  (body.max_tokens ?? body.max_completion_tokens ?? 0)

/** Forty messages of about 220 tokens, and what the assistant said to each. */
const longTalk = Array.from({ length: 40 }, (_, at) => [
  said(2 * at, `fact number ${String(at)}: ${'the boat is blue and old, '.repeat(30)}`),
  said(2 * at + 1, `I see. ${'Tell me more, please. '.repeat(30)}`, 'assistant'),
]).flat()

test('a long talk fits a model with 8,192 tokens at once, and nothing of it is left out', async () => {
  server.always(
    'extraction',
    when(each => asksFor(each) > 8192, failure(400, { code: 'context_length_exceeded' }), beginnings),
  )
  const { provider, facts: found } = await extract(longTalk)
  expect(provider).toBe('openai')
  expect(found.map(({ source }) => source.message_id)).toEqual(
    Array.from({ length: 40 }, (_, at) => `m${String(2 * at)}`),
  )
  for (const request of server.of('extraction')) expect(asksFor(request)).toBeLessThanOrEqual(8192)
})

test.each([4096, 3000])('a talk is taken in smaller parts by a model with %i tokens', async limit => {
  const message = `This model's maximum context length is ${String(limit)} tokens.`
  server.always(
    'extraction',
    when(each => asksFor(each) > limit, failure(400, { message }), beginnings),
  )
  const { provider, facts: found } = await extract(longTalk)
  expect(provider).toBe('openai')
  expect(new Set(found.map(({ source }) => source.message_id)).size).toBe(40)
  const asked = server.counts.extraction
  await extract(longTalk.slice(0, 2))
  expect(server.counts.extraction).toBe(asked + 1)
})

test('a talk is taken in smaller parts by a server that does not say how much it takes', async () => {
  server.always(
    'extraction',
    when(each => asksFor(each) > 5000, failure(413), beginnings),
  )
  const { provider, facts: found } = await extract(longTalk)
  expect(provider).toBe('openai')
  expect(new Set(found.map(({ source }) => source.message_id)).size).toBe(40)
})

test('a single message that is longer than the window is read at its beginning and its end', async () => {
  const message = 'maximum context length is 3000 tokens'
  server.always(
    'extraction',
    when(
      each => asksFor(each) > 3000,
      failure(400, { message }),
      facts(() => [{ text: 'The boat is blue', quote: 'the boat is blue' }]),
    ),
  )
  const { provider, facts: found } = await extract([said(1, `the boat is blue ${'and old '.repeat(4000)}`)])
  expect(provider).toBe('openai')
  expect(found).toHaveLength(1)
})

test('where the answer is cut, half of the messages are asked about', async () => {
  const cut = json({
    choices: [{ index: 0, finish_reason: 'length', message: { role: 'assistant', content: '{"facts": [{"te' } }],
  })
  server.always(
    'extraction',
    when(each => sourceLines(each).length > 7, cut, beginnings),
  )
  const { provider, facts: found } = await extract(
    Array.from({ length: 20 }, (_, at) => said(at, `fact number ${String(at)}`)),
  )
  expect(provider).toBe('openai')
  expect(found.map(({ source }) => source.message_id)).toEqual(Array.from({ length: 20 }, (_, at) => `m${String(at)}`))
})

/** Facts as a model begins to list them, and where the bound ends the list. */
const listed = (...texts: readonly string[]): string =>
  `{"facts": [${texts.map(text => JSON.stringify({ text, quote: text, message: 1, importance: 0.5 })).join(', ')}`

test.each([
  ['in a text', 'length', `${listed('the boat is blue', 'the car is red')}, {"text": "the h`, 2],
  ['in a key', 'length', `${listed('the boat is blue')}, {"te`, 1],
  ['between two facts', 'length', `${listed('the boat is blue', 'the car is red')},`, 2],
  ['after the list began to be fenced', 'length', `\`\`\`json\n${listed('the boat is blue')}, {`, 1],
  ['in an escape', 'length', `${listed('the boat is blue')}, {"text": "a \\`, 1],
  ['in a nested list', 'length', `${listed('the boat is blue')}, {"text": "x", "entities": [{"kind": "per`, 1],
  ['without the server saying so', 'stop', `${listed('the boat is blue', 'the car is red')}, {"text": "the h`, 2],
  ['after a malformed fact', 'length', `${listed('the boat is blue')}, {"text": 7}, {"text": "x`, 1],
])(
  'of a single message, the whole facts of an answer that is cut count: %s',
  async (_, finish_reason, content, count) => {
    server.always(
      'extraction',
      json({ choices: [{ index: 0, finish_reason, message: { role: 'assistant', content } }] }),
    )
    const { provider, facts: found } = await extract([said(1, 'the boat is blue and the car is red and more')])
    expect(provider).toBe('openai')
    expect(found).toHaveLength(count)
  },
)

test.each(['{"facts": [{"te', '{"fac', '', '{"facts": ['])(
  'an answer with no whole fact leaves it to the rules: %j',
  async content => {
    const message = { role: 'assistant', content }
    server.always('extraction', json({ choices: [{ index: 0, finish_reason: 'length', message }] }))
    expect(await extract([said(1, 'I live in Haifa')])).toMatchObject({ provider: 'pattern' })
  },
)

test('a model that gives at most 1,024 tokens gives the facts in as many answers as it needs', async () => {
  const message = 'max_tokens is too large: 3000. This model supports at most 1024 completion tokens.'
  server.always(
    'extraction',
    when(({ body }) => (body.max_tokens ?? 0) > 1024, failure(400, { message, param: 'max_tokens' }), beginnings),
  )
  const { provider, facts: found } = await extract(longTalk.slice(0, 12))
  expect(provider).toBe('openai')
  expect(found).toHaveLength(6)
})

test('a message that the filter refuses is left out, the others are learned from', async () => {
  const refuses = (each: RecordedRequest): boolean =>
    (each.body.messages ?? []).some(({ content }) => content.includes('zanzibar'))
  server.always('extraction', when(refuses, failure(400, { code: 'content_filter' }), beginnings))
  const talk = Array.from({ length: 9 }, (_, at) => said(at, at === 4 ? 'zanzibar!' : `fact number ${String(at)}`))
  const { provider, facts: found } = await extract(talk)
  expect(provider).toBe('openai')
  expect(found.map(({ source }) => source.message_id)).toEqual(['m0', 'm1', 'm2', 'm3', 'm5', 'm6', 'm7', 'm8'])
})
