import { expect, test } from '@jest/globals'
import { z } from 'zod'
import { operations, type Operations } from '../../src/operations/list.ts'
import { operation, type Access, type Caller } from '../../src/operations/operation.ts'
import type { Runner } from '../../src/operations/runner.ts'
import { DenidinError } from '../../src/platform/errors.ts'
import { keptLog, type KeptLog } from '../support/operations/kept-log.ts'
import { OperationRig } from '../support/operations/operation-rig.ts'
import { personOf } from '../support/operations/records.ts'

const operator: Caller = { transport: 'cli', level: 'operator' }

const setUp = (list: Operations = operations): { parts: OperationRig; runner: Runner; log: KeptLog } => {
  const parts = new OperationRig()
  const log = keptLog()
  return { parts, log, runner: parts.runner(log, list) }
}

const failure = async (act: Promise<unknown>): Promise<DenidinError> => {
  const thrown = await act.then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(thrown).toBeInstanceOf(DenidinError)
  return thrown as DenidinError
}

test.each([
  ['session.list', { limit: 0 }, 'session.list: limit must be 1 or more, not 0'],
  ['session.list', { limit: 201 }, 'session.list: limit must be 200 or less, not 201'],
  ['session.list', { limit: 'ten' }, 'session.list: limit must be a number, not "ten"'],
  ['session.list', { limit: 1.5 }, 'session.list: limit must be a whole number, not 1.5'],
  [
    'session.list',
    { state: 'open' },
    'session.list: state must be one of active, closed, stored, dead, purged, not "open"',
  ],
  ['session.list', { limits: 3 }, 'session.list: there is no field "limits"; did you mean "limit"?'],
  ['session.list', { colour: 3 }, 'session.list: there is no field "colour"; it takes state, limit, after'],
  ['memory.stats', { colour: 3 }, 'memory.stats: there is no field "colour"; it takes none'],
  ['session.show', {}, 'session.show: session_id is missing; it must be text'],
  ['session.show', { session_id: '' }, 'session.show: session_id must not be empty'],
  ['memory.access_stats', { hours: 0 }, 'memory.access_stats: hours must be more than 0, not 0'],
  ['session.sweep', { purge: 'false' }, 'session.sweep: purge must be true or false, not "false"'],
  ['session.list', [1], 'session.list: the input must be an object, not [1]'],
])('what is wrong with an input of %s is said in one sentence: %j', async (name, input, sentence) => {
  const error = await failure(setUp().runner.run(name, input, { caller: operator }))
  expect([error.code, error.message]).toEqual(['invalid_input', sentence])
})

test('a long value is cut in the sentence about it', async () => {
  const error = await failure(setUp().runner.run('memory.search', { query: 'x'.repeat(5000) }, { caller: operator }))
  expect(error.message.length).toBeLessThan(200)
  expect(error.message).toContain('at most 2000 characters')
})

test('a mistyped operation is answered with the one that was probably meant', async () => {
  const error = await failure(setUp().runner.run('sesion.lst', {}, { caller: operator }))
  expect([error.code, error.message]).toEqual([
    'not_found',
    'there is no operation "sesion.lst"; did you mean "session.list"?',
  ])
})

test.each(['constructor', 'toString', '__proto__'])('%s is not an operation', async name => {
  expect((await failure(setUp().runner.run(name, {}, { caller: operator }))).code).toBe('not_found')
})

