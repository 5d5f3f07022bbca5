// Rollouts through the whole of DeniDin: who has a memory in which stage, and that all others stay as if it were off.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from '@jest/globals'
import { HOUR_MS } from '../../src/platform/clock.ts'
import { exists } from '../../src/platform/files.ts'
import { GODFATHER, TestDenidin, type Json } from '../support/denidin.ts'
import { failure, reply } from '../support/model-server.ts'

const OPERATOR = { transport: 'cli', level: 'operator' } as const
const MEMORY = 'enable_memory_system'
const [ANA, BEN, CLEO] = ['15550001111', '15550002222', '15550003333'] as const

const open: TestDenidin[] = []

afterEach(async () => {
  for (const denidin of open.splice(0)) await denidin[Symbol.asyncDispose]()
})

const start = async (config: Json = {}): Promise<TestDenidin> => {
  const denidin = await TestDenidin.start(config)
  open.push(denidin)
  return denidin
}

const run = (denidin: TestDenidin, name: string, input: object = {}) =>
  denidin.app.runner.run(name, input, { caller: OPERATOR, confirmed: true })

const set = (denidin: TestDenidin, stage: string, more: object = {}) =>
  run(denidin, 'rollout.set', { feature: MEMORY, stage, ...more })

/** Whether DeniDin remembers what this person says. */
const remembers = async (denidin: TestDenidin, phone: string): Promise<boolean> => {
  await denidin.say('my lucky number is 4711', { phone })
  await denidin.say('what did I say?', { phone })
  return denidin.lastRequest().includes('4711')
}

const stateOf = async (denidin: TestDenidin, feature = MEMORY): Promise<Record<string, unknown>> => {
  const { features } = (await run(denidin, 'rollout.status')) as { features: Record<string, unknown>[] }
  return features.find(each => each['feature'] === feature) ?? {}
}

/** A conversation in a direct chat and in a group, with a quote, an edit and a command. */
const converse = async (denidin: TestDenidin): Promise<readonly unknown[]> => {
  await denidin.say('hello, my name is Ana', { phone: ANA, name: 'Ana' })
  await denidin.say('what is my name?', { phone: ANA, name: 'Ana' })
  await denidin.say('/reset', { phone: ANA, name: 'Ana' })
  await denidin.say('/remember the key is under the mat', { phone: ANA, name: 'Ana' })
  await denidin.channel.deliver({
    text: 'good evening everybody',
    chat_id: '120363000000000001@g.us',
    chat_kind: 'group',
    addressed: true,
    sender: { identities: [{ kind: 'phone', value: BEN }], name: 'Ben' },
    sent_at: denidin.clock.now(),
  })
  await denidin.app.conversation.whenIdle('120363000000000001@g.us')
  await denidin.say('did I tell you my name?', { phone: ANA, name: 'Ana' })
  return denidin.models.of('completion').map(({ body }) => body)
}

test('in the stage godfather clients stay stateless, byte for byte', async () => {
  const knowledge = { dirs: ['notes'] }
  const off = await start({ feature_flags: { enable_memory_system: false }, knowledge })
  const staged = await start({ knowledge })
  await set(staged, 'godfather')
  const expected = await converse(off)
  const requests = await converse(staged)
  // The time of day is part of a request.
  const withoutTime = (bodies: readonly unknown[]): string =>
    JSON.stringify(bodies).replace(/\d\d:\d\d(:\d\d)?/g, 'hh:mm')
  expect(withoutTime(requests)).toBe(withoutTime(expected))
  expect(staged.channel.sent.map(({ text }) => text)).toEqual(off.channel.sent.map(({ text }) => text))
  expect(staged.models.counts.embedding).toBe(0)
  expect(await exists(staged.data('sessions'))).toBe(false)
  await staged.close()
  const bytes = await readFile(staged.data('denidin.db'))
  for (const text of ['my name is Ana', 'under the mat', 'good evening everybody']) {
    expect(bytes.includes(text)).toBe(false)
  }
})

