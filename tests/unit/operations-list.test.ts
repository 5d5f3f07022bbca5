import { expect, test } from '@jest/globals'
import type { Caller } from '../../src/operations/operation.ts'
import { operations } from '../../src/operations/list.ts'
import { HOUR_MS } from '../../src/platform/clock.ts'
import { OperationRig } from '../support/operations/operation-rig.ts'
import { memoryOf, personOf, sessionOf } from '../support/operations/records.ts'

const operator: Caller = { transport: 'cli', level: 'operator' }
const dana = personOf('p1', '15550001111', 'client', 'Dana')
const client: Caller = {
  transport: 'chat',
  level: 'anyone',
  person: dana,
  chat: { chat_id: '15550001111@c.us', scope: 'person:p1' },
}

const setUp = () => {
  const parts = new OperationRig()
  parts.people.persons.push(dana, personOf('p2', '15550002222', 'blocked'))
  const runner = parts.runner()
  const run = (name: string, input: unknown = {}, caller = operator) => runner.run(name, input, { caller })
  return { parts, run, runner }
}

test('status gathers parts, sessions, memory, messages and what the models took today', async () => {
  const { parts, run } = setUp()
  parts.instance = { ...parts.instance, started_at: parts.clock.now() - 90_500 }
  parts.system.checks = [
    { name: 'chroma', health: () => Promise.resolve({ state: 'degraded', detail: 'restarting' }) },
    { name: 'whatsapp', health: () => Promise.resolve({ state: 'off', detail: 'not configured' }) },
  ]
  parts.sessions.details.push(sessionOf('s1', 'person:p1'), sessionOf('s2', 'person:p1', { state: 'dead' }))
  parts.memory.memories.push(memoryOf('m1', 'person:p1', 'likes tea'))
  parts.system.metrics.count('messages_received', 4)
  await expect(run('status')).resolves.toEqual({
    version: '1.2.3',
    running: true,
    started_at: '2026-11-20T09:58:29.500Z',
    uptime_seconds: 90,
    memory_system: 'on',
    state: 'degraded',
    parts: [
      { name: 'chroma', state: 'degraded', detail: 'restarting' },
      { name: 'whatsapp', state: 'off', detail: 'not configured' },
    ],
    sessions_active: 1,
    sessions_waiting: 0,
    sessions_stored: 0,
    sessions_dead: 1,
    memories: 1,
    memories_pending: 3,
    inbox_waiting: 2,
    outbox_waiting: 1,
    outbox_unconfirmed: 3,
    outbox_failed: 4,
    models_today: [
      {
        kind: 'completion',
        purpose: 'reply',
        provider: 'offline',
        model: 'm',
        calls: 7,
        failed: 1,
        input_tokens: 900,
        output_tokens: 100,
      },
    ],
    counters: { messages_received: 4 },
  })
  expect(parts.asked).toEqual(['usage since 2026-11-20T00:00:00.000Z'])
})

test('the doctor looks into everything, one thing after the other, and fails when anything is not in order', async () => {
  const { parts, run } = setUp()
  const good = { name: 'disk', look: () => Promise.resolve({ state: 'ok', detail: 'There is room.' } as const) }
  parts.system.diagnostics = [good]
  parts.system.checks = [
    { name: 'whatsapp', health: () => Promise.resolve({ state: 'off', detail: 'not configured' }) },
  ]
  await expect(run('doctor')).resolves.toEqual({
    healthy: true,
    checks: [
      { name: 'disk', state: 'ok', detail: 'There is room.' },
      { name: 'whatsapp', state: 'off', detail: 'not configured' },
      { name: 'ended conversations', state: 'ok', detail: '0 waiting to be stored in long-term memory.' },
      { name: 'bot', state: 'off', detail: 'DeniDin is not running.' },
    ],
  })
  expect(operations.doctor.failure!({ healthy: true, checks: [] })).toBeUndefined()
  parts.system.diagnostics = [
    good,
    { name: 'model', look: () => Promise.resolve({ state: 'down', detail: 'No answer.' }) },
  ]
  parts.sessions.details.push(sessionOf('s2', 'person:p1', { state: 'dead' }))
  const sick = await run('doctor')
  expect(sick).toMatchObject({ healthy: false })
  expect(sick['checks']).toContainEqual({ name: 'model', state: 'down', detail: 'No answer.' })
  expect(sick['checks']).toContainEqual(expect.objectContaining({ name: 'ended conversations', state: 'degraded' }))
  expect(operations.doctor.failure!(sick as never)).toContain('problems found')
})

