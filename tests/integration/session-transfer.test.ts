// Moving a session into long-term memory, with the process ending at every step of it, and with much to do at once.
import { afterEach, expect, test } from '@jest/globals'
import { access, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Stores } from '../../src/app/stores.ts'
import { DAY_MS, MINUTE_MS } from '../../src/platform/clock.ts'
import { DenidinError } from '../../src/platform/errors.ts'
import { PipelineRig, type PipelineRigOptions } from '../support/pipeline-rig.ts'

let rig: PipelineRig

afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

/** Steps of a transfer that leave something behind, in their order. */
const STEPS = [
  'ledger.close',
  'ledger.archived',
  'folders.archive',
  'model.complete',
  'memory.store',
  'folders.write',
  'ledger.stored',
] as const

type Step = (typeof STEPS)[number]

/** Ends the process before or after a step: from then on nothing gets to the disk any more. */
const endingAt = (step: Step, when: 'before' | 'after'): PipelineRigOptions => {
  let ended = false
  const gone = (): never => {
    // Not the fault of the session: nothing of it may be set aside.
    throw new DenidinError('unavailable', 'the process has ended', { retryable: true })
  }
  const guarded = <T extends object>(name: string, real: T): T =>
    new Proxy(real, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key)
        if (typeof value !== 'function') return value
        const here = `${name}.${String(key)}` === step
        const apply = async (args: readonly unknown[]): Promise<unknown> => {
          if (ended || (here && when === 'before')) {
            ended = true
            gone()
          }
          const result: unknown = await Reflect.apply(value, target, args)
          if (here) {
            ended = true
            gone()
          }
          return result
        }
        // What only computes a path stays synchronous.
        return key === 'archivePath' ? value.bind(target) : (...args: unknown[]): Promise<unknown> => apply(args)
      },
    })
  return {
    wrap: (stores): Stores => ({
      ...stores,
      ledger: guarded('ledger', stores.ledger),
      folders: guarded('folders', stores.folders),
    }),
    wrapMemory: memory => guarded('memory', memory),
    wrapModel: model => guarded('model', model),
  }
}

const memories = async (): Promise<number> => (await rig.process.stores.memories.counts()).memories

test.each(STEPS.flatMap(step => (['before', 'after'] as const).map(when => [when, step] as const)))(
  'a process that ends %s %s leaves one memory and one archive after the next sweep',
  async (when, step) => {
    rig = await PipelineRig.start()
    await rig.say('my dog is called Rex')
    const [session] = await rig.process.sessions.list({ limit: 1 })
    const session_id = session?.session_id ?? ''
    rig.clock.forward(DAY_MS)
    await rig.crash()
    await rig.open(endingAt(step, when))
    await rig.process.closing.sweep().catch(() => undefined)
    await rig.crash()
    await rig.open()
    rig.clock.forward(MINUTE_MS)
    await rig.process.closing.sweep()
    await rig.process.closing.sweep()
    expect(await memories()).toBe(1)
    const record = await rig.process.stores.ledger.find(session_id)
    expect(record).toMatchObject({ state: 'stored' })
    const archived = await readFile(rig.data('sessions', record?.archived_to ?? '', 'session.json'), 'utf8')
    expect(JSON.parse(archived)).toMatchObject({ transferred_to_longterm: true, message_counter: 2 })
    expect(await readdir(rig.data('sessions'))).toEqual(['expired'])
  },
)

test.each(['ledger.archived', 'folders.archive'] as const)(
  'with long-term memory off, a process that ends after %s leaves the session in the archive after the next sweep',
  async step => {
    const config = { memory: { longterm: { enabled: false } } }
    rig = await PipelineRig.start({ config })
    await rig.say('my dog is called Rex')
    const [session] = await rig.process.sessions.list({ limit: 1 })
    rig.clock.forward(DAY_MS)
    await rig.crash()
    await rig.open({ config, ...endingAt(step, 'after') })
    await rig.process.closing.sweep().catch(() => undefined)
    await rig.crash()
    await rig.open({ config })
    await rig.process.closing.sweep()
    const record = await rig.process.stores.ledger.find(session?.session_id ?? '')
    expect(record).toMatchObject({ state: 'closed', archived_to: expect.stringMatching(/^expired/) })
    await access(rig.data('sessions', record?.archived_to ?? '', 'session.json'))
    expect(await readdir(rig.data('sessions'))).toEqual(['expired'])
  },
)

test('two sweeps at once pay for one summary of each session', async () => {
  rig = await PipelineRig.start()
  for (const n of [1, 2, 3]) await rig.say('my dog is called Rex', `1555000111${String(n)}@c.us`)
  rig.clock.forward(DAY_MS)
  const before = rig.model.requests.length
  await Promise.all([rig.process.closing.sweep(), rig.process.closing.sweep(), rig.process.closing.sweep()])
  expect(rig.model.requests.length - before).toBe(3)
  expect(await memories()).toBe(3)
})

