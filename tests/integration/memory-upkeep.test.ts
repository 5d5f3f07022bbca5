import { expect, test } from '@jest/globals'
import { singleScope } from '../../src/retrieval/scope-policy.ts'
import { ChromaCollections } from '../../src/vectors/chroma/chroma-collections.ts'
import type { IndexFindings, VerifyOptions } from '../../src/vectors/vector-index.ts'
import type { Scope } from '../../src/messages/scope.ts'
import { operations } from '../../src/operations/list.ts'
import { indexMigrations } from '../../src/retrieval/sqlite/index-migrations.ts'
import { vectorMigrations } from '../../src/vectors/sqlite/vector-migrations.ts'
import { Database } from '../../src/database/sqlite/database.ts'
import { cleanUpAfterEach } from '../support/clean-up.ts'
import { TestDenidin } from '../support/denidin.ts'
import { embed, facts, failure, inputsOf } from '../support/model-server.ts'
import { memoryOf, openRig, type MemoryRig } from '../support/memory-rig.ts'
import { wordVector } from '../support/memory-words.ts'

const cleanUp = cleanUpAfterEach()

const open = async (folder: string): Promise<MemoryRig> => {
  const rig = await openRig(folder, { collection_vectors: 100 })
  cleanUp.keep(rig)
  return rig
}

const vectorOf = (scope: Scope, n: number): Float32Array => wordVector(`item ${String(n)} of ${scope}`, 256)

const put = async (rig: MemoryRig, scope: Scope, count: number): Promise<void> =>
  await rig.vectors.put(
    'words',
    Array.from({ length: count }, (_, n) => ({
      item_id: `${scope}-${String(n)}`,
      scope,
      vector: vectorOf(scope, n),
    })),
  )

const found = async (rig: MemoryRig, scope: Scope, n: number): Promise<string | undefined> =>
  (await rig.index.query(scope, vectorOf(scope, n), 1))[0]?.item_id

const verify = async (rig: MemoryRig, more: Partial<VerifyOptions> = {}): Promise<IndexFindings> =>
  await rig.index.verify({
    every_vector: true,
    repair: false,
    signal: new AbortController().signal,
    progress: () => undefined,
    ...more,
  })

/** The Chroma collection of a scope, behind the index's back. */
const collectionOf = async (rig: MemoryRig, scope: Scope) => {
  const connection = await rig.server.connect()
  const collections = new ChromaCollections(connection, rig.table, 'denidin_memory')
  return (await collections.raw((await rig.table.find(scope))!))!
}

const SCOPES: readonly Scope[] = ['person:a', 'person:b', 'person:c', 'person:d', 'person:e']

test('a rebuild that is stopped goes on where it was, also in another process, and answers all the while', async () => {
  const folder = await cleanUp.folder()
  const first = await open(folder)
  for (const scope of SCOPES) await put(first, scope, 60)
  await first.index.catchUp()
  const places = async (rig: MemoryRig) =>
    await Promise.all(SCOPES.map(async each => (await rig.table.find(each))?.collection))
  const before = await places(first)
  const stop = new AbortController()
  const steps: number[] = []
  await expect(
    first.index.rebuild({
      signal: stop.signal,
      progress: (done, total) => {
        expect(total).toBe(300)
        steps.push(done)
        if (done > 100) stop.abort(new Error('enough'))
      },
    }),
  ).rejects.toThrow()
  const left = await first.table.maintenance.left()
  expect(left!.vectors).toBeGreaterThan(0)
  expect(left!.vectors).toBeLessThan(300)
  const halfway = await places(first)
  for (const scope of SCOPES) expect(await found(first, scope, 7)).toBe(`${scope}-7`)
  await first[Symbol.asyncDispose]()
  cleanUp.release()

  const second = await open(folder)
  const totals: number[] = []
  await second.index.rebuild({ progress: (_done, total) => totals.push(total) })
  expect(totals[0]).toBe(left!.vectors)
  expect(await second.table.maintenance.left()).toBeUndefined()
  const after = await places(second)
  // What was made anew by the first is not made anew again.
  expect(after.filter(each => halfway.includes(each)).length).toBeGreaterThan(0)
  expect(after.filter(each => before.includes(each))).toEqual([])
  for (const scope of SCOPES) expect(await found(second, scope, 59)).toBe(`${scope}-59`)
  expect(second.embedder.calls).toEqual([])
})

