import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { Embedder } from '../../src/models/embedder.ts'
import { OpenAiClient } from '../../src/models/openai/openai-client.ts'
import { createOpenAiEmbedder } from '../../src/models/openai/openai-embedder.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { createTokenCounter } from '../../src/text/tokens.ts'
import { forgetfulKnowledge } from '../support/forgetful-knowledge.ts'
import { fakeIds } from '../support/fake-ids.ts'
import {
  embed,
  endless,
  failure,
  hashedWords,
  inputsOf,
  json,
  redirect,
  ScriptedModelServer,
  text,
  when,
  type RecordedRequest,
} from '../support/model-server.ts'
import { SkippingClock } from '../support/skipping-clock.ts'

const call = { purpose: 'recall' } as const
const tokens = createTokenCounter()

let server: ScriptedModelServer

beforeEach(async () => {
  server = await ScriptedModelServer.start()
})

afterEach(async () => {
  await server[Symbol.asyncDispose]()
})

const connect = (dimensions?: number): Embedder => {
  const parts = { clock: new SkippingClock(), ids: fakeIds(), logger: silentLogger }
  const client = new OpenAiClient({ api_key: 'key', base_url: server.base_url, timeout_seconds: 30, retries: 1 }, parts)
  return createOpenAiEmbedder({
    client,
    model: 'some-embedder',
    dimensions,
    tokens,
    knowledge: forgetfulKnowledge(parts),
  })
}

const rounded = (vectors: readonly Float32Array[]): number[][] =>
  vectors.map(vector => Array.from(vector, value => Math.round(value * 1e5) / 1e5))

test('vectors come packed as base64, of unit length, in the order of the texts', async () => {
  server.next('embedding', embed({ change: rows => rows.toReversed() }))
  const { vectors, input_tokens } = await connect().embed(['one text', 'another'], call)
  expect(rounded(vectors)).toEqual(rounded([hashedWords('one text'), hashedWords('another')]))
  expect(input_tokens).toBe(3)
  expect(server.requests[0]?.body).toEqual({
    model: 'some-embedder',
    input: ['one text', 'another'],
    encoding_format: 'base64',
  })
})

test('a server that sends numbers all the same is understood', async () => {
  server.next('embedding', embed({ always_floats: true }))
  const { vectors } = await connect().embed(['one text'], call)
  expect(rounded(vectors)).toEqual(rounded([hashedWords('one text')]))
})

test('a server that refuses base64 is asked for numbers, from then on at once', async () => {
  server.next('embedding', failure(400, { param: 'encoding_format' }))
  const embedder = connect()
  await embedder.embed(['one text'], call)
  await embedder.embed(['one text'], call)
  expect(server.requests.map(each => each.body.encoding_format)).toEqual(['base64', 'float', 'float'])
})

test('vectors of any length are brought to unit length', async () => {
  server.next('embedding', embed({ vectorOf: () => Float32Array.of(3, 4) }))
  const { vectors } = await connect().embed(['one text'], call)
  expect(rounded(vectors)).toEqual([[0.6, 0.8]])
})

test('many texts go out in several requests and come back as one answer', async () => {
  const texts = Array.from({ length: 150 }, (_, i) => `text ${String(i)}`)
  const { vectors, input_tokens } = await connect().embed(texts, call)
  expect(server.requests.map(each => inputsOf(each).length)).toEqual([64, 64, 22])
  expect(rounded(vectors)).toEqual(rounded(texts.map(text => hashedWords(text))))
  expect(input_tokens).toBe(300)
})

test('large texts share no request that the server would refuse', async () => {
  const texts = Array.from({ length: 30 }, (_, i) => `${String(i)} ${'word '.repeat(6000)}`)
  await connect().embed(texts, call)
  for (const each of server.requests) expect(Buffer.byteLength(inputsOf(each).join(''))).toBeLessThanOrEqual(400_000)
  expect(server.requests.flatMap(each => inputsOf(each))).toHaveLength(30)
})