test('in the stage godfather the godfather is remembered, and nobody with off', async () => {
  const denidin = await start()
  await set(denidin, 'godfather')
  expect(await remembers(denidin, GODFATHER)).toBe(true)
  expect(await remembers(denidin, ANA)).toBe(false)
  await set(denidin, 'off')
  expect(await remembers(denidin, GODFATHER)).toBe(false)
})

test('the first people are those who wrote first, and those who write later take the places that are left', async () => {
  const denidin = await start()
  await set(denidin, 'godfather')
  await denidin.say('hello', { phone: GODFATHER })
  for (const phone of [ANA, BEN]) await denidin.say('hello', { phone })
  await set(denidin, 'first-2', { force: true })
  await denidin.say('hello', { phone: CLEO })
  expect(await stateOf(denidin)).toMatchObject({ stage: 'first-2', people: 2 })
  expect(await remembers(denidin, ANA)).toBe(true)
  expect(await remembers(denidin, BEN)).toBe(true)
  expect(await remembers(denidin, CLEO)).toBe(false)
  // Wider, the same ones stay in; it holds from the next message on, and after a restart.
  await set(denidin, 'first-3', { force: true })
  expect(await remembers(denidin, CLEO)).toBe(true)
  expect(await remembers(denidin, '15550004444')).toBe(false)
  await denidin.restart()
  expect(await remembers(denidin, CLEO)).toBe(true)
  expect(await remembers(denidin, '15550004444')).toBe(false)
  // Narrower, the last one leaves.
  await set(denidin, 'first-2')
  expect(await remembers(denidin, BEN)).toBe(true)
  expect(await remembers(denidin, CLEO)).toBe(false)
})

test('a percentage lets the same people in each time, and more when it grows', async () => {
  const denidin = await start()
  await set(denidin, 'godfather')
  const phones = Array.from({ length: 14 }, (_, at) => String(15_550_010_000 + at))
  for (const phone of phones) await denidin.say('hello', { phone })
  const included = async (): Promise<readonly string[]> => {
    const found: string[] = []
    for (const phone of phones) if (await remembers(denidin, phone)) found.push(phone)
    return found
  }
  await set(denidin, '30%', { force: true })
  const some = await included()
  expect(some.length).toBeGreaterThan(0)
  expect(some.length).toBeLessThan(phones.length)
  await denidin.restart()
  expect(await included()).toEqual(some)
  await set(denidin, '70%', { force: true })
  const more = await included()
  expect(more).toEqual(expect.arrayContaining([...some]))
  expect(more.length).toBeGreaterThan(some.length)
})

test('at all everybody has a memory, in groups too, and no one is counted', async () => {
  const denidin = await start()
  expect(await remembers(denidin, ANA)).toBe(true)
  expect(await stateOf(denidin)).toMatchObject({ stage: 'all', people: 0, since: null })
})

test('a stage that is too short or is skipped is refused unless it is forced, and each change is recorded', async () => {
  const denidin = await start()
  await set(denidin, 'godfather', { reason: 'a first look' })
  await expect(set(denidin, 'first-10')).rejects.toMatchObject({
    code: 'forbidden',
    message: expect.stringMatching(
      /^the stage godfather lasts 168 hours, of which 0 are over: wait until .*, or use --force$/,
    ),
  })
  await expect(set(denidin, 'all')).rejects.toMatchObject({ message: expect.stringMatching(/^all skips a stage/) })
  await expect(set(denidin, 'most')).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringMatching(/first-10/),
  })
  denidin.clock.forward(169 * HOUR_MS)
  await set(denidin, 'first-10')
  denidin.clock.forward(23 * HOUR_MS)
  await expect(set(denidin, 'first-50')).rejects.toMatchObject({ code: 'forbidden' })
  denidin.clock.forward(2 * HOUR_MS)
  await set(denidin, 'first-50')
  await set(denidin, 'all', { force: true })
  const { changes } = await run(denidin, 'rollout.status')
  expect(changes).toMatchObject([
    { from_stage: 'first-50', to_stage: 'all', by: 'operator', forced: true },
    { from_stage: 'first-10', to_stage: 'first-50', forced: false },
    { from_stage: 'godfather', to_stage: 'first-10', forced: false },
    { from_stage: 'all', to_stage: 'godfather', by: 'operator', reason: 'a first look', forced: false },
  ])
})