test('status of a bot that does not run says so', async () => {
  const { run } = setUp()
  await expect(run('status')).resolves.toMatchObject({
    running: false,
    started_at: null,
    uptime_seconds: 0,
    state: 'down',
    parts: [{ name: 'bot', state: 'down', detail: expect.stringContaining('denidin start') }],
  })
})

test('health shows the components alone, the worst state, and why the exit code is 1', async () => {
  const { parts, run } = setUp()
  parts.instance = { ...parts.instance, started_at: parts.clock.now() }
  parts.system.checks = [
    { name: 'language model', health: () => Promise.resolve({ state: 'unknown', detail: 'not asked yet' }) },
    { name: 'disk', health: () => Promise.resolve({ state: 'ok', detail: 'There is room.' }) },
  ]
  const well = await run('health')
  expect(well).toMatchObject({ state: 'ok', parts: [{ state: 'unknown' }, { state: 'ok' }] })
  expect(operations.health.failure!(well as never)).toBeUndefined()
  parts.system.checks.push({ name: 'memory', health: () => Promise.reject(new Error('the file is damaged')) })
  const sick = await run('health')
  expect(sick).toMatchObject({ state: 'down' })
  expect(sick['parts']).toContainEqual({
    name: 'memory',
    state: 'down',
    detail: 'It could not be checked: the file is damaged.',
  })
  expect(operations.health.failure!(sick as never)).toBe('not well: memory down')
})

test('a component that does not answer is down, and the others are shown', async () => {
  const { parts, run } = setUp()
  parts.instance = { ...parts.instance, started_at: parts.clock.now() }
  parts.system.checks = [
    { name: 'memory', health: () => new Promise(() => undefined) },
    { name: 'disk', health: () => Promise.resolve({ state: 'ok', detail: 'There is room.' }) },
  ]
  const asked = run('health')
  for (let n = 0; n < 20; n++) await new Promise(setImmediate)
  await parts.clock.advance(5000)
  await expect(asked).resolves.toMatchObject({ state: 'down', parts: [{ state: 'down' }, { state: 'ok' }] })
})

test('status shows the components when nothing that is stored can be read', async () => {
  const { parts, run } = setUp()
  parts.system.checks = [{ name: 'database', health: () => Promise.resolve({ state: 'down', detail: 'damaged' }) }]
  parts.sessions.browser.counts = () => Promise.reject(new Error('database disk image is malformed'))
  await expect(run('status')).resolves.toMatchObject({
    state: 'down',
    sessions_active: null,
    memories: 0,
    parts: [{ name: 'bot' }, { name: 'database', state: 'down' }],
  })
})

test('sessions are listed page by page until the end', async () => {
  const { parts, run } = setUp()
  for (let i = 1; i <= 5; i++) parts.sessions.details.push(sessionOf(`s${String(i)}`, 'person:p1', { messages: i }))
  const ids: unknown[] = []
  let after: string | undefined
  for (let pages = 0; pages < 3; pages++) {
    const page = await run('session.list', { limit: 2, after })
    ids.push((page['sessions'] as { session_id: string }[]).map(each => each.session_id))
    after = (page['next'] as string | null) ?? undefined
  }
  expect(ids).toEqual([['s1', 's2'], ['s3', 's4'], ['s5']])
  expect(after).toBeUndefined()
})

test('a page that ends exactly at the end announces no other', async () => {
  const { parts, run } = setUp()
  parts.sessions.details.push(sessionOf('s1', 'person:p1'), sessionOf('s2', 'person:p1'))
  await expect(run('session.list', { limit: 2 })).resolves.toMatchObject({ next: null })
})

test('sessions can be listed by state, and name the person', async () => {
  const { parts, run } = setUp()
  parts.sessions.details.push(
    sessionOf('s1', 'person:p1'),
    sessionOf('s2', 'chat:12@g.us', { state: 'dead', attempts: 5 }),
    sessionOf('s3', 'person:gone', { state: 'dead' }),
  )
  const { sessions } = await run('session.list', { state: 'dead' })
  expect(sessions).toMatchObject([{ who: 'chat:12@g.us', failed_attempts: 5 }, { who: 'person:gone' }])
  await expect(run('session.list', { state: 'active' })).resolves.toMatchObject({
    sessions: [{ who: 'Dana (+15550001111)', last_active: '2026-11-20T09:00:00.000Z' }],
  })
})

