// The conscious agent through the whole of DeniDin: what is asked for rises, and the profile travels along.
import { afterEach, expect, test } from '@jest/globals'
import { openStores } from '../support/stores.ts'
import { surroundings } from '../../src/app/runtime.ts'
import { PLAIN_MEMORY } from '../../src/memory/memory.ts'
import type { Scope } from '../../src/messages/scope.ts'
import { HOUR_MS } from '../../src/platform/clock.ts'
import { filesWith } from '../support/data-files.ts'
import { TestDenidin } from '../support/denidin.ts'
import { until } from '../support/until.ts'

let denidin: TestDenidin
const OPERATOR = { transport: 'cli', level: 'operator' } as const
const KNOWN = 'What is known about this person'

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

/** Puts a fact about Ana on disk, with as many uses as the agent wants; DeniDin is closed meanwhile. */
const knowSomething = async (): Promise<string> => {
  await denidin.say('hello')
  const person = await denidin.app.people.lookUp('15550001111')
  const scope: Scope = `person:${person?.person_id ?? ''}`
  await denidin.close()
  using stores = openStores(denidin.settings(), surroundings(denidin.settings(), denidin.log, { clock: denidin.clock }))
  const at = denidin.clock.now()
  await stores.memories.add({
    ...PLAIN_MEMORY,
    memory_id: 'm1',
    kind: 'fact',
    category: 'preferences',
    scope,
    text: 'Ana takes her tea with lemon',
    person_ids: [],
    session_id: undefined,
    said_from: at,
    said_to: at,
    valid_from: at,
    created_at: at,
  })
  await stores.memoryLog.accessed(
    Array.from({ length: 8 }, () => ({ scope, memory_id: 'm1', type: 'recall', at }) as const),
  )
  return scope
}

const run = (name: string, input: object = {}) => denidin.app.runner.run(name, input, { caller: OPERATOR })
/** Resolves when the agent has looked. */
const looked = async (): Promise<void> => {
  await until(async () => (await run('memory.agent_status'))['status'] !== 'looking')
}

test('the agent looks at the start, and again after interval_hours', async () => {
  denidin = await TestDenidin.start({ memory: { agent: { interval_hours: 2 } } })
  await knowSomething()
  await denidin.open()
  await looked()
  const status = await run('memory.agent_status')
  expect(status).toMatchObject({ status: 'waiting', interval_hours: 2, failure: null })
  expect(Date.parse(String(status['next_at'])) - Date.parse(String(status['last_at']))).toBeCloseTo(2 * HOUR_MS, -4)
  expect(await run('memory.list')).toMatchObject({ memories: [{ memory_id: 'm1' }] })

  await denidin.say('good evening')
  expect(denidin.lastRequest()).toContain(KNOWN)
  expect(denidin.lastRequest()).toContain('"Ana takes her tea with lemon"')
  await denidin.say('good evening', { phone: '15550002222' })
  expect(denidin.lastRequest()).not.toContain('tea with lemon')
})

test('with the agent switched off nothing moves, and no profile travels along', async () => {
  denidin = await TestDenidin.start({ feature_flags: { enable_conscious_agent: false } })
  await knowSomething()
  await denidin.open()
  expect(await run('memory.agent_status')).toMatchObject({ status: 'disabled' })
  await expect(run('memory.agent_run')).rejects.toMatchObject({ code: 'disabled' })
  await expect(run('memory.agent_start')).rejects.toMatchObject({ code: 'disabled' })
  await denidin.say('good evening')
  expect(denidin.lastRequest()).not.toContain(KNOWN)
})

test('the operator starts, stops and runs it', async () => {
  denidin = await TestDenidin.start()
  await looked()
  expect(await run('memory.agent_stop')).toMatchObject({ status: 'stopped', next_at: null })
  await knowSomething()
  await denidin.open()
  await looked()
  await run('memory.agent_stop')
  expect(await run('memory.agent_run')).toMatchObject({ patterns_analyzed: 1, promoted_count: 0, profiles_count: 1 })
  expect(await run('memory.agent_start', { interval_hours: 1 })).toMatchObject({ interval_hours: 1 })
  await looked()
})

test('what two persons who are one said becomes one memory, which is forgotten with the words of both', async () => {
  const [first, second] = ['15550001111', '15550002222']
  denidin = await TestDenidin.start()
  await denidin.say('I live in Zanzibar', { phone: first })
  await denidin.say('/reset', { phone: first })
  await denidin.say('my home is in Zanzibar', { phone: second })
  await denidin.say('my flat in Zanzibar has 3 rooms', { phone: second })
  await denidin.say('/reset', { phone: second })
  await denidin.app.memory.whenIdle()
  expect(await run('memory.agent_run')).toMatchObject({ merged_count: 0 })
  await denidin.app.runner.run('people.merge', { person: first, other: second }, { caller: OPERATOR, confirmed: true })
  const report = await run('memory.agent_run')
  expect(report).toMatchObject({ merged_count: 1, merged_ids: [expect.any(String)] })
  const [closed = ''] = report['merged_ids'] as string[]
  expect(await run('memory.agent_run')).toMatchObject({ merged_count: 0 })
  expect((await run('memory.access_stats'))['by_type']).toMatchObject({ merge: 1 })

  const about = (await run('memory.about', { person: first })) as { items: readonly { id: string; text: string }[] }
  expect(about.items.map(item => item.text)).toEqual(['my flat in Zanzibar has 3 rooms', 'I live in Zanzibar'])
  const { id = '' } = about.items[1] ?? {}
  expect(await run('memory.show', { memory_id: id })).toMatchObject({
    quote: 'I live in Zanzibar',
    sources: [{}, {}],
    merged_into: null,
    merged: [{ memory_id: closed, quote: 'my home is in Zanzibar', reason: 'says the same' }],
  })
  await denidin.app.memory.whenIdle()
  await denidin.say('where is my home?', { phone: first })
  const quoted = denidin.lastRequest().match(/^.*(?:live|home is) in Zanzibar"/gm) ?? []
  expect(quoted.length).toBeGreaterThan(0)
  // It holds no more by itself, and yet it has not ended.
  expect(quoted.filter(line => line.includes('until'))).toEqual([])

  await denidin.say('my flat is large', { phone: first })
  // By the id of the one that was merged, as an older list may have it.
  expect(await run('memory.forget', { what: closed, person: first })).toMatchObject({
    outcome: 'forgotten',
    residue: 0,
    memories: 2,
  })
  await denidin.app.memory.whenIdle()
  await denidin.close()
  expect(await filesWith(denidin.data(), ['I live in Zanzibar', 'my home is in Zanzibar'])).toEqual([])
  expect(await filesWith(denidin.data(), ['my flat in Zanzibar'])).not.toEqual([])
})