test('an index that is in order is found in order, whatever still waits', async () => {
  const rig = await open(await cleanUp.folder())
  for (const scope of SCOPES) await put(rig, scope, 20)
  await rig.index.catchUp()
  await put(rig, 'person:new', 3)
  await rig.vectors.delete(['person:a-0'])
  expect(await verify(rig)).toMatchObject({ missing: 0, foreign: 0, misplaced: 0, altered: 0, broken: [] })
})

test('what is missing, foreign, under another scope or altered in the index is counted, and put right on request', async () => {
  const rig = await open(await cleanUp.folder())
  for (const scope of ['person:a', 'person:b'] as const) {
    await put(rig, scope, 30)
    for (let n = 0; n < 30; n++) {
      await rig.memories.add(memoryOf(scope, 'text', { memory_id: `${scope}-${String(n)}` }))
    }
  }
  await rig.index.catchUp()
  const chroma = await collectionOf(rig, 'person:a')
  await chroma.delete({ ids: ['person:a-1', 'person:b-1'] })
  await chroma.add({
    ids: ['of-nobody'],
    embeddings: [[...vectorOf('person:a', 99)]],
    metadatas: [{ scope: 'person:a' }],
  })
  await chroma.update({ ids: ['person:b-2'], metadatas: [{ scope: 'person:a' }] })
  await chroma.update({ ids: ['person:a-3'], embeddings: [[...vectorOf('person:b', 77)]] })
  const wrong = await verify(rig)
  expect(wrong).toMatchObject({ looked_at: 60, missing: 2, foreign: 1, misplaced: 1, altered: 1 })
  expect(wrong.broken).toHaveLength(1)
  expect(await verify(rig, { repair: true })).toMatchObject({ missing: 2 })
  await rig.index.catchUp()
  expect(await verify(rig)).toMatchObject({ looked_at: 60, missing: 0, foreign: 0, misplaced: 0, altered: 0 })
  expect(await found(rig, 'person:a', 1)).toBe('person:a-1')
  expect(await found(rig, 'person:a', 99)).not.toBe('of-nobody')
})

const DANA = '15550001111'
const HOUR_MS = 3_600_000

const start = async (config: Parameters<typeof TestDenidin.start>[0] = {}): Promise<TestDenidin> => {
  const denidin = await TestDenidin.start(config)
  cleanUp.keep(denidin)
  return denidin
}

const run = async (denidin: TestDenidin, name: keyof typeof operations, input: object = {}) =>
  await denidin.app.runner.run(name, input, { caller: { transport: 'cli', level: 'operator' }, confirmed: true })

/** Says things, and lets them come of age. */
const talk = async (denidin: TestDenidin, ...texts: readonly string[]): Promise<void> => {
  for (const text of texts) await denidin.say(text, { phone: DANA })
  denidin.clock.forward(HOUR_MS)
  denidin.app.messageVectors.requestSync()
  await denidin.app.messageVectors.whenIdle()
}

test('through the whole app: messages are found by meaning, counted, verified and indexed anew', async () => {
  const denidin = await start()
  await talk(denidin, 'my boat is called Marlin', 'it lies in Haifa')
  const person = await denidin.app.people.lookUp(DANA)
  const scope: Scope = `person:${person!.person_id}`
  const near = async (question: string) =>
    (await denidin.app.messageVectors.findSimilar(scope, question, 5, { purpose: 'recall' })).length
  expect(await near('boat Marlin')).toBeGreaterThan(0)
  expect(
    await denidin.app.messageVectors.findSimilar('person:nobody', 'boat Marlin', 5, { purpose: 'recall' }),
  ).toEqual([])
  expect(await run(denidin, 'memory.verify')).toMatchObject({ in_order: true, findings: [] })
  expect(await run(denidin, 'memory.stats')).toMatchObject({ message_vectors: 2, pending_messages: 0, rebuild_left: 0 })
  expect(await run(denidin, 'memory.rebuild')).toEqual({ vectors: 2 })
  expect(await near('boat Marlin')).toBeGreaterThan(0)
})

