import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { createHttpReranker } from '../../src/memory/recall/http-reranker.ts'
import { createLinearReranker } from '../../src/memory/recall/linear-reranker.ts'
import { FEATURE_NAMES, type RerankCandidate } from '../../src/memory/recall/reranker.ts'
import { RANKER_WEIGHTS } from '../../src/memory/recall/ranker-weights.ts'
import { systemClock } from '../../src/platform/clock.ts'
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
  server = await rerankServer(() => document => document.length)
})

afterEach(async () => {
  await server[Symbol.asyncDispose]()
})

const settings = () => ({ url: server.url, model: undefined, api_key: undefined })

test('scores come back in the order of the candidates; what is not sent or not scored comes last', async () => {
  const reranker = createHttpReranker(settings(), systemClock)
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
  await createHttpReranker(settings(), systemClock).rerank('q', [candidate('a')], CALL)
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
  const asked = createHttpReranker(settings(), systemClock).rerank('q', [candidate('a')], CALL)
  await expect(asked).rejects.toMatchObject({ code })
})

test('a server that is not there, or does not answer, is given up in time', async () => {
  const clock = new FakeClock()
  const held = new Promise<void>(resolve => {
    server.answer = () => resolve()
  })
  const asked = createHttpReranker(settings(), clock).rerank('q', [candidate('a')], CALL)
  const given_up = expect(asked).rejects.toMatchObject({ code: 'timeout' })
  await held
  await clock.advance(2000)
  await given_up
  const { url } = server
  await server[Symbol.asyncDispose]()
  await expect(
    createHttpReranker({ ...settings(), url }, systemClock).rerank('q', [candidate('a')], CALL),
  ).rejects.toMatchObject({
    code: 'unavailable',
  })
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
