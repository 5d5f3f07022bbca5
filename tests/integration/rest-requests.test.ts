/** The REST API as a client meets it: chats, pages, repeated requests, limits, the log and the stop. */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { OPERATOR } from '../../src/operations/client.ts'
import { hold, reply } from '../support/model-server.ts'
import { RestRig, type RestAnswer } from '../support/rest/rest-rig.ts'

const DANA = '15550001111'

let rig: RestRig
let token: string

const start = async (api = {}, config = {}): Promise<void> => {
  rig = await RestRig.start(api, config)
  await rig.denidin.say('Hello, I am Dana.', { phone: DANA, name: 'Dana' })
  token = await rig.token('all')
}

const ask = (method: string, path: string, body?: unknown, headers = {}): Promise<RestAnswer> =>
  rig.request(method, path, { token, body, headers })

beforeEach(() => start())

afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

test('a body over the limit is refused before it is read', async () => {
  await rig[Symbol.asyncDispose]()
  await start({ body_kilobytes: 1 })
  expect(await ask('POST', '/api/memories', { text: 'x'.repeat(2000) })).toMatchObject({
    status: 413,
    json: { code: 'too_large', detail: expect.stringContaining('1 kilobytes') },
  })
})

test('memories are listed in pages, by offset and one after the other, and deleted', async () => {
  for (const n of [1, 2, 3]) await ask('POST', '/api/memories', { text: `memory ${n}`, person: DANA })
  const texts = ({ json }: RestAnswer): string[] =>
    (json.memories as readonly { text: string }[]).map(each => each.text)
  expect(texts(await ask('GET', '/api/memories?limit=2'))).toEqual(['memory 3', 'memory 2'])
  expect(texts(await ask('GET', '/api/memories?limit=2&offset=1'))).toEqual(['memory 2', 'memory 1'])
  const { next } = (await ask('GET', '/api/memories?limit=2')).json
  const rest = await ask('GET', `/api/memories?limit=2&after=${next}`)
  expect([texts(rest), rest.json.next]).toEqual([['memory 1'], null])
  const id = rest.json.memories[0].memory_id
  expect((await ask('DELETE', `/api/memories/${id}?person=${DANA}`)).json).toMatchObject({
    outcome: 'forgotten',
    memories: 1,
  })
  expect((await ask('GET', `/api/memories/${id}`)).status).toBe(404)
})

test('a chat runs through the pipeline and says what was recalled', async () => {
  await ask('POST', '/api/memories', { text: 'The dentist appointment is on Friday.', person: DANA })
  await rig.denidin.whenIdle()
  const dana = await rig.token('dana', 'write', DANA)
  const chat = async (body: object): Promise<RestAnswer['json']> =>
    (await rig.request('POST', '/api/chat', { token: dana, body })).json
  const answer = await chat({ message: 'When is my dentist appointment?' })
  expect(answer).toMatchObject({
    response: 'You said: When is my dentist appointment?',
    experience_id: expect.any(String),
  })
  expect(answer.memories).toMatchObject([
    {
      prompt: 'The dentist appointment is on Friday.',
      similarity_score: expect.any(Number),
      recency_score: expect.any(Number),
    },
  ])
  expect(rig.denidin.lastRequest()).toContain('The dentist appointment is on Friday.')
  const without = await chat({ message: 'And the dentist appointment again?', retrieve_memories: false })
  expect([without.memories, without.quotes]).toEqual([[], []])
})

test('top_k caps what is recalled', async () => {
  for (const text of [
    'The dentist is Dr. Levi.',
    'The dentist is in Haifa.',
    'The dentist appointment is on Friday.',
  ]) {
    await ask('POST', '/api/memories', { text, person: DANA })
  }
  await rig.denidin.whenIdle()
  const body = { message: 'What do you know about the dentist appointment?', as: DANA }
  const counts: number[] = []
  for (const top_k of [1, 2]) counts.push((await ask('POST', '/api/chat', { ...body, top_k })).json.memories.length)
  expect(counts).toEqual([1, 2])
})