test('a stage that is set again goes on, and its time with it; one that gives a feature to nobody says why', async () => {
  const denidin = await start()
  // It never had another stage: week 1 of the report does not begin.
  expect(await set(denidin, 'all')).toMatchObject({ changed: false, at: null, to_stage: 'all' })
  const first = await set(denidin, 'godfather', { reason: 'a first look' })
  expect(first).toMatchObject({ changed: true, notes: [] })
  denidin.clock.forward(100 * HOUR_MS)
  expect(await set(denidin, 'Godfather')).toMatchObject({
    changed: false,
    at: first['at'],
    from_stage: 'godfather',
    reason: 'a first look',
    notes: ['it was at godfather already: nothing changed'],
  })
  denidin.clock.forward(69 * HOUR_MS)
  await set(denidin, 'first-10')
  const { changes } = await run(denidin, 'rollout.status')
  expect(changes).toHaveLength(2)
  expect(await run(denidin, 'rollout.set', { feature: 'enable_filesystem_extraction', stage: 'all' })).toMatchObject({
    changed: false,
    notes: ['it was at all already: nothing changed', 'it has no effect: knowledge.dirs is empty'],
  })
  await denidin.restart({ godfather_phone: null, feature_flags: { enable_llm_entity_extraction: false } })
  expect(await set(denidin, 'godfather')).toMatchObject({
    notes: ['godfather_phone is not configured: there is no godfather who has it'],
  })
  expect(
    await run(denidin, 'rollout.set', { feature: 'enable_llm_entity_extraction', stage: 'godfather' }),
  ).toMatchObject({
    changed: true,
    notes: [expect.stringMatching(/^the flag enable_llm_entity_extraction is off/), expect.any(String)],
  })
})

test('rollout.dwell_hours is how long each stage lasts', async () => {
  const denidin = await start({ rollout: { dwell_hours: { godfather: 0, few_people: 1, many_people: 0 } } })
  await set(denidin, 'godfather')
  await set(denidin, 'first-10')
  await expect(set(denidin, 'first-50')).rejects.toMatchObject({ code: 'forbidden' })
  denidin.clock.forward(HOUR_MS)
  await set(denidin, 'first-50')
  await set(denidin, '50%')
  await set(denidin, 'all')
  expect(await stateOf(denidin)).toMatchObject({ stage: 'all' })
})

test('a flag that is off wins over its stage', async () => {
  const denidin = await start({ feature_flags: { enable_memory_system: false } })
  expect(await remembers(denidin, GODFATHER)).toBe(false)
  expect(await stateOf(denidin)).toMatchObject({ stage: 'all', flag: 'off' })
})

test('two persons who are one keep the memory that one of them had', async () => {
  const denidin = await start()
  await set(denidin, 'godfather')
  await denidin.say('hello', { phone: ANA })
  await denidin.say('hello', { phone: BEN })
  await set(denidin, 'first-1', { force: true })
  expect(await remembers(denidin, BEN)).toBe(false)
  await run(denidin, 'people.merge', { person: ANA, other: BEN })
  expect(await remembers(denidin, BEN)).toBe(true)
  expect(await stateOf(denidin)).toMatchObject({ people: 1 })
})

test('who was let in is exported, and forgotten with the person', async () => {
  const denidin = await start()
  await set(denidin, 'first-10', { force: true })
  await denidin.say('hello', { phone: ANA })
  expect(await stateOf(denidin)).toMatchObject({ people: 1 })
  const { text } = (await run(denidin, 'memory.export', { person: ANA })) as { text: string }
  expect(text).toContain('enable_memory_system')
  await run(denidin, 'memory.forget', { what: 'all', person: ANA })
  expect(await stateOf(denidin)).toMatchObject({ people: 0 })
})

