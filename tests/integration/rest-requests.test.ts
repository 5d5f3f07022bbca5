/** The REST API as a client meets it: problems, repeated requests, pages, event streams, limits, the log and the stop. */
import { once } from 'node:events'
import { connect } from 'node:net'
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

/** Sends bytes as they are, and reads until the connection ends. */
const raw = async (text: string): Promise<string> => {
  const { hostname, port } = new URL(rig.address)
  const socket = connect(Number(port), hostname)
  socket.setEncoding('utf8')
  let answer = ''
  socket.on('data', (piece: string) => {
    answer += piece
  })
  socket.on('error', () => undefined)
  socket.write(text)
  await once(socket, 'close')
  return answer
}

beforeEach(() => start())

afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

test.each([
  ['an unknown address', 'GET', '/api/nothing', undefined, {}, 404, 'route_not_found'],
  ['a path out of the server', 'GET', '/../../etc/passwd', undefined, {}, 404, 'route_not_found'],
  [
    'an encoded path out of the server',
    'GET',
    '/api/v1/reports/..%2f..%2fetc%2fpasswd',
    undefined,
    {},
    422,
    'invalid_input',
  ],
  ['a badly encoded address', 'GET', '/api/memories/%ff%fe', undefined, {}, 400, 'malformed'],
  ['a method that the address does not take', 'DELETE', '/api/chat', undefined, {}, 405, 'method_not_allowed'],
  ['JSON that ends too early', 'POST', '/api/memories', '{"text": "a', {}, 400, 'malformed'],
  ['a poisoned prototype', 'POST', '/api/memories', '{"__proto__": {"x": 1}, "text": "a"}', {}, 400, 'malformed'],
  ['a list instead of an object', 'POST', '/api/memories', '["a"]', {}, 422, 'invalid_input'],
  ['null instead of an object', 'POST', '/api/memories', 'null', {}, 422, 'invalid_input'],
  [
    'text instead of JSON',
    'POST',
    '/api/memories',
    'hello',
    { 'content-type': 'text/plain' },
    415,
    'unsupported_media_type',
  ],
  [
    'a form',
    'POST',
    '/api/memories',
    'text=a',
    { 'content-type': 'application/x-www-form-urlencoded' },
    415,
    'unsupported_media_type',
  ],
  ['a missing field', 'POST', '/api/memories', {}, {}, 422, 'invalid_input'],
  ['a field that does not exist', 'POST', '/api/memories', { text: 'a', txet: 'b' }, {}, 422, 'invalid_input'],
  ['a number for a text', 'POST', '/api/memories', { text: 5 }, {}, 422, 'invalid_input'],
  ['a parameter that is given twice', 'GET', '/api/memories?limit=1&limit=2', undefined, {}, 422, 'invalid_input'],
  ['a parameter out of bounds', 'GET', '/api/memories?limit=5000', undefined, {}, 422, 'invalid_input'],
  ['input of the body in the query', 'POST', '/api/memories?text=a', {}, {}, 422, 'invalid_input'],
  ['what the path says already', 'GET', '/api/memories/x?memory_id=y', undefined, {}, 422, 'invalid_input'],
  ['a page after nothing', 'GET', '/api/memories?after=none', undefined, {}, 404, 'not_found'],
  ['offset and after', 'GET', '/api/memories?after=none&offset=2', undefined, {}, 422, 'invalid_input'],
  ['a memory that does not exist', 'GET', '/api/memories/none', undefined, {}, 404, 'not_found'],
  ['a memory to delete that does not exist', 'DELETE', '/api/memories/none', undefined, {}, 404, 'not_found'],
  ['a session that does not exist', 'GET', '/api/v1/sessions/none', undefined, {}, 404, 'not_found'],
  ['a report that does not exist', 'GET', '/api/v1/reports/weather', undefined, {}, 422, 'invalid_input'],
  ['a job that does not exist', 'POST', '/api/v1/jobs/none/run', undefined, {}, 404, 'not_found'],
  [
    'what must be confirmed',
    'POST',
    '/api/v1/memory/forget',
    { what: 'all', person: DANA },
    {},
    409,
    'confirmation_needed',
  ],
  ['a key with a blank', 'POST', '/api/memories', { text: 'a' }, { 'idempotency-key': 'a b' }, 400, 'malformed'],
])('%s is answered with a problem document', async (_what, method, path, body, headers, status, code) => {
  const answer = await ask(method, path, body, headers)
  expect(answer.json).toMatchObject({
    type: `urn:denidin:problem:${code}`,
    status,
    code,
    instance: `urn:uuid:${answer.headers.get('x-request-id') ?? ''}`,
  })
  expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'application/problem+json'])
  expect(answer.json.detail).toMatch(/^[^\n]{10,300}$/)
  expect(answer.text).not.toMatch(/node_modules|\.ts:|at \w+ \(/)
})