test.each([
  ['English', 'The dog is afraid of thunder. '.repeat(5000)],
  ['Hebrew', 'הכלב מפחד מרעמים. '.repeat(5000)],
])('a text in %s that no model reads to its end is cut where models stop', async (_, text) => {
  await connect().embed([text], call)
  const sent = inputsOf(server.requests[0]!)[0]!
  expect(text.startsWith(sent)).toBe(true)
  expect(tokens.count(sent)).toBeLessThanOrEqual(8000)
  expect(tokens.count(sent)).toBeGreaterThan(7000)
})

test('an empty text does not spoil the others of its request', async () => {
  const { vectors } = await connect().embed(['one text', '  '], call)
  expect(vectors).toHaveLength(2)
  expect(inputsOf(server.requests[0]!)).toEqual(['one text', '.'])
})

test('where the server counts no tokens, they are counted here', async () => {
  server.next('embedding', embed({ usage: false }))
  const { input_tokens } = await connect().embed(['hello world'], call)
  expect(input_tokens).toBe(2)
})

test('shorter vectors are asked for where they are configured, and name a space of their own', async () => {
  const embedder = connect(64)
  const { vectors } = await embedder.embed(['one text'], call)
  expect(vectors[0]).toHaveLength(64)
  expect(server.requests[0]?.body.dimensions).toBe(64)
  expect(embedder.space).toBe('some-embedder@64')
  expect(connect().space).toBe('some-embedder')
})

test('a server that ignores the wanted dimensions gives a bad answer', async () => {
  server.next('embedding', embed({ vectorOf: text => hashedWords(text, 128) }))
  await expect(connect(64).embed(['one text'], call)).rejects.toMatchObject({
    code: 'bad_answer',
    message: `${server.host} answered with 128 dimensions where 64 belong`,
  })
})

test('a server that gives another size from some moment on is taken at its word: the vector store heals that', async () => {
  const embedder = connect()
  const [before] = (await embedder.embed(['one text'], call)).vectors
  server.next('embedding', embed({ vectorOf: text => hashedWords(text, 128) }))
  const [after] = (await embedder.embed(['one text'], call)).vectors
  expect(after).toHaveLength(128)
  expect(before).not.toHaveLength(128)
})

const TWO = [
  [1, 0],
  [0, 1],
]
test.each<[string, object]>([
  ["Cohere's second version", { embeddings: { float: TWO } }],
  ["Gemini's batch", { embeddings: TWO.map(values => ({ values })) }],
  ["Gemini's form within OpenAI's", { data: TWO.map((values, index) => ({ index, embedding: { values } })) }],
  ['numbers by their type', { data: TWO.map((float, index) => ({ index, embedding: { float } })) }],
  ['vectors by that name', { data: TWO.map((vector, index) => ({ index, vector })) }],
  ['the data of a gateway', { code: 0, data: { data: TWO.map((embedding, index) => ({ index, embedding })) } }],
  ['the result of a gateway', { success: true, result: { shape: [2, 2], data: TWO } }],
])('an answer in the form of %s is understood', async (_, answer) => {
  server.next('embedding', json(answer))
  const { vectors } = await connect().embed(['one text', 'another'], call)
  expect(vectors.map(vector => [...vector])).toEqual(TWO)
})

test('one vector alone, as Gemini gives it for one text, is understood', async () => {
  server.next('embedding', json({ embedding: { values: [0, 1] } }))
  expect((await connect().embed(['one text'], call)).vectors.map(vector => [...vector])).toEqual([[0, 1]])
})