test('facts, models and the agent are for those whom their own stages include', async () => {
  const denidin = await start()
  for (const feature of ['use_schema_v2', 'enable_llm_entity_extraction', 'enable_conscious_agent']) {
    await run(denidin, 'rollout.set', { feature, stage: 'godfather' })
  }
  denidin.models.always('completion', reply('- a dog called Rex'))
  const learned = async (phone: string): Promise<readonly string[]> => {
    await denidin.say('I prefer tea', { phone })
    await denidin.say('/reset', { phone })
    await run(denidin, 'session.sweep')
    const { memories } = (await run(denidin, 'memory.list', { person: phone })) as { memories: { kind: string }[] }
    return memories.map(({ kind }) => kind)
  }
  expect(await learned(ANA)).toEqual(['session_summary'])
  expect(denidin.models.counts.extraction).toBe(0)
  expect(await learned(GODFATHER)).toEqual(['fact'])
  expect(denidin.models.counts.extraction).toBe(1)
  // Facts for everybody, by models for the godfather alone.
  await run(denidin, 'rollout.set', { feature: 'use_schema_v2', stage: 'all', force: true })
  expect(await learned(BEN)).toEqual(['fact'])
  expect(denidin.models.counts.extraction).toBe(1)
  // A profile is written and shown where the agent has it.
  await denidin.say('good evening', { phone: BEN })
  expect(denidin.lastRequest()).not.toContain('What is known about this person')
  await denidin.say('good evening', { phone: GODFATHER })
  expect(denidin.lastRequest()).toContain('What is known about this person')
})

test('the knowledge folder is quoted to those whom its stage includes', async () => {
  const denidin = await start({ knowledge: { dirs: ['notes'] } })
  await mkdir(join(denidin.folder, 'notes'), { recursive: true })
  await writeFile(join(denidin.folder, 'notes', 'shop.md'), 'Our opening hours: we are open from 9:15 to 18:45.')
  await run(denidin, 'knowledge.scan')
  await denidin.whenIdle()
  const isQuoted = async (phone: string): Promise<boolean> => {
    await denidin.say('What are your opening hours?', { phone })
    return denidin.lastRequest().includes('18:45')
  }
  expect(await isQuoted(ANA)).toBe(true)
  await run(denidin, 'rollout.set', { feature: 'enable_filesystem_extraction', stage: 'godfather' })
  expect(await isQuoted(BEN)).toBe(false)
  expect(await isQuoted(GODFATHER)).toBe(true)
})

test('with rollout.auto_pause a stage steps back by itself, and says why in log, status and chat', async () => {
  const denidin = await start({
    rollout: { min_answers: 4, max_error_percent: 25, window_minutes: 30 },
    alerts: { after_seconds: 0 },
  })
  await denidin.say('hello', { phone: ANA })
  await denidin.say('hello', { phone: GODFATHER })
  await set(denidin, 'first-10', { force: true })
  denidin.models.always('completion', failure(500))
  for (const text of ['one', 'two', 'three', 'four']) await denidin.say(text, { phone: ANA })
  expect(await stateOf(denidin)).toMatchObject({
    stage: 'godfather',
    paused_because: '4 of 4 answers (100.0 %) failed in the last 30 minutes; the limit is 25 %',
  })
  denidin.models.always('completion', reply('I see'))
  expect(await remembers(denidin, ANA)).toBe(false)
  const { parts } = (await run(denidin, 'status')) as { parts: { name: string; state: string; detail: string }[] }
  expect(parts.find(({ name }) => name === 'rollout')).toMatchObject({
    state: 'degraded',
    detail: expect.stringContaining('stepped back from first-10 to godfather: 4 of 4 answers'),
  })
  expect(denidin.log.lines.filter(line => line.message === 'A stage of a rollout stepped back by itself')).toHaveLength(
    1,
  )
  await set(denidin, 'first-10', { force: true })
  expect(await stateOf(denidin)).toMatchObject({ stage: 'first-10', paused_because: null })
})

