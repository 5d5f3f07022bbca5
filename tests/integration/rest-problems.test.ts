/** What the REST API answers to requests that are wrong, and the answers that have a form of their own. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
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

beforeAll(() => start(), 60_000)

afterAll(async () => {
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
    expect(line).toMatch(/^(|# (HELP|TYPE) denidin_\w+ .+|denidin_\w+(\{[^{}]*\})? [\d.e+-]+)$/)
  expect(text).toContain('denidin_running 1\n')
  rig.denidin.clock.pass(2000)
  expect((await ask('GET', '/metrics')).text).toContain(
    'denidin_http_requests_total{method="GET",route="/metrics",status="200"} ',
  )
})

test('health shows the state of each component to anyone, and ready the reason too to whoever has a token', async () => {
  const health = await rig.request('GET', '/health')
  expect(health).toMatchObject({ status: 200, json: { status: 'ok' } })
  expect(health.json.components).toContainEqual({ name: 'database', state: 'ok' })
  const { json } = await ask('GET', '/ready')
  expect(json).toMatchObject({ ready: true, down: [] })
  expect(json.components).toContainEqual({ name: 'database', state: 'ok', reason: expect.stringMatching(/\.$/) })
})
