import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { LanguageModel } from '../../src/models/language-model.ts'
import { OpenAiClient } from '../../src/models/openai/openai-client.ts'
import { createOpenAiLanguageModel } from '../../src/models/openai/openai-language-model.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { createTokenCounter } from '../../src/text/tokens.ts'
import { forgetfulKnowledge } from '../support/forgetful-knowledge.ts'
import { fakeIds } from '../support/fake-ids.ts'
import {
  endless,
  failure,
  json,
  malformed,
  noChoices,
  noContent,
  reply,
  replyWithoutUsage,
  ScriptedModelServer,
  when,
  type RecordedRequest,
} from '../support/model-server.ts'
import { recordingMeter } from '../support/recording-meter.ts'
import { SkippingClock } from '../support/skipping-clock.ts'

const messages = [
  { role: 'system', content: 'You are DeniDin.' },
  { role: 'user', content: 'Hello there' },
] as const
const request = { messages, max_tokens: 50, temperature: 0.7 }
const call = { purpose: 'reply' } as const
const tokens = createTokenCounter()

/** The beginning of a stream whose text goes on. */
const streamed = (text: string): string => `data: {"choices": [{"delta": {"content": "${text}`

let server: ScriptedModelServer
let model: LanguageModel

beforeEach(async () => {
  server = await ScriptedModelServer.start()
  const parts = { clock: new SkippingClock(), ids: fakeIds(), logger: silentLogger }
  const client = new OpenAiClient({ api_key: 'key', base_url: server.base_url, timeout_seconds: 30, retries: 1 }, parts)
  model = createOpenAiLanguageModel({
    meter: recordingMeter(),
    ...parts,
    client,
    model: 'some-model',
    tokens,
    knowledge: forgetfulKnowledge(parts),
  })
})

afterEach(async () => {
  await server[Symbol.asyncDispose]()
})

test('the conversation, the model and its limits are what the server is asked', async () => {
  await model.complete(request, call)
  expect(server.requests[0]?.body).toEqual({
    model: 'some-model',
    messages,
    max_tokens: 50,
    temperature: 0.7,
    stream: true,
    stream_options: { include_usage: true },
  })
})

test('the answer comes with the tokens that the server counted', async () => {
  server.next('completion', reply('three words here'))
  await expect(model.complete(request, call)).resolves.toEqual({
    text: 'three words here',
    usage: { input_tokens: 5, output_tokens: 3 },
  })
})

test('where the server counts no tokens, they are counted here', async () => {
  server.next('completion', replyWithoutUsage('hello world'))
  const { usage } = await model.complete(request, call)
  expect(usage.output_tokens).toBe(tokens.count('hello world'))
  expect(usage.input_tokens).toBe(3 + messages.reduce((total, each) => total + 4 + tokens.count(each.content), 0))
})

test('a model that refuses max_tokens is asked with max_completion_tokens, from then on at once', async () => {
  server.next(
    'completion',
    failure(400, { param: 'max_tokens', code: 'unsupported_parameter' }),
    reply('a'),
    reply('b'),
  )
  await model.complete(request, call)
  await model.complete(request, call)
  expect(server.requests.map(each => [each.body.max_tokens, each.body.max_completion_tokens])).toEqual([
    [50, undefined],
    [undefined, 50],
    [undefined, 50],
  ])
})

test('a model that refuses the temperature is asked without one, from then on at once', async () => {
  server.next('completion', failure(400, { param: 'temperature', code: 'unsupported_value' }), reply('a'), reply('b'))
  await model.complete(request, call)
  await model.complete(request, call)
  expect(server.requests.map(each => each.body.temperature)).toEqual([0.7, undefined, undefined])
})

test('a model may refuse both, in a sentence instead of a field', async () => {
  server.next(
    'completion',
    failure(422, { message: "'max_tokens' is not supported here, use 'max_completion_tokens'" }),
    failure(400, { message: 'temperature must be left out' }),
    reply('well'),
  )
  await expect(model.complete(request, call)).resolves.toMatchObject({ text: 'well' })
  expect(server.requests[2]?.body).toMatchObject({ model: 'some-model', messages, max_completion_tokens: 50 })
  expect(server.requests[2]?.body).not.toHaveProperty('max_tokens')
  expect(server.requests[2]?.body).not.toHaveProperty('temperature')
})