test('a read that the caller has already is answered without a body', async () => {
  const first = await ask('GET', '/api/v1/sessions')
  const etag = first.headers.get('etag') ?? ''
  expect(await ask('GET', '/api/v1/sessions', undefined, { 'if-none-match': etag })).toMatchObject({
    status: 304,
    text: '',
  })
  await rig.denidin.say('Another one.', { phone: DANA })
  expect((await ask('GET', '/api/v1/sessions', undefined, { 'if-none-match': etag })).status).toBe(200)
})

test('a request with a key is carried out once', async () => {
  const headers = { 'idempotency-key': 'k1' }
  const first = await ask('POST', '/api/memories', { text: 'once', person: DANA }, headers)
  const second = await ask('POST', '/api/memories', { person: DANA, text: 'once' }, headers)
  expect([second.status, second.text]).toEqual([200, first.text])
  expect([first, second].map(({ headers: got }) => got.get('idempotent-replayed'))).toEqual([null, 'true'])
  expect((await ask('GET', '/api/memories')).json.memories).toHaveLength(1)
  const other = await ask('POST', '/api/memories', { text: 'twice', person: DANA }, headers)
  expect([other.status, other.json.code]).toEqual([422, 'key_reused'])
  // Keys belong to their token.
  const second_token = await rig.token('second')
  await rig.request('POST', '/api/memories', { token: second_token, headers, body: { text: 'other', person: DANA } })
  expect((await ask('GET', '/api/memories')).json.memories).toHaveLength(2)
})

test('a chat that is repeated with its key is answered once', async () => {
  const headers = { 'idempotency-key': 'chat-1' }
  const before = rig.denidin.models.of('completion').length
  const answers = await Promise.all(
    [1, 2, 3].map(() => ask('POST', '/api/chat', { message: 'Just once', as: DANA }, headers)),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409])
  const again = await ask('POST', '/api/chat', { message: 'Just once', as: DANA }, headers)
  expect(again.json).toEqual(answers.find(({ status }) => status === 200)?.json)
  expect(rig.denidin.models.of('completion').length).toBe(before + 1)
})

test('a refused request does not use up its key', async () => {
  const headers = { 'idempotency-key': 'k2' }
  expect((await ask('POST', '/api/memories', { text: '', person: DANA }, headers)).status).toBe(422)
  expect((await ask('POST', '/api/memories', { text: 'right', person: DANA }, headers)).status).toBe(200)
})

test('an answer is kept over a restart, unreadable without the token, and not given after something was forgotten', async () => {
  const headers = { 'idempotency-key': 'k3' }
  const body = { text: 'UNREADABLE', person: DANA }
  const first = await ask('POST', '/api/memories', body, headers)
  await rig.restart()
  expect((await ask('POST', '/api/memories', body, headers)).text).toBe(first.text)
  await rig.denidin.app.runner.run('memory.forget', { what: first.json.memory_id, person: DANA }, { caller: OPERATOR })
  const late = await ask('POST', '/api/memories', body, headers)
  expect([late.status, late.json.code]).toEqual([409, 'answer_not_kept'])
  expect((await ask('GET', '/api/memories')).json.memories).toEqual([])
})

test('a request that a crash interrupted is not repeated, and its caller is told', async () => {
  const headers = { 'idempotency-key': 'k4' }
  const held = hold(reply('late'))
  rig.denidin.models.next('completion', held.answer)
  const gone = new AbortController()
  const lost = rig
    .request('POST', '/api/chat', { token, headers, body: { message: 'x', as: DANA }, signal: gone.signal })
    .catch(() => undefined)
  await held.arrived
  gone.abort()
  await lost
  const known = await ask('POST', '/api/chat', { message: 'x', as: DANA }, headers)
  expect([known.status, known.json.code]).toEqual([409, 'in_progress'])
  await rig.forget()
  const answer = await ask('POST', '/api/chat', { message: 'x', as: DANA }, headers)
  expect([answer.status, answer.json.code]).toEqual([409, 'outcome_unknown'])
  held.release()
})

