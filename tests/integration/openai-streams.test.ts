/** Answers as streams: the shapes in use, how they break, and what happens then. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { LanguageModel } from '../../src/models/language-model.ts'
import { OpenAiClient } from '../../src/models/openai/openai-client.ts'
import { readChatAnswer } from '../../src/models/openai/read-chat-answer.ts'
import { createOpenAiLanguageModel } from '../../src/models/openai/openai-language-model.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { createTokenCounter } from '../../src/text/tokens.ts'
import { forgetfulKnowledge } from '../support/forgetful-knowledge.ts'
import { fakeIds } from '../support/fake-ids.ts'
import { failure, hold, json, noContent, reply, ScriptedModelServer, stream, text } from '../support/model-server.ts'
import { recordingMeter } from '../support/recording-meter.ts'
import type { Answer } from '../support/model-server.ts'
import { SkippingClock } from '../support/skipping-clock.ts'

const request = { messages: [{ role: 'user', content: 'Hello there' }], max_tokens: 50, temperature: 0 } as const
const call = { purpose: 'reply' } as const

let server: ScriptedModelServer
let clock: SkippingClock
let model: LanguageModel

beforeEach(async () => {
  server = await ScriptedModelServer.start()
  clock = new SkippingClock()
  const parts = { clock, ids: fakeIds(), logger: silentLogger }
  const client = new OpenAiClient({ api_key: 'key', base_url: server.base_url, timeout_seconds: 60, retries: 1 }, parts)
  const knowledge = forgetfulKnowledge(parts)
  model = createOpenAiLanguageModel({
    meter: recordingMeter(),
    ...parts,
    client,
    model: 'some-model',
    tokens: createTokenCounter(),
    knowledge,
  })
})

afterEach(async () => {
  await server[Symbol.asyncDispose]()
})

const said = async (): Promise<string> => (await model.complete(request, call)).text

const delta = (content: unknown, more: object = {}): object => ({
  choices: [{ index: 0, delta: { content, ...more } }],
})
const end = (finish_reason = 'stop'): object => ({ choices: [{ index: 0, delta: {}, finish_reason }] })
const DONE = 'data: [DONE]\n\n'
const WHOLE = JSON.stringify({ choices: [{ message: { content: 'Hello!' }, finish_reason: 'stop' }] })

test.each<[string, Answer]>([
  ['usual chunks', stream(delta(''), delta('Hel'), delta('lo!'), end(), DONE)],
  ['no [DONE]', stream(delta('Hello!'), end())],
  ['no finish_reason', stream(delta('Hello!'), DONE)],
  ['no line break at the end', text(`data: ${JSON.stringify(delta('Hello!'))}\n\ndata: [DONE]`, 'text/event-stream')],
  [
    'comments that keep the connection open',
    stream(': OPENROUTER PROCESSING\n\n', delta('Hello!'), ':\n\n', end(), DONE),
  ],
  [
    'other line breaks',
    text(`data:${JSON.stringify(delta('Hello!'))}\r\n\r\ndata:[DONE]\r\n\r\n`, 'text/event-stream'),
  ],
  [
    'no blank lines',
    text(`data: ${JSON.stringify(delta('Hel'))}\ndata: ${JSON.stringify(delta('lo!'))}\ndata: [DONE]\n`, 'x/y'),
  ],
  ['an event over two lines', stream('data: {"choices": [{"delta":\ndata: {"content": "Hello!"}}]}\n\n', end(), DONE)],
  ['names and numbers of events', stream('event: message\nid: 1\nretry: 5\n', delta('Hello!'), end(), DONE)],
  [
    'empty choices, and none',
    stream({ choices: [], prompt_filter_results: [] }, { choices: null }, delta('Hello!'), end()),
  ],
  ['null content', stream(delta(null), delta('Hello!'), delta(null), end(), DONE)],
  ['reasoning in a field', stream(delta('', { reasoning_content: 'hm' }), delta('Hello!'), end(), DONE)],
  ['reasoning in another field', stream(delta('', { reasoning: 'hm' }), delta('Hello!', { reasoning: null }), end())],
  [
    'content in parts',
    stream(
      delta([{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }]),
      delta([{ type: 'text', text: 'Hello!' }]),
      end(),
      DONE,
    ),
  ],
  [
    'reasoning in the text, its tags split',
    stream(delta('<thi'), delta('nk>hm</thi'), delta('nk>Hello!'), end(), DONE),
  ],
  [
    'the whole message at the end',
    stream({ choices: [{ message: { content: 'Hello!' }, finish_reason: 'stop' }] }, DONE),
  ],
  ['a whole answer although a stream was asked for', json({ choices: [{ message: { content: 'Hello!' } }] })],
  ['the same under another content type', text('{"choices":[{"message":{"content":"Hello!"}}]}', 'text/event-stream')],
  ['the same after comments', text(': wait\n\n: wait\n\n{"choices":[{"message":{"content":"Hello!"}}]}', 'text/plain')],
  ['the same after blanks', text('\n \n\n{"choices":[{"message":{"content":"Hello!"}}]}\n', 'application/json')],
  [
    'the same after a byte order mark',
    text('\uFEFF{"choices":[{"message":{"content":"Hello!"}}]}', 'application/json'),
  ],
  ['parts in a whole answer', json({ choices: [{ message: { content: [{ text: 'Hel' }, 'lo!'] } }] })],
  ['the shape of older completions', json({ choices: [{ text: 'Hello!', finish_reason: 'stop' }] })],
  ['a comment behind the JSON', text(`${WHOLE}\n<!-- served by proxy-7 -->`, 'application/json')],
  ['NULs behind the JSON', text(`${WHOLE}\0\0`, 'application/json')],
  [
    'one JSON text a line',
    text([delta('Hel'), delta('lo!'), end()].map(each => `${JSON.stringify(each)}\n`).join(''), 'x/y'),
  ],
  ['a web page behind the end', stream(delta('Hello!'), end(), DONE, '<html>bye</html>')],
  ['another end', stream(delta('Hello!'), 'data: DONE\n\n')],
  ['a quoted end', stream(delta('Hello!'), 'data: "[DONE]"\n\n')],
  ['pings that are no JSON', stream('event: ping\ndata: ping\n\n', delta('Hello!'), end(), DONE)],
  ['fields that no one knows', stream('data\n\n', 'trace-id 17\n', delta('Hello!'), end(), DONE)],
  ['indented lines', text(`  data: ${JSON.stringify(delta('Hello!'))}\n\n  data: [DONE]\n\n`, 'text/event-stream')],
  [
    'several answers, of which one is taken',
    stream(delta('Hel'), { choices: [{ index: 1, delta: { content: 'Bye' } }] }, delta('lo!'), end(), DONE),
  ],
  [
    'several whole answers',
    json({
      choices: [
        { index: 1, message: { content: 'Bye' } },
        { index: 0, message: { content: 'Hello!' } },
      ],
    }),
  ],
  [
    'an answer in the field for reasoning',
    json({ choices: [{ message: { content: null, reasoning_content: 'Hello!' } }] }),
  ],
  ['the same in a stream', stream(delta(null, { reasoning: 'Hel' }), delta('', { reasoning: 'lo!' }), end(), DONE)],
  [
    'reasoning and the answer in the field for reasoning',
    json({ choices: [{ message: { content: '', reasoning_content: 'The user greets me.\n</think>\n\nHello!' } }] }),
  ],
  ['an answer in the data of a gateway', json({ code: 0, data: { choices: [{ message: { content: 'Hello!' } }] } })],
  [
    'an answer in the result of a gateway',
    json({ success: true, result: { choices: [{ message: { content: 'Hello!' } }] } }),
  ],
  ['a stream in the data of a gateway', stream({ data: delta('Hello!') }, { data: end() }, DONE)],
  ['control characters', stream(delta('Hel\u0000lo!\u0008'), end(), DONE)],
])('an answer is understood: %s', async (_, answer) => {
  server.next('completion', answer)
  await expect(said()).resolves.toBe('Hello!')
  expect(server.counts.completion).toBe(1)
})

test('characters that are split between two pieces of a stream come whole', async () => {
  const bytes = Buffer.from(`data: ${JSON.stringify(delta('שלום 🙂'))}\n\n${DONE}`)
  server.next('completion', async (_, response) => {
    for (let at = 0; at < bytes.length; at += 7) {
      await new Promise<void>(resolve => response.write(bytes.subarray(at, at + 7), () => resolve()))
    }
    response.end()
  })
  await expect(said()).resolves.toBe('שלום 🙂')
})

test('a line break that is split between two pieces of a stream is one line break', async () => {
  const whole = `data: {"choices": [{"delta":\r\ndata: {"content": "Hello!"}}]}\r\n\r\ndata: [DONE]\r\n\r\n`
  for (const { index } of whole.matchAll(/\n/g)) {
    const pieces = ReadableStream.from([whole.slice(0, index), whole.slice(index)].map(each => Buffer.from(each)))
    await expect(readChatAnswer(new Response(pieces), 'host', clock)).resolves.toMatchObject({ content: 'Hello!' })
  }
})

test.each([
  ['finish_reason', 'max_tokens'],
  ['finish_reason', 'FinishReason.MAX_TOKENS'],
  ['finish_reason', 'max_length'],
  ['stop_reason', 'max_tokens'],
])('an answer with the %s “%s” was cut', async (field, reason) => {
  server.next('completion', json({ choices: [{ message: { content: 'Hello!' }, [field]: reason }] }), failure(500))
  await expect(said()).resolves.toMatch(/^Hello!/)
  expect(server.counts.completion).toBeGreaterThan(1)
})

test('tokens are those of the chunk that counts them', async () => {
  const usage = { prompt_tokens: 11, completion_tokens: 7 }
  server.next('completion', stream(delta('Hello!'), end(), { choices: [], usage }, DONE))
  await expect(model.complete(request, call)).resolves.toMatchObject({ usage: { input_tokens: 11, output_tokens: 7 } })
})

describe('a failure in the middle of a stream', () => {
  test.each<[string, Answer, string]>([
    ['an error as data', stream(delta('Hel'), { error: { code: 502, message: 'Provider down' } }), 'server-error'],
    [
      'an event of type error',
      stream(delta('Hel'), 'event: error\n', { error: { type: 'overloaded_error', message: 'x' } }),
      'overloaded',
    ],
    ['a field of its own', stream(delta('Hel'), 'error: {"code": 503, "message": "Loading model"}\n\n'), 'overloaded'],
    [
      'an error beside the choices',
      stream({ error: { code: 429, message: 'slow' }, choices: [{ delta: {}, finish_reason: 'error' }] }),
      'rate-limited',
    ],
    ['finish_reason error', stream(delta('Hel'), end('error'), DONE), 'server-error'],
    ['finish_reason of a full server', stream(delta('Hel'), end('insufficient_system_resource'), DONE), 'overloaded'],
  ])('is that failure, and the answer is asked for again: %s', async (_, broken, reason) => {
    server.next('completion', broken, reply('Hello!'))
    await expect(said()).resolves.toBe('Hello!')
    server.always('completion', broken)
    await expect(said()).rejects.toMatchObject({ reason, retryable: true })
    expect(server.counts.completion).toBe(4)
  })

  test('which a filter caused is not asked for again', async () => {
    server.always('completion', stream(delta('Half of'), end('content_filter'), DONE))
    await expect(said()).rejects.toMatchObject({ reason: 'content-filter' })
  })
})

test.each([
  ['iso-8859-1', Buffer.from('{"choices":[{"message":{"content":"Grüße, José"}}]}', 'latin1')],
  ['"windows-1252"', Buffer.from('{"choices":[{"message":{"content":"Grüße, José"}}]}', 'latin1')],
  ['utf-16le', Buffer.from('{"choices":[{"message":{"content":"Grüße, José"}}]}', 'utf16le')],
  ['no-such-charset', Buffer.from('{"choices":[{"message":{"content":"Grüße, José"}}]}')],
])('an answer in the encoding that its server names (%s) is understood', async (charset, body) => {
  server.next('completion', (_, response) => {
    response.writeHead(200, { 'content-type': `application/json; charset=${charset}` })
    response.end(body)
  })
  await expect(said()).resolves.toBe('Grüße, José')
})

test.each([
  'The user greets me. I should greet them back.',
  'Okay, so they say hello. I will answer with a greeting.',
  'Hmm, what is meant?',
  'We need to respond in Hebrew.',
  '用户在打招呼',
  'Simple greeting. Respond warmly.',
  'A question about the dog, answer is Rex. Replying briefly.',
  "User's name is Dana; greet her.",
])('reasoning is never shown as an answer: %s', async reasoning_content => {
  server.always(
    'completion',
    json({ choices: [{ message: { content: '', reasoning_content }, finish_reason: 'stop' }] }),
  )
  await expect(said()).rejects.toMatchObject({ reason: 'bad-response' })
})

test.each<[string, Answer]>([
  ['only hidden reasoning', stream(delta('', { reasoning_content: 'hm' }), end(), DONE)],
  [
    'only a call of a tool',
    stream(delta(null, { tool_calls: [{ index: 0, function: { name: 'go' } }] }), end('tool_calls')),
  ],
  ['nothing', stream(end(), DONE)],
  ['no chunk at all', stream(DONE)],
  ['nothing at all', text('', 'text/event-stream')],
  ['a web page', text('<!doctype html><title>Sign in</title>', 'text/html')],
  ['words', text('Internal error', 'text/plain')],
  ['no content', noContent()],
  ['characters that no one sees', stream(delta('\u200b\u200e\ufeff'), end(), DONE)],
  ['an answer of another API', json({ model: 'x', message: { role: 'assistant', content: 'Hello!' }, done: true })],
])('%s is not an answer', async (_, answer) => {
  server.always('completion', answer)
  await expect(said()).rejects.toMatchObject({ reason: 'bad-response', retryable: false })
  expect(server.counts.completion).toBe(1)
})

test('an answer that falls silent in the middle is given up early, and asked for again', async () => {
  const held = hold(stream(''))
  server.next(
    'completion',
    async (received, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(`data: ${JSON.stringify(delta('Hel'))}\n\n`)
      await held.answer(received, response)
    },
    reply('Hello!'),
  )
  const answer = said()
  await held.arrived
  for (let tries = 0; server.counts.completion < 2 && tries < 40; tries++) {
    await clock.advance(1000)
    await new Promise(resolve => setImmediate(resolve))
  }
  await expect(answer).resolves.toBe('Hello!')
  held.release()
})

describe('streams that do not work', () => {
  const broken = stream(delta('Half of an ans'))

  test('half a stream is not an answer: the whole is asked for instead', async () => {
    server.next('completion', broken, reply('Hello!'), reply('Again'))
    await expect(said()).resolves.toBe('Hello!')
    await expect(said()).resolves.toBe('Again')
    expect(server.requests.map(each => each.body.stream ?? false)).toEqual([true, false, true])
  })

  test('after two in a row no stream is asked for', async () => {
    const garbled = stream(delta('Half'), 'data: {"choices": [\n\n', end(), DONE)
    server.next('completion', broken, reply('a'), garbled, reply('b'), reply('c'))
    await said()
    await said()
    await said()
    expect(server.requests.map(each => each.body.stream ?? false)).toEqual([true, false, true, false, false])
  })

  test('a server that refuses streams is asked for whole answers, from then on at once', async () => {
    server.next('completion', failure(400, { param: 'stream' }))
    await said()
    await said()
    expect(server.requests.map(each => each.body.stream ?? false)).toEqual([true, false, false])
    expect(server.requests[1]?.body).not.toHaveProperty('stream_options')
  })

  test('a server that refuses to count the tokens of a stream is not asked to', async () => {
    server.next('completion', failure(422, { message: 'stream_options: Extra inputs are not permitted' }))
    await said()
    await said()
    expect(server.requests.map(each => each.body.stream_options !== undefined)).toEqual([true, false, false])
    expect(server.requests.every(each => each.body.stream === true)).toBe(true)
  })

  test('a server whose streams break and whose whole answers fail has failed', async () => {
    server.next('completion', broken)
    server.always('completion', failure(401))
    await expect(said()).rejects.toMatchObject({ reason: 'unauthorised' })
  })
})
