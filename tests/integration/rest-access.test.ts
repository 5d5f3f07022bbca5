/** What each kind of token may reach, for every route of the REST API. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PERSONAL_SCOPES, TOKEN_SCOPES } from '../../src/access/api-token.ts'
import { pathParameters, takesBody } from '../../src/interfaces/rest/rest-input.ts'
import { restMenu, type RestRoute } from '../../src/interfaces/rest/rest-menu.ts'
import { systemRoutes, type SystemRoute } from '../../src/interfaces/rest/system-routes.ts'
import { OPERATOR } from '../../src/operations/client.ts'
import { operations } from '../../src/operations/list.ts'
import { GODFATHER } from '../support/denidin.ts'
import { RestRig, type RestAnswer } from '../support/rest/rest-rig.ts'

const DANA = '15550001111'
const ELI = '15550002222'

let rig: RestRig
const tokens: Record<string, string | undefined> = {}

const KINDS = [
  'none',
  'wrong',
  'expired',
  ...TOKEN_SCOPES,
  'dana read',
  'dana write',
  'godfather read',
  'godfather write',
] as const
type Kind = (typeof KINDS)[number]

beforeAll(async () => {
  rig = await RestRig.start({}, { memory: { godfather_scope: 'all' } })
  await rig.denidin.say('My locker code is 4711 DANASECRET.', { phone: DANA, name: 'Dana' })
  await rig.denidin.say('My diary is under the bed ELISECRET.', { phone: ELI, name: 'Eli' })
  await rig.denidin.say('Hello.', { phone: GODFATHER, name: 'Gil' })
  const { runner } = rig.denidin.app
  for (const [person, text] of [
    [DANA, 'DANASECRET drinks tea'],
    [ELI, 'ELISECRET drinks coffee'],
  ]) {
    await runner.run('memory.remember', { text, person }, { caller: OPERATOR })
  }
  await rig.denidin.whenIdle()
  for (const scope of TOKEN_SCOPES) tokens[scope] = await rig.token(scope, scope)
  for (const scope of PERSONAL_SCOPES) {
    tokens[`dana ${scope}`] = await rig.token(`dana-${scope}`, scope, DANA)
    tokens[`godfather ${scope}`] = await rig.token(`godfather-${scope}`, scope, GODFATHER)
  }
  tokens['expired'] = await rig.token('expired', TOKEN_SCOPES.join(','), undefined, 1)
  tokens['wrong'] = `${tokens['read']!.slice(0, -1)}${tokens['read']!.endsWith('A') ? 'B' : 'A'}`
})

afterAll(async () => {
  await rig[Symbol.asyncDispose]()
})

/** Scopes of a kind of token, and whether it is of one person. */
const holderOf = (kind: Kind): { readonly scope: string | undefined; readonly personal: boolean } => {
  if (kind === 'none' || kind === 'wrong' || kind === 'expired') return { scope: undefined, personal: false }
  const [first = '', second] = kind.split(' ')
  return { scope: second ?? first, personal: second !== undefined }
}

/** The statuses that mean that a token is not good for a route. */
const REFUSED = [401, 403]

/** What a token of a kind must be told before anything else; `undefined`: it is let in. */
const refusalOf = (route: RestRoute | SystemRoute, kind: Kind): number | undefined => {
  if (route.scope === 'none') return undefined
  const { scope, personal } = holderOf(kind)
  if (scope === undefined) return 401
  if (route.scope !== 'any' && route.scope !== scope) return 403
  if (!personal || route.scope === 'any') return undefined
  if (!('run' in route)) return route.id === 'watchEvents' ? undefined : 403
  const { access, own } = operations[route.run] as { access: string; own?: boolean }
  return access === 'anyone' || own === true ? undefined : 403
}

const pathOf = (path: string): string =>
  pathParameters(path).reduce((filled, name) => filled.replace(`{${name}}`, 'nothing'), path)

/** An input that no operation takes: the request is let in or refused, and nothing happens. */
const probe = async (route: RestRoute | SystemRoute, kind: Kind): Promise<Pick<RestAnswer, 'status'>> => {
  if (route.id === 'watchEvents') {
    using events = await rig.events(route.path, { token: tokens[kind] })
    return { status: events.status }
  }
  const isRead = route.method === 'GET' || route.method === 'DELETE'
  const query = 'run' in route && isRead ? '?no_such_field=1' : ''
  const body = 'run' in route && takesBody(route) ? { no_such_field: 1 } : undefined
  return await rig.request(route.method, `${pathOf(route.path)}${query}`, { token: tokens[kind], body })
}

const routes: readonly (RestRoute | SystemRoute)[] = [...systemRoutes, ...restMenu]
const withoutExpired = KINDS.filter(kind => kind !== 'expired')