test('more requests than allowed are refused until the minute is over, for each token by itself', async () => {
  await rig[Symbol.asyncDispose]()
  await start({ requests_per_minute: 3 })
  const statuses: number[] = []
  for (let n = 0; n < 5; n++) statuses.push((await ask('GET', '/api/stats')).status)
  expect(statuses).toEqual([200, 200, 200, 429, 429])
  const refused = await ask('GET', '/api/stats')
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(refused.json).toMatchObject({ code: 'too_many_requests', retryable: true })
  const other = await rig.token('other')
  expect((await rig.request('GET', '/api/stats', { token: other })).status).toBe(200)
  rig.denidin.clock.pass(60_000)
  expect((await ask('GET', '/api/stats')).status).toBe(200)
  const wrong: number[] = []
  for (let n = 0; n < 5; n++) wrong.push((await rig.request('GET', '/api/stats', { token: 'wrong' })).status)
  expect(wrong).toEqual([401, 401, 401, 429, 429])
})

test('a request that takes too long is answered with a timeout', async () => {
  await rig[Symbol.asyncDispose]()
  await start({ timeout_seconds: 1 })
  const held = hold(reply('late'))
  rig.denidin.models.next('completion', held.answer)
  const answer = await ask('POST', '/api/chat', { message: 'x', as: DANA })
  expect([answer.status, answer.json.code, answer.json.retryable]).toEqual([504, 'timeout', true])
  held.release()
})

test('web pages of other origins are not let in, unless their origin is named', async () => {
  const origin = { origin: 'https://page.example' }
  expect((await ask('GET', '/api/stats', undefined, origin)).headers.get('access-control-allow-origin')).toBeNull()
  await rig[Symbol.asyncDispose]()
  await start({ cors_origins: ['https://page.example'] })
  expect((await ask('GET', '/api/stats', undefined, origin)).headers.get('access-control-allow-origin')).toBe(
    'https://page.example',
  )
  expect(
    (await ask('GET', '/api/stats', undefined, { origin: 'https://evil.example' })).headers.get(
      'access-control-allow-origin',
    ),
  ).toBeNull()
  const preflight = await rig.request('OPTIONS', '/api/chat', {
    headers: { ...origin, 'access-control-request-method': 'POST' },
  })
  expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([
    204,
    'https://page.example',
  ])
})

test('the log has the route, the status and the name of the token, and no word of the request', async () => {
  await ask('POST', '/api/v1/search', { query: 'SECRETQUERY' })
  await ask('GET', '/api/v1/people/15550009999?x=SECRETQUERY')
  await ask('GET', '/SECRETQUERY')
  const lines = rig.denidin.log.lines.filter(({ level }) => level !== 'debug')
  const text = JSON.stringify(lines)
  expect(text).not.toContain('SECRETQUERY')
  expect(text).not.toContain('15550009999')
  expect(text).not.toContain(token)
  const requests = lines.filter(({ message }) => message === 'Request').map(({ fields }) => fields)
  expect(requests).toContainEqual(
    expect.objectContaining({ method: 'POST', route: '/api/v1/search', status: 200, token: 'all' }),
  )
  expect(requests).toContainEqual(expect.objectContaining({ route: 'unknown', status: 404 }))
})

test('requests in progress finish when DeniDin stops, and later ones find no one', async () => {
  const held = hold(reply('Here I am'))
  rig.denidin.models.next('completion', held.answer)
  const asked = ask('POST', '/api/chat', { message: 'Wait for me', as: DANA })
  await held.arrived
  const { address } = rig
  const stopped = rig.stopServing()
  held.release()
  expect((await asked).json).toMatchObject({ response: 'Here I am' })
  await stopped
  await expect(fetch(`${address}/health`)).rejects.toThrow()
})