const accessOf: Readonly<Record<keyof typeof operations, Access>> = {
  doctor: 'operator',
  flags: 'godfather',
  health: 'godfather',
  metrics: 'operator',
  status: 'godfather',
  'api.token_create': 'operator',
  'api.token_list': 'operator',
  'api.token_revoke': 'operator',
  stats: 'godfather',
  'archive.messages': 'godfather',
  'archive.reindex': 'operator',
  'archive.search': 'godfather',
  'archive.verify': 'operator',
  'backup.copy': 'operator',
  'backup.create': 'godfather',
  'backup.key_create': 'operator',
  'backup.fetch': 'operator',
  'backup.list': 'operator',
  'backup.prune': 'operator',
  'backup.restore': 'operator',
  'backup.scheduled': 'operator',
  'backup.show': 'operator',
  'backup.start': 'godfather',
  'backup.verify': 'operator',
  'migrate.rollback': 'operator',
  'migrate.status': 'operator',
  'budget.calculate': 'operator',
  'budget.cost': 'operator',
  'budget.detect': 'operator',
  'budget.explain': 'operator',
  'budget.finish': 'operator',
  'budget.load': 'operator',
  'budget.profiles': 'operator',
  'budget.spending': 'anyone',
  'budget.recommend': 'operator',
  'budget.report': 'operator',
  'budget.usage': 'operator',
  'report.make': 'operator',
  'report.scheduled': 'operator',
  'chat.pause': 'godfather',
  'chat.list': 'operator',
  'chat.send': 'operator',
  'chat.pauses': 'godfather',
  'chat.resume': 'godfather',
  'chat.say': 'operator',
  'ingest.denidin': 'operator',
  'ingest.export': 'operator',
  'ingest.load': 'operator',
  'ingest.load_extraction': 'operator',
  'ingest.participants': 'operator',
  'ingest.rejected': 'operator',
  'ingest.runs': 'operator',
  'data.optimize': 'operator',
  'jobs.list': 'operator',
  'jobs.run': 'operator',
  'memory.calibrate': 'operator',
  'memory.prune_spaces': 'operator',
  'memory.rebuild': 'operator',
  'memory.rebuild_erasures': 'operator',
  'memory.verify': 'operator',
  'knowledge.list': 'operator',
  'knowledge.scan': 'operator',
  'memory.access_stats': 'operator',
  'memory.agent_run': 'operator',
  'memory.agent_start': 'operator',
  'memory.agent_status': 'godfather',
  'memory.agent_stop': 'operator',
  'memory.extract': 'operator',
  'memory.about': 'anyone',
  'memory.export': 'anyone',
  'memory.forget': 'anyone',
  'memory.list': 'anyone',
  'memory.prune_reflections': 'operator',
  'memory.remember': 'anyone',
  'memory.search': 'anyone',
  'memory.show': 'operator',
  'memory.stats': 'godfather',
  'memory.why': 'anyone',
  'migrate.confirm': 'operator',
  'migrate.memory': 'operator',
  'migrate.run': 'operator',
  'people.language': 'anyone',
  'people.timezone': 'anyone',
  'people.privacy': 'anyone',
  'chat.listen': 'godfather',
  'chat.restart': 'godfather',
  'people.allow': 'godfather',
  'people.disallow': 'godfather',
  'people.block': 'godfather',
  'people.list': 'godfather',
  'people.merge': 'operator',
  'people.role': 'godfather',
  'people.show': 'operator',
  'people.unblock': 'godfather',
  'rollout.plan': 'godfather',
  'rollout.report': 'godfather',
  'rollout.set': 'operator',
  'rollout.status': 'godfather',
  'session.list': 'operator',
  'session.purge': 'operator',
  'session.reset': 'anyone',
  'session.show': 'operator',
  'session.sweep': 'operator',
}
const levels: readonly Access[] = ['anyone', 'godfather', 'operator']
const table = Object.entries(accessOf).flatMap(([name, access]) =>
  levels.map(level => [level, name, levels.indexOf(level) >= levels.indexOf(access)] as const),
)

/** Made once: what an operation may do does not depend on what ran before. */
const shared = setUp()

test.each(table)('a caller of level %s and %s: allowed is %s', async (level, name, allowed) => {
  const { runner } = shared
  const caller: Caller = {
    transport: 'chat',
    level,
    person: personOf('p1', '15550001111'),
    chat: { chat_id: '15550001111@c.us', scope: 'person:p1' },
  }
  const outcome = await runner.run(name, {}, { caller }).then(
    () => 'ok',
    (error: unknown) => (error as DenidinError).code,
  )
  if (allowed) expect(outcome).not.toBe('forbidden')
  else expect(outcome).toBe('forbidden')
})

const destroy = operation({
  summary: 'Throw everything away',
  access: 'operator',
  effect: 'destroy',
  needs: 'data',
  audit: 'none',
  uses: [],
  input: z.strictObject({ dry_run: z.boolean().default(false) }),
  output: z.object({ thrown: z.int() }),
  confirm: input => !input.dry_run,
  run: (_deps, input) => Promise.resolve({ thrown: input.dry_run ? 0 : 3, secret: 'never asked for' }),
})