test.each(routes.map(route => [`${route.method} ${route.path}`, route] as const))(
  '%s lets in exactly the tokens that are for it',
  async (_call, route) => {
    for (const kind of withoutExpired) {
      const { status } = await probe(route, kind)
      const refusal = refusalOf(route, kind)
      const got = REFUSED.includes(status) ? status : undefined
      expect([kind, got]).toEqual([kind, refusal])
      // What is let in is refused for its input alone.
      if (refusal === undefined && 'run' in route) expect([kind, status]).toEqual([kind, 422])
    }
  },
)

/** What a search says of a person who wrote nothing that the caller may read, in JSON. */
const noMessagesOf = (person: string): string => String.raw`"No message matches person \"${person}\"."`

test('a search says the same of a person whom the caller may not read and of no one', async () => {
  const [of_eli, of_nobody] = await Promise.all(
    [ELI, '15558887777'].map(async person => {
      const body = { query: 'ELISECRET', person }
      const { text } = await rig.request('POST', '/api/v1/search', { token: tokens['dana read'], body })
      expect(text).toContain(noMessagesOf(person))
      return text.replaceAll(person, '')
    }),
  )
  expect(of_eli).toBe(of_nobody)
})

test('a token of one person sees no word of another, wherever it asks', async () => {
  const seen: string[] = []
  for (const who of ['dana', 'godfather'] as const) {
    for (const [path, body] of [
      ['/api/memories', undefined],
      ['/api/v1/messages', undefined],
      ['/api/v1/sessions', undefined],
      ['/api/v1/memory/about', undefined],
      ['/api/v1/memory/about?query=ELISECRET', undefined],
      ['/api/v1/memory/why', undefined],
      ['/api/v1/search', { query: 'ELISECRET' }],
      ['/api/v1/search', { query: 'ELISECRET', person: ELI }],
      ['/api/memories/search', { query: 'Who drinks coffee? ELISECRET' }],
      ['/api/v1/memory/export', {}],
      ['/api/chat', { message: 'What do you know about ELISECRET and coffee?' }],
      ['/api/chat', { message: '/users' }],
      ['/api/chat', { message: '/search ELISECRET' }],
      ['/api/chat', { message: '/memory ELISECRET' }],
      ['/api/chat', { message: '/why' }],
    ] as const) {
      const token = tokens[path === '/api/chat' ? `${who} write` : `${who} read`]
      const answer = await rig.request(body === undefined ? 'GET' : 'POST', path, { token, body })
      expect([path, answer.status]).toEqual([path, 200])
      // What the caller wrote comes back.
      seen.push(
        answer.text
          .replaceAll('What do you know about ELISECRET and coffee?', '')
          .replaceAll('/search ELISECRET', '')
          .replaceAll(noMessagesOf(ELI), ''),
      )
    }
  }
  const text = seen.join('\n')
  expect(text).toContain('DANASECRET')
  expect(text).not.toContain('diary')
  expect(text).not.toContain('drinks coffee')
  expect(text).not.toContain(ELI)
})

test("another person's session and memory do not exist for a token of one person", async () => {
  const admin = tokens['read']
  // A page that began at the newest session would not be empty.
  await rig.denidin.say('Good evening.', { phone: ELI, name: 'Eli' })
  const listed = await rig.request('GET', '/api/v1/sessions', { token: admin })
  const sessions = listed.json.sessions as readonly { who: string; session_id: string }[]
  const session = sessions.find(each => each.who.includes('Eli'))!.session_id
  const all = await rig.request('GET', '/api/memories', { token: admin })
  const memories = all.json.memories as readonly { text: string; memory_id: string }[]
  const memory = memories.find(each => each.text.includes('ELISECRET'))!.memory_id
  for (const [path, nothing] of [
    [`/api/v1/sessions/${session}`, '/api/v1/sessions/none'],
    [`/api/memories/${memory}`, '/api/memories/none'],
    [`/api/v1/sessions?after=${session}`, '/api/v1/sessions?after=none'],
    [`/api/memories?after=${memory}`, '/api/memories?after=none'],
  ] as const) {
    expect((await rig.request('GET', path, { token: admin })).status).toBe(200)
    const [other, none] = [
      await rig.request('GET', path, { token: tokens['dana read'] }),
      await rig.request('GET', nothing, { token: tokens['dana read'] }),
    ]
    const words = ({ json, status }: RestAnswer, id: string): unknown => [status, String(json.detail).replace(id, '…')]
    expect(words(other, path.split(/[/=]/).at(-1) ?? '')).toEqual(words(none, 'none'))
    expect(other.status).toBe(404)
  }
  const deleted = await rig.request('DELETE', `/api/memories/${memory}`, { token: tokens['dana write'] })
  const missing = await rig.request('DELETE', '/api/memories/none', { token: tokens['dana write'] })
  expect([deleted.status, deleted.json.detail]).toEqual([404, missing.json.detail])
  expect((await rig.request('GET', `/api/memories/${memory}`, { token: admin })).status).toBe(200)
})