test('a sweep that is called off lets go of the model and counts nothing against the session', async () => {
  rig = await PipelineRig.start()
  await rig.say('hello')
  rig.clock.forward(DAY_MS)
  const stop = new AbortController()
  rig.model.script.push(async (_request, { signal }) => {
    stop.abort()
    signal?.throwIfAborted()
    return 'nobody called it off'
  })
  expect(await rig.process.closing.sweep({ signal: stop.signal })).toMatchObject({ stored: 0, failed: 0 })
  expect(await rig.process.stores.ledger.waiting(rig.clock.now())).toMatchObject([{ attempts: 0, state: 'closed' }])
  expect(await rig.process.closing.sweep()).toMatchObject({ stored: 1 })
})

test('a sweep waits for the turn that is under way in a session, which then goes on', async () => {
  rig = await PipelineRig.start()
  await rig.say('hello')
  const arrived = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  rig.model.script.push(async () => {
    arrived.resolve()
    await gate.promise
    return 'at last'
  })
  await rig.channel.deliver({ text: 'think hard' })
  await arrived.promise
  rig.clock.forward(DAY_MS)
  const sweeping = rig.process.closing.sweep()
  gate.resolve()
  await sweeping
  expect((await rig.process.sessions.counts()).active).toBe(1)
  expect(rig.channel.sent.at(-1)?.text).toBe('at last')
})

test('an archived folder that is gone, or cannot be removed, does not keep back the others', async () => {
  rig = await PipelineRig.start({ config: { memory: { session: { expired_retention_days: 1 } } } })
  for (const n of [1, 2, 3]) await rig.say('hello', `1555000111${String(n)}@c.us`)
  rig.clock.forward(DAY_MS)
  await rig.process.closing.sweep()
  const [, second, third] = await rig.process.sessions.list({ limit: 3 })
  const folderOf = async (session_id = ''): Promise<string> =>
    rig.data('sessions', (await rig.process.stores.ledger.find(session_id))?.archived_to ?? '')
  await rm(await folderOf(second?.session_id), { recursive: true })
  const stuck = 'stuck/nowhere/session'
  await rig.process.stores.ledger.archived(third?.session_id ?? '', stuck)
  await mkdir(dirname(rig.data('sessions', 'stuck')), { recursive: true })
  await writeFile(rig.data('sessions', 'stuck'), 'a file where a folder belongs')
  rig.clock.forward(DAY_MS)
  expect(await rig.process.closing.purge()).toEqual({ purged: 2 })
  await rm(rig.data('sessions', 'stuck'))
  expect(await rig.process.closing.purge()).toEqual({ purged: 1 })
})

test('with long-term memory off, a session that a message ended is archived by the sweep', async () => {
  const config = { memory: { longterm: { enabled: false } } }
  rig = await PipelineRig.start({ config })
  await rig.say('hello')
  const [session] = await rig.process.sessions.list({ limit: 1 })
  rig.clock.forward(DAY_MS)
  await rig.say('hello again')
  await rig.process.closing.sweep()
  const record = await rig.process.stores.ledger.find(session?.session_id ?? '')
  expect(record).toMatchObject({ state: 'closed', archived_to: expect.stringMatching(/^expired/) })
  await access(rig.data('sessions', record?.archived_to ?? '', 'session.json'))
})

test('a conversation longer than a summary may be made of is summarised from its end', async () => {
  const feature_flags = { enable_memory_system: true, use_schema_v2: false }
  rig = await PipelineRig.start({ config: { feature_flags } })
  const parts = [0, 1, 2, 3, 4, 5, 6, 7]
  for (const n of parts) {
    rig.model.script.push(() => Promise.resolve('I see'))
    await rig.say(`part ${String(n)}: ${'many words follow '.repeat(3500)}`)
  }
  rig.clock.forward(DAY_MS)
  await rig.process.closing.sweep()
  const transcript = rig.model.requests.at(-1)?.messages.at(-1)?.content ?? ''
  expect(parts.filter(n => transcript.includes(`part ${String(n)}: `))).toEqual([3, 4, 5, 6, 7])
})

test('closing a thousand sessions lets everybody else go on meanwhile', async () => {
  rig = await PipelineRig.start()
  await rig.say('hello')
  const { ledger, database } = rig.process.stores
  const now = rig.clock.now()
  database.transaction(() => {
    for (let n = 0; n < 1000; n++) {
      void ledger.create({ session_id: `s${String(n)}`, scope: `person:p${String(n)}`, chat_id: 'x@c.us', at: now })
    }
  })
  rig.clock.forward(2 * DAY_MS)
  let others = 0
  const tick = (): void => {
    others++
    ticking = setImmediate(tick)
  }
  let ticking = setImmediate(tick)
  // The oldest session is the first that is stored, once all are closed.
  const summarised = Promise.withResolvers<number>()
  rig.model.script.push(() => {
    summarised.resolve(others)
    return Promise.resolve('- nothing')
  })
  const stop = new AbortController()
  const sweeping = rig.process.closing.sweep({ signal: stop.signal })
  const othersWhileClosing = await summarised.promise
  stop.abort()
  await sweeping
  clearImmediate(ticking)
  expect((await rig.process.sessions.counts()).active).toBe(0)
  expect(othersWhileClosing).toBeGreaterThan(1000)
})