test('a session is shown with its window', async () => {
  const { parts, run } = setUp()
  const timestamp = Date.parse('2026-11-20T08:30:00Z')
  parts.sessions.details.push(
    sessionOf('s1', 'person:p1', {
      window_tokens: 3,
      window: [
        {
          message_id: 'm',
          role: 'user',
          content: 'hello',
          sender_name: undefined,
          person_id: 'p1',
          timestamp,
          tokens: 3,
        },
      ],
    }),
  )
  await expect(run('session.show', { session_id: 's1' })).resolves.toMatchObject({
    chat_id: 'console:15550001111',
    window_tokens: 3,
    window: [{ at: '2026-11-20T08:30:00.000Z', role: 'user', name: null, tokens: 3, content: 'hello' }],
  })
  await expect(run('session.show', { session_id: 'zz' })).rejects.toMatchObject({ code: 'not_found' })
})

test.each([
  ['by phone', { person: '+1 555 000 1111' }, 'reset person:p1'],
  ['by person id', { person: 'p1' }, 'reset person:p1'],
  ['by group', { chat: '12@g.us' }, 'reset chat:12@g.us'],
  ['by session', { session_id: 's9' }, 'reset person:p2'],
])('the operator names the conversation to reset %s', async (_how, input, asked) => {
  const { parts, run } = setUp()
  parts.sessions.details.push(sessionOf('s9', 'person:p2'))
  await expect(run('session.reset', input)).resolves.toEqual({ session_id: 's1', messages: 4, memory: 'stored' })
  expect(parts.asked).toContain(asked)
})

test('the operator has no conversation of their own to reset by mistake', async () => {
  const { parts, run } = setUp()
  await expect(run('session.reset')).rejects.toMatchObject({ code: 'invalid_input' })
  expect(parts.asked).toEqual([])
})

test('two names for the conversation are refused', async () => {
  await expect(setUp().run('session.reset', { person: 'p1', chat: 'g' })).rejects.toMatchObject({
    code: 'invalid_input',
  })
})

test('a reset without a conversation says that there was none', async () => {
  const { parts, run } = setUp()
  parts.sessions.resetOutcome = { session_id: undefined, messages: 0, memory: 'nothing' }
  await expect(run('session.reset', {}, client)).resolves.toEqual({ session_id: null, messages: 0, memory: 'nothing' })
})

test.each([
  ['session.reset', { person: 'p2' }],
  ['memory.list', { person: 'p2' }],
  ['memory.list', { chat: '12@g.us' }],
  ['memory.search', { query: 'x', session_id: 's9' }],
  ['memory.search', { query: 'x', person: 'p1' }],
])('%s refuses a person in a chat who names a conversation: %j', async (name, input) => {
  const { parts, run } = setUp()
  parts.sessions.details.push(sessionOf('s9', 'person:p2'))
  for (const level of ['anyone', 'godfather'] as const) {
    await expect(run(name, input, { ...client, level })).rejects.toMatchObject({ code: 'forbidden' })
  }
  expect(parts.asked).toEqual([])
})

test('a sweep reports its steps, and purges unless told not to', async () => {
  const { parts, runner, run } = setUp()
  const steps: unknown[] = []
  const progress = (step: unknown): void => {
    steps.push(step)
  }
  await expect(runner.run('session.sweep', {}, { caller: operator, progress })).resolves.toEqual({
    found: 3,
    stored: 2,
    failed: 1,
    dead: 0,
    purged: 5,
    records: 7,
    reflections: 0,
  })
  expect(steps).toEqual([{ done: 1, total: 3, unit: 'sessions' }])
  await expect(run('session.sweep', { purge: false })).resolves.toMatchObject({ purged: 0, records: 0 })
  await expect(run('session.purge')).resolves.toEqual({ purged: 5, records: 7, reflections: 0 })
  expect(parts.asked).toEqual(['sweep', 'purge', 'sweep', 'purge'])
})

