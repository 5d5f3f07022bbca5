import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { createHttpReranker } from '../../src/memory/recall/http-reranker.ts'
import { createLinearReranker } from '../../src/memory/recall/linear-reranker.ts'
import { FEATURE_NAMES, type RerankCandidate } from '../../src/memory/recall/reranker.ts'
import { RANKER_WEIGHTS } from '../../src/memory/recall/ranker-weights.ts'
import type { Meter, MeteredCall } from '../../src/models/meter.ts'
import { systemClock, type Clock } from '../../src/platform/clock.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { rerankServer, type RerankServer } from '../support/rerank-server.ts'

const NO_FEATURES = Object.fromEntries(FEATURE_NAMES.map(name => [name, 0])) as RerankCandidate['features']
const candidate = (text: string, features = {}): RerankCandidate => ({
  ...{ message_id: text, text },
  features: { ...NO_FEATURES, ...features },
})
const CALL = { purpose: 'recall' } as const

let server: RerankServer

beforeEach(async () => {
  calls.length = 0
  server = await rerankServer(() => document => document.length)
})

afterEach(async () => {
  await server[Symbol.asyncDispose]()
})

const calls: MeteredCall[] = []
const meter: Meter = { record: async call => void calls.push(call) }
const parts = (clock: Clock = systemClock) => ({ clock, meter, logger: silentLogger })

const settings = () => ({ url: server.url, model: undefined, api_key: undefined })

test('scores come back in the order of the candidates; what is not sent or not scored comes last', async () => {
  const reranker = createHttpReranker(settings(), parts())
  expect(
    await reranker.rerank(
      'q',
      ['a', 'ccc', 'bb'].map(text => candidate(text)),
      CALL,
    ),
  ).toEqual([1, 3, 2])
  const many = Array.from({ length: 60 }, () => candidate('x'))
  expect((await reranker.rerank('q', many, CALL)).slice(49)).toEqual([1, ...Array(10).fill(Number.NEGATIVE_INFINITY)])
  server.answer = response => response.end(JSON.stringify({ results: [{ index: 1, relevance_score: 0.5 }] }))
  expect(await reranker.rerank('q', [candidate('a'), candidate('b')], CALL)).toEqual([Number.NEGATIVE_INFINITY, 0.5])
})

test('neither key nor model is sent where none is configured', async () => {
  await createHttpReranker(settings(), parts()).rerank('q', [candidate('a')], CALL)
  expect(server.requests[0]?.headers.authorization).toBeUndefined()
  expect(server.requests[0]?.body).toEqual({ query: 'q', documents: ['a'], top_n: 1 })
})

test.each([
  [503, '{}', 'unavailable'],
  [429, '{}', 'unavailable'],
  [401, '{}', 'rejected'],
  [200, 'no json', 'bad_answer'],
  [200, '{"results":[{"index":"0"}]}', 'bad_answer'],
  [200, '[]', 'bad_answer'],
])('an answer of %d with %s is: %s', async (status, body, code) => {
  server.answer = response => response.writeHead(status).end(body)
  const asked = createHttpReranker(settings(), parts()).rerank('q', [candidate('a')], CALL)
  await expect(asked).rejects.toMatchObject({ code })
})

test('a server that is not there, or does not answer, is given up in time', async () => {
  const clock = new FakeClock()
  const held = new Promise<void>(resolve => {
    server.answer = () => resolve()
  })
  const asked = createHttpReranker(settings(), parts(clock)).rerank('q', [candidate('a')], CALL)
  const given_up = expect(asked).rejects.toMatchObject({ code: 'timeout' })
  await held
  await clock.advance(2000)
  await given_up
  const { url } = server
  await server[Symbol.asyncDispose]()
  await expect(
    createHttpReranker({ ...settings(), url }, parts()).rerank('q', [candidate('a')], CALL),
  ).rejects.toMatchObject({
    code: 'unavailable',
  })
})

test.each([
  ['{"usage":{"total_tokens":321}}', 321],
  ['{"usage":{"prompt_tokens":12}}', 12],
  ['{"meta":{"billed_units":{"search_units":1},"tokens":{"input_tokens":77}}}', 77],
  ['{"meta":{"billed_units":{"search_units":1}}}', 0],
  ['{"usage":{"total_tokens":"many"},"meta":7}', 0],
  ['{}', 0],
])('every search is taken down, with the tokens that the server tells: %s', async (told, input_tokens) => {
  const answer = { results: [{ index: 0, relevance_score: 1 }], ...(JSON.parse(told) as object) }
  server.answer = response => response.end(JSON.stringify(answer))
  const call = { purpose: 'recall', person_id: 'ana', chat_id: '1@c.us' } as const
  await createHttpReranker({ ...settings(), model: 'judge' }, parts()).rerank('q', [candidate('a')], call)
  expect(calls).toEqual([
    {
      ...{ kind: 'rerank', provider: new URL(server.url).host, model: 'judge', ...call },
      ...{ outcome: 'ok', duration_ms: expect.any(Number), input_tokens, output_tokens: 0 },
    },
  ])
})

test('a search that failed is taken down as failed', async () => {
  server.answer = response => response.writeHead(503).end()
  await expect(createHttpReranker(settings(), parts()).rerank('q', [candidate('a')], CALL)).rejects.toThrow()
  expect(calls).toMatchObject([{ kind: 'rerank', model: 'reranker', outcome: 'failed', input_tokens: 0 }])
})

test('the linear re-ranker weighs features: a better match goes first, a question behind what tells', async () => {
  const scores = await createLinearReranker(RANKER_WEIGHTS).rerank(
    'q',
    [
      candidate('a', { score: 0, coverage: 1 }),
      candidate('b', { score: -1, coverage: 0.5 }),
      candidate('c', { coverage: 1, question: 1 }),
    ],
    CALL,
  )
  expect(scores[0]).toBeGreaterThan(scores[1]!)
  expect(scores[0]).toBeGreaterThan(scores[2]!)
})