test('a limit that is refused under both names is a refusal, and teaches nothing', async () => {
  server.next(
    'completion',
    failure(400, { param: 'max_tokens' }),
    failure(400, { param: 'max_completion_tokens' }),
    reply('a'),
  )
  await expect(model.complete(request, call)).rejects.toMatchObject({ code: 'rejected' })
  await model.complete(request, call)
  expect(server.requests[2]?.body.max_tokens).toBe(50)
})

test.each([
  ['less than or equal to', 'max_tokens must be less than or equal to 120', 120],
  ['FastAPI', '[{"loc":["body","max_tokens"],"msg":"Input should be less than or equal to 120"}]', 120],
  ['Vertex', 'a maxOutputTokens value of 500, but the range is from 1 (inclusive) to 121 (exclusive)', 120],
  ['Cohere', 'max tokens must be less than or equal to 120, the maximum output length for this model', 120],
  ['Bedrock', 'The maximum tokens you requested exceeds the model limit of 120.', 62],
  ['a limit that is not named', 'max_tokens 参数无效', 62],
])('an answer that may be shorter only is asked for with a smaller limit (%s)', async (_, message, most) => {
  const boundOf = ({ body }: RecordedRequest): number => body.max_tokens ?? body.max_completion_tokens ?? 0
  server.always(
    'completion',
    when(asked => boundOf(asked) > 120, failure(400, { message })),
  )
  await expect(model.complete({ ...request, max_tokens: 250 }, call)).resolves.toMatchObject({ text: 'All right.' })
  expect(server.requests.map(boundOf).at(-1)).toBe(most)
  const asked = server.counts.completion
  await model.complete({ ...request, max_tokens: 250 }, call)
  expect(server.counts.completion).toBe(asked + 1)
})

test.each([
  ['with a sentence', 400, 'Streaming is not supported by this model'],
  ['with another status', 501, 'stream=true is not implemented'],
  ['before anything else', 422, 'This endpoint does not support streaming'],
])('a server that refuses streams %s is asked for whole answers, from then on at once', async (_, status, message) => {
  server.always(
    'completion',
    when(({ body }) => body.stream === true, failure(status, { message })),
  )
  await expect(model.complete(request, call)).resolves.toMatchObject({ text: 'All right.' })
  await model.complete(request, call)
  expect(server.counts.completion).toBe(3)
})

test('a refusal in words is an answer', async () => {
  server.next('completion', noContent({ refusal: 'I would rather not.' }))
  await expect(model.complete(request, call)).resolves.toMatchObject({ text: 'I would rather not.' })
})

test.each([
  ['no choices', noChoices()],
  ['nothing', json({})],
  ['a message of another API', json({ type: 'message', content: [{ type: 'text', text: 'Hello!' }] })],
])('an answer with %s says what to check', async (_, answer) => {
  server.next('completion', answer)
  await expect(model.complete(request, call)).rejects.toMatchObject({ message: expect.stringContaining('base_url') })
})

test('a count of tokens that cannot be is left out', async () => {
  const usage = { prompt_tokens: 1e300, completion_tokens: -1 }
  server.next('completion', json({ choices: [{ message: { content: 'hello world' } }], usage }))
  const { input_tokens, output_tokens } = (await model.complete(request, call)).usage
  expect(input_tokens).toBeLessThan(100)
  expect(output_tokens).toBe(tokens.count('hello world'))
})

test('what a model thought before its answer is not part of the answer', async () => {
  server.next('completion', reply('<think>They say hello.\nSo do I.</think>\n\nHello!'))
  await expect(model.complete(request, call)).resolves.toMatchObject({ text: 'Hello!' })
})

test.each([
  ['no content', noContent()],
  ['blank content', reply('  \n')],
  ['thoughts only', reply('<think>hm')],
  ['no choices', noChoices()],
  ['another form', json({ text: 'hello' })],
  ['a list', json(['hello'])],
  ['broken JSON', malformed()],
])('an answer with %s is a bad answer, and is not asked for again', async (_, answer) => {
  server.next('completion', answer)
  await expect(model.complete(request, call)).rejects.toMatchObject({ code: 'bad_answer', retryable: false })
  expect(server.counts.completion).toBe(1)
})