test.each([
  ['too few vectors', embed({ change: rows => rows.slice(1) })],
  ['two vectors for one text', embed({ change: rows => rows.map(row => ({ ...row, index: 0 })) })],
  [
    'a vector for a text that was not sent',
    embed({ change: rows => rows.map(row => ({ ...row, index: row.index + 1 })) }),
  ],
  ['a vector of zeros', embed({ vectorOf: () => new Float32Array(8) })],
  ['a vector of no numbers', embed({ vectorOf: () => new Float32Array(8).fill(NaN) })],
  ['another form', json({ vectors: [] })],
  ['an empty list', json({ data: [] })],
  ['an empty vector', json({ data: [{ embedding: [] }, { embedding: [] }] })],
  ['no number in a vector', json({ data: [{ embedding: [1, null] }, { embedding: [1, 1] }] })],
  ['words in a vector', json({ data: [{ embedding: ['0.1'] }, { embedding: ['0.2'] }] })],
  ['half a number in base64', json({ data: [{ embedding: 'AAAA' }, { embedding: 'AAAA' }] })],
  ['a vector for each token', json({ data: [{ embedding: [[1], [2]] }, { embedding: [[1], [2]] }] })],
  ['vectors of two lengths', json({ data: [{ embedding: [1, 2] }, { embedding: [1] }] })],
  ['numbers beyond all numbers', json({ data: [{ embedding: [1e308, 1e308] }, { embedding: [1, 1] }] })],
  ['a web page', text('<html>Sign in</html>', 'text/html')],
  ['broken JSON', text('{"data": [', 'text/plain')],
  ['nothing', text('', 'application/json')],
])('an answer with %s is a bad answer', async (_, answer) => {
  server.always('embedding', answer)
  await expect(connect().embed(['one text', 'another'], call)).rejects.toMatchObject({
    code: 'bad_answer',
    retryable: false,
  })
})

test.each([
  ['numbers as they are', (rows: number[][]) => ({ data: rows.map(embedding => ({ embedding })) })],
  ['a list of its own', (rows: number[][]) => rows.map((row, index) => ({ index, embedding: [row] }))],
  ['a list of embeddings', (rows: number[][]) => ({ embeddings: rows, prompt_eval_count: 7 })],
  ['bare vectors', (rows: number[][]) => rows],
  ['vectors as texts', (rows: number[][]) => ({ data: rows.map(row => ({ embedding: JSON.stringify(row) })) })],
])('vectors are understood as %s, whatever the content type says', async (_, shape) => {
  server.always('embedding', (request, response) => {
    const rows = inputsOf(request).map(input => [...hashedWords(input)])
    return text(JSON.stringify(shape(rows)), 'text/plain')(request, response)
  })
  const { vectors } = await connect().embed(['one text', 'another'], call)
  expect(rounded(vectors)).toEqual(rounded([hashedWords('one text'), hashedWords('another')]))
})

test.each([
  ['a limit', { error: { code: 429, message: 'slow down' } }, 'rate-limited', 2],
  ['a sentence', { error: 'the input length exceeds the context length' }, 'context-length', 1],
  ['a missing model', { error: { message: 'model "x" not found, try pulling it first' } }, 'not-found', 1],
])('an error inside an answer with status 200 is that error: %s', async (_, body, reason, asked) => {
  server.always('embedding', json(body))
  await expect(connect().embed(['one text'], call)).rejects.toMatchObject({ reason })
  expect(server.counts.embedding).toBe(asked)
})

test('an answer that cannot be decompressed is a bad answer', async () => {
  server.always('embedding', text('this is not gzip', 'application/json', { 'content-encoding': 'gzip' }))
  await expect(connect().embed(['one text'], call)).rejects.toMatchObject({ reason: 'bad-response' })
  expect(server.counts.embedding).toBe(1)
})

test('a redirect is refused, and an answer without an end is given up', async () => {
  server.next('embedding', redirect('http://127.0.0.1:9/v1/embeddings'))
  await expect(connect().embed(['one text'], call)).rejects.toMatchObject({ reason: 'redirected' })
  server.next('embedding', endless('0.1,', { opening: '{"data": [{"embedding": [' }))
  await expect(connect().embed(['one text'], call)).rejects.toMatchObject({ reason: 'too-large' })
})