test('with rollout.auto_pause off no stage steps back', async () => {
  const denidin = await start({ rollout: { auto_pause: false, min_answers: 2, max_error_percent: 0 } })
  await set(denidin, 'first-10', { force: true })
  denidin.models.always('completion', failure(400))
  for (const text of ['one', 'two', 'three']) await denidin.say(text, { phone: ANA })
  expect(await stateOf(denidin)).toMatchObject({ stage: 'first-10', paused_because: null })
})

test('the report counts recalls, errors, times, sessions and thumbs by week, against the targets', async () => {
  const denidin = await start()
  await denidin.say('my dog is called Rex', { phone: ANA })
  await denidin.say('what is my dog called?', { phone: ANA })
  await denidin.channel.events.reacted({
    message_id: denidin.channel.sentIds.at(-1) ?? '',
    sender: { identities: [{ kind: 'phone', value: ANA }] },
    emoji: '👍',
    at: denidin.clock.now(),
  })
  denidin.models.always('completion', failure(500))
  await denidin.say('are you there?', { phone: ANA })
  const { rows, since_because, notes } = (await run(denidin, 'rollout.report')) as {
    rows: Record<string, unknown>[]
    since_because: string
    notes: string
  }
  expect(since_because).toBe('the first answer was counted')
  expect(notes).toMatch(/Thumbs replace the survey/)
  expect(rows).toMatchObject([
    { week: 1, metric: 'active sessions', value: 1, target: null },
    { metric: 'recall used', target: 80, verdict: 'too few' },
    { metric: 'errors', value: 33.33, target: 1, verdict: 'too few', counted: '1 of 3 messages' },
    { metric: 'response time', target: 500, verdict: 'too few', counted: '3 answers' },
    { metric: 'thumbs', value: 100, target: null, verdict: 'no target', counted: '1 👍, 0 👎' },
  ])
  // The counts survive a restart, and later weeks have higher targets.
  denidin.clock.forward(22 * 24 * HOUR_MS)
  await denidin.restart()
  const later = (await run(denidin, 'rollout.report')) as { rows: Record<string, unknown>[] }
  expect(later.rows).toHaveLength(20)
  expect(later.rows[2]).toMatchObject({ week: 1, counted: '1 of 3 messages' })
  expect(later.rows[18]).toMatchObject({ week: 4, metric: 'response time', target: 400 })
  expect(later.rows[15]).toMatchObject({ week: 4, metric: 'active sessions', target: 2, verdict: 'not over' })
  denidin.clock.forward(7 * 24 * HOUR_MS)
  const over = (await run(denidin, 'rollout.report')) as { rows: Record<string, unknown>[] }
  expect(over.rows[15]).toMatchObject({ week: 4, metric: 'active sessions', target: 2, verdict: 'missed' })
})

test('the plan ticks what this installation has done', async () => {
  const denidin = await start()
  const done = async (): Promise<readonly string[]> => {
    const { seven_days, three_phases } = (await run(denidin, 'rollout.plan')) as {
      seven_days: { state: string; step: string }[]
      three_phases: { state: string; step: string }[]
    }
    return [...seven_days, ...three_phases].filter(({ state }) => state === 'done').map(({ step }) => step)
  }
  await set(denidin, 'godfather')
  const before = await done()
  expect(before).toContain('Give memory to the godfather alone; clients stay stateless')
  expect(before).not.toContain('Watch it for 7 days')
  expect(before).not.toContain('See that sessions are opened')
  await denidin.say('hello', { phone: GODFATHER })
  await set(denidin, 'first-10', { force: true })
  const after = await done()
  expect(after).toEqual(expect.arrayContaining(['See that sessions are opened', 'The first 10 people, for 24 hours']))
  expect(after).not.toContain('The first 50 people, for 48 hours')
})