test('through the whole app: what is put in other words is quoted to the model, and forgetting leaves no vector of it', async () => {
  const denidin = await start()
  // A model of meaning: what it takes for the same thing has the same vector.
  const vectorOf = (text: string): Float32Array => {
    const place = /boat|thingamajig/i.test(text) ? 0 : 1 + (text.length % 7)
    return Float32Array.from({ length: 8 }, (_, at) => (at === place ? 1 : 0))
  }
  denidin.models.always('embedding', embed({ vectorOf }))
  denidin.models.always(
    'extraction',
    facts(() => []),
  )
  await talk(denidin, 'my boat is called Marlin')
  await denidin.say('/reset', { phone: DANA })
  const request = async (): Promise<string> => {
    await denidin.say('which thingamajig?', { phone: DANA })
    return JSON.stringify(denidin.models.of('completion').at(-1)!.body)
  }
  expect(await request()).toContain('my boat is called Marlin')
  denidin.clock.forward(HOUR_MS)
  denidin.app.messageVectors.requestSync()
  await denidin.app.messageVectors.whenIdle()
  expect((await run(denidin, 'memory.stats'))['message_vectors']).toBe(2)
  await run(denidin, 'memory.forget', { what: 'all', person: DANA })
  expect(await run(denidin, 'memory.stats')).toMatchObject({ message_vectors: 0, spaces: [] })
  await denidin.app.memory.whenIdle()
  await denidin.app.messageVectors.whenIdle()
  expect(await run(denidin, 'memory.verify')).toMatchObject({ in_order: true, looked_at: 0 })
})

test('another embedding model takes over while the old one answers, and its vectors go when they are pruned', async () => {
  const denidin = await start()
  await denidin.say('my boat is called Marlin', { phone: DANA })
  await denidin.say('/reset', { phone: DANA })
  await denidin.app.memory.whenIdle()
  await denidin.app.messageVectors.whenIdle()
  const person = await denidin.app.people.lookUp(DANA)
  const scope: Scope = `person:${person!.person_id}`
  const recalled = async (): Promise<string> =>
    (
      await denidin.app.search.search(
        singleScope(scope),
        { text: 'what is my boat called', messages: 'none', asked_at: 0, asker: undefined },
        { quotes: 0 },
        { purpose: 'recall' },
      )
    ).memories
      .map(each => each.memory.text)
      .join()
  /** Which model the last question was put to. */
  const modelAsked = (): string | undefined =>
    denidin.models.of('embedding').findLast(each => inputsOf(each).includes('what is my boat called'))?.body.model

  let down = true
  denidin.models.always('embedding', async (request, response) => {
    if (down && request.body.model === 'another-embedding') await failure(503)(request, response)
    else await embed()(request, response)
  })
  await denidin.restart({ embeddings: { model: 'another-embedding' } })
  await denidin.app.memory.whenIdle()
  await denidin.app.messageVectors.whenIdle()
  expect(await run(denidin, 'memory.stats')).toMatchObject({
    space: 'another-embedding',
    pending_embedding: 1,
    spaces: [{ space: 'scripted-embedding', use: 'former' }],
  })
  expect(await recalled()).toContain('Marlin')
  expect(modelAsked()).toBe('scripted-embedding')

  down = false
  await denidin.restart()
  await denidin.app.memory.whenIdle()
  await denidin.app.messageVectors.whenIdle()
  expect(await recalled()).toContain('Marlin')
  expect(modelAsked()).toBe('another-embedding')
  await denidin.restart()
  await denidin.app.memory.whenIdle()
  await denidin.app.messageVectors.whenIdle()
  expect(await run(denidin, 'memory.prune_spaces')).toMatchObject({ removed: [{ space: 'scripted-embedding' }] })
  expect((await run(denidin, 'memory.stats'))['spaces']).toEqual([
    { space: 'another-embedding', vectors: 1, use: 'present' },
  ])
  expect(await recalled()).toContain('Marlin')
})