test('a failing server is asked again', async () => {
  server.next('embedding', failure(503))
  await expect(connect().embed(['one text'], call)).resolves.toMatchObject({ input_tokens: 2 })
})

/** How servers say that they read 512 tokens of a text. */
const TOO_LONG: readonly (readonly [string, number, string])[] = [
  [
    'vLLM',
    400,
    "This model's maximum context length is 512 tokens. However, you requested 900 tokens in the input for embedding generation.",
  ],
  ['TEI', 413, 'Input validation error: `inputs` must have less than 512 tokens. Given: 900'],
  ['llama.cpp', 500, 'input is too large to process. increase the physical batch size (current batch size: 512)'],
  ['Ollama', 400, 'the input length exceeds the context length'],
  ['NVIDIA', 400, 'Input length 900 exceeds maximum allowed token size 512'],
  ['a server that only says no', 413, 'Payload Too Large'],
]

/** Counts more tokens than we do, as models with small vocabularies do. */
const counted = (text: string): number => Math.ceil(1.3 * tokens.count(text))

test.each(TOO_LONG)(
  'texts are cut for an embedder with 512 tokens of %s, from then on at once',
  async (_, status, message) => {
    const tooLong = (request: RecordedRequest): boolean => inputsOf(request).some(text => counted(text) > 512)
    server.always('embedding', when(tooLong, failure(status, { message }), embed()))
    const embedder = connect()
    const long = 'the boat of Dana is blue and very old '.repeat(200)
    await expect(embedder.embed(['short', long], call)).resolves.toMatchObject({ vectors: { length: 2 } })
    const sent = server.of('embedding').at(-1)
    expect(counted((sent === undefined ? [] : inputsOf(sent))[1] ?? '')).toBeGreaterThan(100)
    const asked = server.counts.embedding
    await embedder.embed([long, 'short'], call)
    expect(server.counts.embedding).toBe(asked + 1)
  },
)

test.each([
  ['TEI', 422, 'batch size 64 > maximum allowed batch size 32'],
  ['DashScope', 400, 'batch size is invalid, it should not be larger than 10.'],
  ['a server of few words', 400, 'Bad Request'],
])('fewer texts are sent at a time to %s, from then on at once', async (_, status, message) => {
  server.always(
    'embedding',
    when(request => inputsOf(request).length > 10, failure(status, { message }), embed()),
  )
  const embedder = connect()
  const texts = Array.from({ length: 64 }, (__, at) => `text ${String(at)}`)
  const { vectors } = await embedder.embed(texts, call)
  expect(rounded(vectors)).toEqual(rounded(texts.map(text => hashedWords(text))))
  const asked = server.counts.embedding
  await embedder.embed(texts, call)
  expect(server.counts.embedding).toBe(asked + 8)
})

test('a server that embeds only the first text of a request gets one at a time, from then on at once', async () => {
  server.always('embedding', embed({ change: rows => rows.slice(0, 1) }))
  const embedder = connect()
  const texts = ['one', 'two', 'three', 'four', 'five']
  const { vectors } = await embedder.embed(texts, call)
  expect(rounded(vectors)).toEqual(rounded(texts.map(text => hashedWords(text))))
  const asked = server.counts.embedding
  await embedder.embed(texts, call)
  expect(server.counts.embedding).toBe(asked + 5)
})

test('indexes may be texts', async () => {
  const texts = ['one', 'two', 'three']
  server.next(
    'embedding',
    json({ data: texts.map((each, index) => ({ index: String(index), embedding: [...hashedWords(each)] })).reverse() }),
  )
  const { vectors } = await connect().embed(texts, call)
  expect(rounded(vectors)).toEqual(rounded(texts.map(text => hashedWords(text))))
})

test('invalid Unicode never goes out', async () => {
  await connect().embed(['a\ud83d b', 'c\u0000d'], call)
  expect(server.of('embedding').flatMap(inputsOf)).toEqual(['a\ufffd b', 'cd'])
})