test('what destroys runs only when it was confirmed', async () => {
  const { runner } = setUp({ destroy })
  expect((await failure(runner.run('destroy', {}, { caller: operator }))).code).toBe('confirmation_needed')
  await expect(runner.run('destroy', {}, { caller: operator, confirmed: true })).resolves.toMatchObject({ thrown: 3 })
})

test('an operation may say that some inputs need no confirmation', async () => {
  const { runner } = setUp({ destroy })
  await expect(runner.run('destroy', { dry_run: true }, { caller: operator })).resolves.toMatchObject({ thrown: 0 })
})

test('what destroys needs confirmation when it says nothing about it', async () => {
  const { confirm: _, ...silent } = destroy
  const { runner } = setUp({ destroy: silent })
  expect((await failure(runner.run('destroy', { dry_run: true }, { caller: operator }))).code).toBe(
    'confirmation_needed',
  )
})

test('an output holds nothing but what its schema names', async () => {
  const { runner } = setUp({ destroy })
  await expect(runner.run('destroy', { dry_run: true }, { caller: operator })).resolves.toEqual({ thrown: 0 })
})

test('what needs the running bot is refused while it does not run', async () => {
  const { parts, runner } = setUp({ send: { ...destroy, needs: 'bot' } })
  const input = { dry_run: true }
  expect((await failure(runner.run('send', input, { caller: operator }))).code).toBe('not_running')
  parts.instance = { ...parts.instance, started_at: parts.clock.now() }
  await expect(runner.run('send', input, { caller: operator })).resolves.toEqual({ thrown: 0 })
})

test('a reset runs alone in the queue of its conversation', async () => {
  const { parts, runner } = setUp()
  await runner.run('session.reset', { chat: '12@g.us' }, { caller: operator })
  expect(parts.asked).toEqual(['enter chat:12@g.us', 'reset chat:12@g.us', 'leave chat:12@g.us'])
})

test('a call that is already inside the queue does not wait for it again', async () => {
  const { parts, runner } = setUp()
  const caller: Caller = {
    transport: 'chat',
    level: 'anyone',
    person: personOf('p1', '15550001111'),
    chat: { chat_id: 'c', scope: 'person:p1' },
    inside: 'person:p1',
  }
  await runner.run('session.reset', {}, { caller })
  expect(parts.asked).toEqual(['reset person:p1'])
})

test('a caller who went away while waiting in the queue changes nothing', async () => {
  const { parts, runner } = setUp()
  const gone = new AbortController()
  gone.abort(new DenidinError('stopping', 'gone'))
  const error = await failure(runner.run('session.reset', { chat: 'g' }, { caller: operator, signal: gone.signal }))
  expect(error.code).toBe('stopping')
  expect(parts.asked).toEqual(['enter chat:g', 'leave chat:g'])
})

test('the audit log says who did what with which outcome, and no words', async () => {
  const { parts, runner, log } = setUp()
  parts.people.persons.push(personOf('p1', '15550001111'))
  await runner.run('chat.say', { message: 'my secret', as: '15550001111' }, { caller: operator })
  await failure(runner.run('my secret command', {}, { caller: operator }))
  const person = personOf('p1', '15550001111')
  await failure(runner.run('status', {}, { caller: { transport: 'chat', level: 'anyone', person } }))
  expect(log.lines.map(({ component, fields }) => [component, fields['operation'], fields['outcome']])).toEqual([
    ['audit', 'chat.say', 'ok'],
    ['audit', 'unknown', 'not_found'],
    ['audit', 'status', 'forbidden'],
  ])
  expect(log.lines[2]?.fields).toMatchObject({ transport: 'chat', level: 'anyone', person_id: 'p1' })
  expect(JSON.stringify(log.lines)).not.toContain('secret')
})

test('a fault of ours is an internal error, and its message stays out of the log', async () => {
  const broken = { ...destroy, run: () => Promise.reject(new TypeError('about my secret')) }
  const { runner, log } = setUp({ broken })
  expect((await failure(runner.run('broken', {}, { caller: operator, confirmed: true }))).code).toBe('internal')
  expect(log.lines.find(line => line.level === 'error')?.fields).toMatchObject({
    operation: 'broken',
    error: 'TypeError',
  })
  expect(JSON.stringify(log.lines.filter(line => line.level !== 'debug'))).not.toContain('secret')
})