test('a threshold that nothing reaches is told by status, and calibrating says what would suit', async () => {
  const subjects = ['boats', 'bread', 'bees', 'bikes', 'birds', 'bells']
  const denidin = await start()
  for (const [n, subject] of subjects.entries()) {
    const phone = `1555000000${String(n)}`
    for (const what of [
      'I like',
      'my neighbour sells',
      'tell me about',
      'yesterday I saw',
      'we talked of',
      'no more',
    ]) {
      await denidin.say(`${what} ${subject} and ${subject}s tools`, { phone })
    }
    await denidin.say('/reset', { phone })
  }
  await denidin.app.memory.whenIdle()
  await denidin.app.messageVectors.whenIdle()
  const calls = denidin.models.of('embedding').length
  expect(await run(denidin, 'memory.calibrate')).toMatchObject({ suggested: null, embedded: 0 })
  expect(denidin.models.of('embedding')).toHaveLength(calls)
  const found = await run(denidin, 'memory.calibrate', { embeddings: 60 })
  expect(found).toMatchObject({ model: 'scripted-embedding', embedded: expect.any(Number) })
  expect(found['embedded']).toBeLessThanOrEqual(60)
  expect(found['suggested']).toBeGreaterThan(0)
  expect(found['related_above']).toBeGreaterThan(found['unrelated_above'] as number)

  const memoryHealth = async (): Promise<unknown> => {
    const { parts } = await run(denidin, 'health')
    return (parts as readonly { readonly name: string }[]).find(each => each.name === 'memory')
  }
  denidin.clock.forward(HOUR_MS)
  denidin.app.messageVectors.requestSync()
  await denidin.app.messageVectors.whenIdle()
  expect(await memoryHealth()).toMatchObject({ state: 'ok' })
  expect(await run(denidin, 'memory.calibrate')).toMatchObject({ suggested: expect.any(Number), embedded: 0 })
  await denidin.restart({ memory: { longterm: { min_similarity: 1 } } })
  await denidin.app.memory.whenIdle()
  await denidin.app.messageVectors.whenIdle()
  expect(await memoryHealth()).toMatchObject({
    state: 'degraded',
    detail: expect.stringContaining('min_similarity (1)'),
  })
})

test('with the offline embedder messages get no vectors', async () => {
  const denidin = await start({ ai: { provider: 'offline' }, embeddings: { provider: 'offline' } })
  await talk(denidin, 'my boat is called Marlin')
  expect(await run(denidin, 'memory.stats')).toMatchObject({ message_vectors: 0, pending_messages: 0 })
  expect(await run(denidin, 'memory.verify', { repair: true })).toMatchObject({ in_order: true })
})

test('with use_schema_v2 off messages get no vectors', async () => {
  const denidin = await start({ feature_flags: { use_schema_v2: false } })
  await talk(denidin, 'my boat is called Marlin')
  expect(await run(denidin, 'memory.stats')).toMatchObject({ message_vectors: 0, pending_messages: 0 })
  await denidin.restart({})
  await denidin.app.memory.whenIdle()
  await denidin.app.messageVectors.whenIdle()
  expect(await run(denidin, 'memory.stats')).toMatchObject({ message_vectors: 1, pending_messages: 0 })
})

test('what is not in order fails the check, and repairing makes it right', async () => {
  const denidin = await start()
  await talk(denidin, 'my boat is called Marlin', 'it lies in Haifa')
  const path = denidin.data('vectors.db')
  await denidin.close()
  {
    using database = new Database(path, vectorMigrations)
    database.run(`delete from vectors where seq = (select min(seq) from vectors)`)
    database.run(`update vectors set item_id = 'message:nobody'`)
  }
  {
    using words = new Database(denidin.data('index.db'), indexMigrations)
    words.run(`update documents set stems = 'other' where ordinal = 0`)
  }
  await denidin.open()
  await denidin.app.memory.whenIdle()
  await denidin.app.messageVectors.whenIdle()
  const wrong = await run(denidin, 'memory.verify')
  expect(wrong).toMatchObject({ in_order: false })
  expect(wrong['findings']).toEqual(
    expect.arrayContaining([
      { part: 'messages', what: 'missing', count: 2 },
      { part: 'messages', what: 'foreign', count: 1 },
      { part: 'full-text index', what: 'altered', count: 1 },
    ]),
  )
  expect(operations['memory.verify'].failure!(wrong as never)).toMatch(/--repair/)
  expect(await run(denidin, 'memory.verify', { repair: true })).toMatchObject({ in_order: true })
  expect(await run(denidin, 'memory.verify')).toMatchObject({ in_order: true, findings: [] })
  expect(operations['memory.verify'].failure!({ in_order: true, looked_at: 0, findings: [] })).toBeUndefined()
})

test('who became another while memory was off is found under that one, by what they said before', async () => {
  const denidin = await start()
  await talk(denidin, 'my boat is called Marlin')
  await denidin.say('hello', { phone: '15550002222' })
  await denidin.restart({ memory: { longterm: { enabled: false } } })
  await run(denidin, 'people.merge', { person: '15550002222', other: DANA })
  await denidin.restart({})
  await denidin.app.memory.whenIdle()
  await denidin.app.messageVectors.whenIdle()
  const person = await denidin.app.people.lookUp(DANA)
  const near = await denidin.app.messageVectors.findSimilar(`person:${person!.person_id}`, 'boat Marlin', 5, {
    purpose: 'recall',
  })
  expect(person).toEqual(await denidin.app.people.lookUp('15550002222'))
  expect(near).toHaveLength(1)
})