test('a person lists their own memories, the operator all of them or those of one', async () => {
  const { parts, run } = setUp()
  parts.memory.memories.push(memoryOf('m1', 'person:p1', 'tea'), memoryOf('m2', 'person:p2', 'coffee'))
  const ids = async (input: unknown, caller: Caller): Promise<string[]> =>
    ((await run('memory.list', input, caller))['memories'] as { memory_id: string }[]).map(each => each.memory_id)
  await expect(ids({}, client)).resolves.toEqual(['m1'])
  await expect(ids({}, operator)).resolves.toEqual(['m1', 'm2'])
  await expect(ids({ person: '15550002222' }, operator)).resolves.toEqual(['m2'])
})

test('a search asks within one scope and gives similarity and score', async () => {
  const { parts, run } = setUp()
  parts.memory.recalled = {
    memories: [{ memory: memoryOf('m1', 'person:p1', 'tea'), similarity: 0.5, recency: 1, score: 0.6 }],
  }
  await expect(run('memory.search', { query: ' what drink? ' }, client)).resolves.toMatchObject({
    who: 'Dana (+15550001111)',
    memories: [{ memory_id: 'm1', text: 'tea', similarity: 0.5, recency: 1, score: 0.6 }],
  })
  expect(parts.asked).toEqual(['recall person:p1: what drink?'])
})

test('a search by the operator is in the memory of whoever the terminal speaks as, unless another is named', async () => {
  const { parts, run } = setUp()
  await expect(run('memory.search', { query: 'x' })).rejects.toMatchObject({ code: 'invalid_input' })
  parts.instance = { ...parts.instance, godfather_phone: '15550001111' }
  await run('memory.search', { query: 'x' })
  await run('memory.search', { query: 'x', person: 'p2' })
  expect(parts.asked).toEqual(['recall person:p1: x', 'recall person:p2: x'])
})

test('a search that could not run is a failure, not an empty answer', async () => {
  const { parts, run } = setUp()
  parts.memory.recalled = { memories: [], failure: 'the index is down' }
  await expect(run('memory.search', { query: 'x' }, client)).rejects.toMatchObject({
    code: 'unavailable',
    retryable: true,
  })
  parts.memory.enabled = false
  await expect(run('memory.search', { query: 'x' }, client)).rejects.toMatchObject({ code: 'disabled' })
})

test('memory stats show counts and the index', async () => {
  const { parts, run } = setUp()
  parts.memory.memories.push(memoryOf('m1', 'person:p1', 'tea'), memoryOf('m2', 'person:p1', 'coffee'))
  await expect(run('memory.stats')).resolves.toEqual({
    enabled: true,
    memories: 2,
    scopes: 1,
    pending_embedding: 1,
    pending_index: 2,
    space: 'offline-lexical-2',
    min_similarity: 0.2,
    index_state: 'ok',
    index_detail: 'answers',
    message_vectors: 0,
    pending_messages: 0,
    rebuild_left: 0,
    spaces: [],
  })
})

test('the use of memories is counted, with what is known of each', async () => {
  const { parts, run } = setUp()
  const at = Date.parse('2026-11-20T10:00:00Z')
  parts.memory.memories.push(memoryOf('m1', 'person:p1', 'likes tea'))
  parts.memory.accessStats = {
    total_accesses: 5,
    distinct_memories: 2,
    by_type: { recall: 3, 'extract:openai': 2 },
    top: [
      { memory_id: 'm1', count: 2, last_at: at },
      { memory_id: 'gone', count: 1, last_at: at },
    ],
    recent: [{ scope: 'person:p1', memory_id: undefined, type: 'extract:openai', at }],
  }
  expect(await run('memory.access_stats', { hours: 2, top_n: 3 })).toEqual({
    window_hours: 2,
    total_accesses: 5,
    distinct_memories: 2,
    by_type: { recall: 3, 'extract:openai': 2 },
    by_provider: { openai: 2 },
    top_memories: [
      {
        memory_id: 'm1',
        count: 2,
        last_access: '2026-11-20T10:00:00.000Z',
        category: 'context',
        memory_tier: 'long_term',
        importance_score: 0.5,
        who: 'Dana (+15550001111)',
      },
      {
        memory_id: 'gone',
        count: 1,
        last_access: '2026-11-20T10:00:00.000Z',
        category: null,
        memory_tier: null,
        importance_score: null,
        who: null,
      },
    ],
    recent: [{ memory_id: null, access_type: 'extract:openai', timestamp: '2026-11-20T10:00:00.000Z' }],
  })
  expect(parts.asked).toEqual([`stats since ${String(parts.clock.now() - 2 * HOUR_MS)}, most 3`])
})