test('a problem names the field: by a pointer into the body, or as a parameter', async () => {
  expect((await ask('POST', '/api/memories', { text: 5 })).json.errors).toMatchObject([{ pointer: '#/text' }])
  expect((await ask('GET', '/api/memories?limit=x')).json.errors).toMatchObject([{ parameter: 'limit' }])
  expect((await ask('GET', '/api/v1/reports/weather')).json.errors).toMatchObject([{ parameter: 'name' }])
  expect((await ask('DELETE', '/api/chat')).headers.get('allow')).toBe('POST')
})

test.each([
  ['no HTTP', 'hello\r\n\r\n', 400],
  ['headers without end', `GET /health HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`, 431],
  ['a body shorter than it says', 'POST /api/memories HTTP/1.1\r\nHost: x\r\nContent-Length: zz\r\n\r\n', 400],
])('%s is answered with a problem document, and the connection ends', async (_what, text, status) => {
  const answer = await raw(text)
  expect(answer).toContain(`HTTP/1.1 ${String(status)} `)
  expect(JSON.parse(answer.split('\r\n\r\n')[1]!)).toMatchObject({ status })
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
  const texts = ({ json }: RestAnswer): string[] => json.memories.map((each: { text: string }) => each.text)
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
  const chat = async (body: object): Promise<any> =>
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

test('stats have the names that clients rely on', async () => {
  await ask('POST', '/api/memories', { text: 'a', person: DANA })
  expect((await ask('GET', '/api/stats')).json).toMatchObject({
    total_experiences: 1,
    total_vectors: expect.any(Number),
    llm_model: 'scripted',
    llm_enabled: true,
  })
})

test.each([
  ['json', 'application/json', /^\{/],
  ['csv', 'text/csv', /^date,/],
  ['html', 'text/html', /^<!doctype html>/i],
])('a report is answered as %s itself', async (format, type, text) => {
  const answer = await ask('GET', `/api/v1/reports/timeline?format=${format}`)
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, expect.stringContaining(type)])
  expect(answer.text).toMatch(text)
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

test('long work is followed by events', async () => {
  const answer = await rig.request('POST', '/api/v1/memory/verify', { token, headers: { accept: 'text/event-stream' } })
  expect(answer.headers.get('content-type')).toContain('text/event-stream')
  const events = answer.text
    .trim()
    .split('\n\n')
    .map(each => each.split('\n'))
  const [event = '', data = ''] = events.at(-1) ?? []
  expect(event).toBe('event: result')
  expect(JSON.parse(data.replace('data: ', ''))).toMatchObject({ in_order: true })
  const refused = await rig.request('POST', '/api/v1/jobs/none/run', {
    token,
    headers: { accept: 'text/event-stream' },
  })
  expect(refused.text).toMatch(/^event: problem\ndata: \{"type":"urn:denidin:problem:not_found"/)
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

test('a browser opens the reference with the token as a password, and nothing else that way', async () => {
  const authorization = `Basic ${Buffer.from(`me:${token}`).toString('base64')}`
  const page = await rig.request('GET', '/reference', { headers: { authorization } })
  expect([page.status, page.headers.get('content-security-policy')]).toEqual([
    200,
    expect.stringContaining("default-src 'none'"),
  ])
  expect((await rig.request('GET', '/reference')).headers.get('www-authenticate')).toMatch(/^Basic /)
  expect((await rig.request('GET', '/api/stats', { headers: { authorization } })).status).toBe(401)
})

test('metrics are in the format of Prometheus', async () => {
  const { text } = await ask('GET', '/metrics')
  for (const line of text.trim().split('\n'))
    expect(line).toMatch(/^(# (HELP|TYPE) denidin_\w+ .+|denidin_\w+(\{[^{}]*\})? [\d.]+)$/)
  expect(text).toContain('denidin_running 1\n')
})

test('health is ok, or says in one word what is the matter', async () => {
  expect(await rig.request('GET', '/health')).toMatchObject({ status: 200, json: { status: 'ok' } })
  expect((await ask('GET', '/ready')).json).toEqual({ ready: true, down: [] })
})
