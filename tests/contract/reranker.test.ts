import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { createHttpReranker } from '../../src/retrieval/ranking/http-reranker.ts'
import { createLinearReranker } from '../../src/retrieval/ranking/linear-reranker.ts'
import { FEATURE_NAMES, type RerankCandidate, type Reranker } from '../../src/retrieval/ranking/reranker.ts'
import { RANKER_WEIGHTS } from '../../src/retrieval/ranking/ranker-weights.ts'
import { systemClock, type Clock } from '../../src/platform/clock.ts'
import { createTokenCounter } from '../../src/text/tokens.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { recordingMeter } from '../support/recording-meter.ts'
import { rerankServer, type RerankServer } from '../support/rerank-server.ts'

const NO_FEATURES = Object.fromEntries(FEATURE_NAMES.map(name => [name, 0])) as RerankCandidate['features']
const candidate = (text: string, features = {}): RerankCandidate => ({
  message_id: text,
  text,
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

const meter = recordingMeter()
const { calls } = meter
const parts = (clock: Clock = systemClock) => ({ clock, meter, tokens: createTokenCounter(), logger: silentLogger })

const settings = () => ({ url: server.url, model: undefined, api_key: undefined })

describe.each<[string, () => Reranker]>([
  ['linear', () => createLinearReranker(RANKER_WEIGHTS)],
  ['http', () => createHttpReranker(settings(), parts())],
])('re-ranker: %s', (_name, make) => {
  /** The longer a text, the better it is, to the server by its length and to the linear one by its features. */
  const ofLength = (length: number): RerankCandidate => candidate('x'.repeat(length), { coverage: length / 100 })

  test('every candidate gets a score, in their order, the better one the higher', async () => {
    const scores = await make().rerank('q', [2, 9, 1, 5].map(ofLength), CALL)
    expect(scores).toHaveLength(4)
    const [two, nine, one, five] = scores as [number, number, number, number]
    expect(nine).toBeGreaterThan(five)
    expect(five).toBeGreaterThan(two)
    expect(two).toBeGreaterThan(one)
  })

  test('more candidates than anybody reads at once get a score each that can be compared', async () => {
    const scores = await make().rerank(
      'q',
      Array.from({ length: 120 }, (_, n) => ofLength(120 - n)),
      CALL,
    )
    expect(scores).toHaveLength(120)
    // Not a number would be neither.
    expect(scores.every((score, at) => at === 0 || score <= scores[at - 1]!)).toBe(true)
  })

  test('candidates that are alike in everything get the same score', async () => {
    const [first, between, last] = await make().rerank('q', [5, 1, 5].map(ofLength), CALL)
    expect(first).toBe(last)
    expect(between).not.toBe(first)
  })

  test('the words of people are words, whatever is in them, and are left as they were', async () => {
    const texts = ['', ' ', '"}],"top_n":0', '\u0000\n', 'שלום 😀', 'long '.repeat(5000)]
    const candidates = texts.map(text => candidate(text, { coverage: text.length }))
    const before = structuredClone(candidates)
    expect(await make().rerank('"quoted" שאלה', candidates, CALL)).toHaveLength(texts.length)
    expect(candidates).toEqual(before)
  })

  test('where there is nothing to put in order there are no scores', async () => {
    expect(await make().rerank('q', [], CALL)).toEqual([])
  })
})

test('what is not sent or not scored comes last', async () => {
  const reranker = createHttpReranker(settings(), parts())
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

test('a redirect is refused: the question goes to no other host', async () => {
  server.answer = response => response.writeHead(307, { location: 'http://127.0.0.1:9/rerank' }).end()
  const asked = createHttpReranker(settings(), parts()).rerank('q', [candidate('a')], CALL)
  await expect(asked).rejects.toMatchObject({ code: 'rejected', reason: 'redirected' })
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
      kind: 'rerank',
      estimated_tokens: 6,
      provider: new URL(server.url).host,
      model: 'judge',
      ...call,
      outcome: 'ok',
      duration_ms: expect.any(Number),
      input_tokens,
      output_tokens: 0,
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