test('people are listed with their numbers and roles', async () => {
  const { people } = await setUp().run('people.list')
  expect(people).toMatchObject([
    { person_id: 'p1', name: 'Dana', phone: '15550001111', lid: null, role: 'client' },
    { person_id: 'p2', name: null, phone: '15550002222', role: 'blocked' },
  ])
})

test('a person is given a role, blocked and unblocked by phone number', async () => {
  const { parts, run } = setUp()
  await expect(run('people.role', { person: '+1-555-000-1111', role: 'godfather' })).resolves.toMatchObject({
    role: 'godfather',
  })
  await expect(run('people.block', { person: 'p1' })).resolves.toMatchObject({ role: 'blocked' })
  await expect(run('people.unblock', { person: 'p1' })).resolves.toMatchObject({ role: 'client' })
  expect(parts.asked).toEqual(['setRole p1 godfather', 'setRole p1 blocked', 'setRole p1 client'])
  await expect(run('people.block', { person: '15559999999' })).rejects.toMatchObject({ code: 'not_found' })
})

test('a person is shown with former names and with those that another account had', async () => {
  const { parts, run } = setUp()
  const number = { kind: 'phone', value: '15550009999' } as const
  parts.people.names = { former: [number], taken_over: [{ identity: { kind: 'username', value: 'dana' }, from: 'p2' }] }
  expect(await run('people.show', { person: '15550001111' })).toMatchObject({
    person_id: 'p1',
    names: [{ kind: 'phone', value: '15550001111' }],
    former_names: [number],
    taken_over: [{ kind: 'username', value: 'dana', from: 'p2' }],
  })
})

test('two people are made one only after a yes', async () => {
  const { parts, runner, run } = setUp()
  const both = { person: '15550001111', other: 'p2' }
  await expect(run('people.merge', both)).rejects.toMatchObject({ code: 'confirmation_needed' })
  expect(parts.asked).toEqual([])
  await runner.run('people.merge', both, { caller: operator, confirmed: true })
  expect(parts.asked).toEqual(['merge p1 p2'])
})

test('unblocking somebody who is not blocked changes nothing', async () => {
  const { parts, run } = setUp()
  parts.people.persons.push(personOf('p3', '15550003333', 'godfather'))
  await expect(run('people.unblock', { person: 'p3' })).resolves.toMatchObject({ role: 'godfather' })
  expect(parts.asked).toEqual([])
})

test('the terminal speaks as the godfather, as a person of its own, or as whom it names', async () => {
  const { parts, run } = setUp()
  await expect(run('chat.say', { message: ' hi ' })).resolves.toEqual({
    phone: '10000000000',
    replies: ['you said: hi'],
    response: 'you said: hi',
    memories: [],
    quotes: [],
    experience_id: expect.any(String),
  })
  parts.instance = { ...parts.instance, godfather_phone: '15550001111' }
  await expect(run('chat.say', { message: 'hi' })).resolves.toMatchObject({ phone: '15550001111' })
  await expect(run('chat.say', { message: 'hi', as: '+1 555 000 2222', name: 'Eli' })).resolves.toMatchObject({
    phone: '15550002222',
  })
  expect(parts.chats.said.at(-1)).toMatchObject({ phone: '15550002222', name: 'Eli', text: 'hi' })
  await expect(run('chat.say', { message: 'hi', as: 'Dana' })).rejects.toMatchObject({ code: 'invalid_input' })
})

test('while the memory system is off, what is past its retention stays until it is on', async () => {
  const { parts, run } = setUp()
  await parts.reflections.put({ session_id: 's1', scope: 'person:p1', text: 'x', valence: 0, created_at: 1 })
  parts.instance = { ...parts.instance, memory_system_enabled: false }
  await expect(run('session.purge')).resolves.toMatchObject({ reflections: 0 })
  parts.instance = { ...parts.instance, memory_system_enabled: true }
  await expect(run('session.purge')).resolves.toMatchObject({ reflections: 1 })
  expect(parts.audited).toEqual([
    { operation: 'memory.prune_reflections', by: 'operator', whose: 'person:p1', counts: { reflections: 1 } },
  ])
})