test('naming a person is refused for a token of one person, whether or not there is such a person', async () => {
  for (const person of [ELI, DANA, '15557776666']) {
    const answer = await rig.request('GET', `/api/memories?person=${person}`, { token: tokens['dana read'] })
    expect([answer.status, answer.json.detail]).toEqual([403, "only the operator may name someone else's conversation"])
  }
})

test('every read of words leaves a line in the audit log with the name of the token', async () => {
  await rig.request('GET', '/api/memories', { token: tokens['dana read'] })
  await rig.request('POST', '/api/v1/search', { token: tokens['read'], body: { query: 'ELISECRET' } })
  await rig.request('POST', '/api/chat', { token: tokens['dana write'], body: { message: 'Which locker code?' } })
  const folder = join(rig.denidin.folder, 'logs')
  const lines = readdirSync(folder)
    .filter(name => name.startsWith('memory_audit'))
    .flatMap(name => readFileSync(join(folder, name), 'utf8').trim().split('\n'))
    .map(line => JSON.parse(line) as { operation: string; by: string; whose: string })
  for (const [operation, by] of [
    ['memory.list', 'token dana-read'],
    ['archive.search', 'token read'],
    ['chat.say', 'token dana-write'],
  ]) {
    expect(lines).toContainEqual(expect.objectContaining({ operation, by, whose: expect.stringMatching(/^person:/) }))
  }
})

test('a token of a blocked person is refused, and so is one whose person was forgotten', async () => {
  const { runner } = rig.denidin.app
  await rig.denidin.say('Hi.', { phone: '15550003333', name: 'Fay' })
  const token = await rig.token('fay', 'read', '15550003333')
  expect((await rig.request('GET', '/api/memories', { token })).status).toBe(200)
  await runner.run('people.block', { person: '15550003333' }, { caller: OPERATOR })
  expect((await rig.request('GET', '/api/memories', { token })).status).toBe(403)
  await runner.run('people.unblock', { person: '15550003333' }, { caller: OPERATOR })
  await runner.run('memory.forget', { what: 'all', person: '15550003333' }, { caller: OPERATOR, confirmed: true })
  expect((await rig.request('GET', '/api/memories', { token })).status).toBe(401)
})

test('a token is refused from the moment on that it is revoked, or expires', async () => {
  const { runner } = rig.denidin.app
  const token = await rig.token('short', 'read')
  expect((await rig.request('GET', '/api/stats', { token })).status).toBe(200)
  await runner.run('api.token_revoke', { token: 'short' }, { caller: OPERATOR })
  expect((await rig.request('GET', '/api/stats', { token })).status).toBe(401)
  expect((await rig.request('GET', '/api/stats', { token: tokens['expired'] })).status).toBe(200)
  rig.denidin.clock.forward(24 * 60 * 60 * 1000)
  const late = await rig.request('GET', '/api/stats', { token: tokens['expired'] })
  expect([late.status, late.json.detail]).toEqual([401, expect.stringContaining('expired')])
})

test('live events tell a token of one person of its own messages alone, and the code that links a phone only an administrator', async () => {
  const everything = await rig.token('events', 'read,admin')
  using all = await rig.events('/api/v1/events', { token: everything })
  using reader = await rig.events('/api/v1/events', { token: tokens['read'] })
  using dana = await rig.events('/api/v1/events', { token: tokens['dana read'] })
  const { events } = rig.denidin.app.access
  const link = { qr: 'QRTEXT', pairing_code: undefined }
  const connection = {
    kind: 'connection',
    channel: 'whatsapp',
    state: 'qr',
    detail: 'Scan.',
    can_send: false,
    link,
  } as const
  events.publish(connection)
  expect(await all.next('link_code')).toEqual({ channel: 'whatsapp', qr: 'QRTEXT', pairing_code: null })
  events.publish({ ...connection, state: 'ready', can_send: true })
  expect(await reader.next('connection')).toEqual({
    channel: 'whatsapp',
    state: 'qr',
    detail: 'Scan.',
    can_send: false,
  })
  await rig.denidin.say('One of Eli.', { phone: ELI })
  await rig.denidin.say('One of Dana.', { phone: DANA })
  const chat = `${DANA}@c.us`
  const message = await dana.next('message')
  expect(message).toEqual({ message_id: expect.any(String), chat_id: chat, state: 'received' })
  expect(await dana.next('reply')).toMatchObject({ answers: [message.message_id], chat_id: chat, state: 'intended' })
  expect(await dana.next('reply')).toMatchObject({ answers: [message.message_id], chat_id: chat, state: 'sent' })
  expect(await reader.next('message')).toMatchObject({ chat_id: `${ELI}@c.us` })
})