test('an answer whose tokens went into thinking is asked for with a larger bound, from then on at once', async () => {
  server.next('completion', noContent({ finish_reason: 'length' }), reply('<think>hm', { finish_reason: 'length' }))
  server.next('completion', reply('Hello!'), reply('Hello again!'))
  await expect(model.complete(request, call)).resolves.toMatchObject({ text: 'Hello!' })
  await expect(model.complete(request, call)).resolves.toMatchObject({ text: 'Hello again!' })
  expect(server.requests.map(each => each.body.max_tokens)).toEqual([50, 2098, 8242, 8242])
})

test('an answer whose tokens always go into thinking says what would help', async () => {
  server.always('completion', noContent({ finish_reason: 'length' }))
  await expect(model.complete(request, call)).rejects.toMatchObject({
    code: 'bad_answer',
    reason: 'answer-length',
    message: `the model at ${server.host} used its 24626 tokens up before it said anything; allow it more`,
  })
  expect(server.counts.completion).toBe(4)
})

test('where no larger bound is accepted, the error is that the first was used up', async () => {
  server.next('completion', noContent({ finish_reason: 'length' }))
  server.always('completion', failure(400, { message: 'maximum context length is 1000 tokens' }))
  await expect(model.complete(request, call)).rejects.toMatchObject({ reason: 'answer-length' })
})

describe('an answer that is cut at its bound', () => {
  const first = 'The first thing is to open the window, and the second'
  const cut = reply(first, { finish_reason: 'length' })

  test.each([
    ['with its last words', 'and the second is to breathe.', `${first} is to breathe.`],
    ['with the whole text again', `${first} is to breathe.`, `${first} is to breathe.`],
    ['with what follows', 'is to breathe.', `${first} is to breathe.`],
    ['with a sign', '… is to breathe.', `${first} is to breathe.`],
  ])('is continued once and joined: %s', async (_, next, whole) => {
    server.next('completion', cut, reply(next))
    const completion = await model.complete(request, call)
    expect(completion.text).toBe(whole)
    expect(completion.cut).toBeUndefined()
    expect(server.requests[1]?.body.messages?.slice(0, 3)).toEqual([...messages, { role: 'assistant', content: first }])
    expect(completion.usage.output_tokens).toBe(11 + next.split(' ').length)
  })

  test('says so when it is cut again', async () => {
    server.always('completion', cut)
    await expect(model.complete(request, call)).resolves.toMatchObject({ text: first, cut: true })
    expect(server.counts.completion).toBe(2)
  })

  test('says so when it cannot be continued', async () => {
    server.next('completion', cut)
    server.always('completion', failure(401))
    await expect(model.complete(request, call)).resolves.toMatchObject({ text: first, cut: true })
  })

  test('is enough for a check, and a JSON object is not continued', async () => {
    server.always('completion', cut)
    await expect(model.complete(request, { purpose: 'check' })).resolves.toMatchObject({ text: first, cut: true })
    await expect(model.complete({ ...request, json: true }, call)).resolves.toMatchObject({ text: first, cut: true })
    expect(server.counts.completion).toBe(2)
  })

  test('a server that ignores the bound is cut off, the answer is not read to its end', async () => {
    server.always('completion', endless('words and words ', { opening: streamed(''), type: 'text/event-stream' }))
    await expect(model.complete(request, { purpose: 'check' })).rejects.toMatchObject({ reason: 'too-large' })
    server.always('completion', reply('words and words '.repeat(100_000)))
    const { text, cut: isCut } = await model.complete(request, { purpose: 'check' })
    expect(text.length).toBeLessThanOrEqual(50 * 16)
    expect(isCut).toBe(true)
  })
})

test('an answer that a filter withheld is a refusal', async () => {
  server.next('completion', noContent({ finish_reason: 'content_filter' }))
  await expect(model.complete(request, call)).rejects.toMatchObject({ code: 'rejected' })
})
