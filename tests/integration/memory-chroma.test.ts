import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from '@jest/globals'
import { ChromaClient } from 'chromadb'
import { ChromaProcess } from '../../src/vectors/chroma/chroma-process.ts'
import { createManagedChromaServer } from '../../src/vectors/chroma/managed-chroma-server.ts'
import { createRemoteChromaServer } from '../../src/vectors/chroma/remote-chroma-server.ts'
import type { Scope } from '../../src/messages/scope.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { folderBytes } from '../../src/platform/files.ts'
import { systemIds } from '../../src/platform/ids.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { cleanUpAfterEach } from '../support/clean-up.ts'
import { KeptLog } from '../support/memory-kept-log.ts'
import { memoryOf, openRig, type MemoryRig } from '../support/memory-rig.ts'
import { wordVector, WordEmbedder } from '../support/memory-words.ts'
import { until } from '../support/until.ts'

const system = { clock: systemClock, ids: systemIds, logger: silentLogger }

const cleanUp = cleanUpAfterEach()

const open = async (folder: string, options: Parameters<typeof openRig>[1] = {}): Promise<MemoryRig> => {
  const rig = await openRig(folder, options)
  cleanUp.keep(rig)
  return rig
}

const vectorOf = (scope: Scope, n: number): Float32Array => wordVector(`item ${String(n)} of ${scope}`, 256)

const put = async (rig: MemoryRig, scope: Scope, from: number, count: number): Promise<void> =>
  await rig.vectors.put(
    'words',
    Array.from({ length: count }, (_, n) => ({
      item_id: `${scope}-${String(from + n)}`,
      scope,
      vector: vectorOf(scope, from + n),
    })),
  )

const found = async (rig: MemoryRig, scope: Scope, n: number, limit = 1): Promise<readonly string[]> =>
  (await rig.index.query(scope, vectorOf(scope, n), limit)).map(each => each.item_id)

test('a scope that outgrows a collection gets one of its own, and everybody is found as before', async () => {
  const rig = await open(await cleanUp.folder(), { collection_vectors: 50 })
  await put(rig, 'person:small', 0, 10)
  await put(rig, 'person:large', 0, 20)
  await rig.index.catchUp()
  const before = await rig.table.find('person:large')
  expect(before).toMatchObject({ alone: false })
  expect(await rig.table.find('person:small')).toEqual(before)

  await put(rig, 'person:large', 20, 50)
  await rig.index.catchUp()
  expect(await rig.table.find('person:large')).toMatchObject({ alone: true, state: 'live' })
  expect(await rig.table.find('person:small')).toEqual(before)
  expect(await rig.index.pending()).toBe(0)
  expect(await found(rig, 'person:large', 69, 100)).toHaveLength(70)
  expect((await found(rig, 'person:large', 69))[0]).toBe('person:large-69')
  expect(await found(rig, 'person:small', 3, 100)).toHaveLength(10)
  expect(await rig.table.bounds(before!.collection)).toEqual({ least: 10, most: 10 })
})

test('a shared collection that grows too large gives some of its scopes away', async () => {
  const rig = await open(await cleanUp.folder(), { collection_vectors: 50 })
  const scopes = Array.from({ length: 10 }, (_, n): Scope => `person:${String(n)}`)
  for (const scope of scopes) await put(rig, scope, 0, 5)
  await rig.index.catchUp()
  for (const scope of scopes) await put(rig, scope, 5, 4)
  await rig.index.catchUp()
  const places = new Set<number>()
  for (const scope of scopes) {
    const place = await rig.table.find(scope)
    places.add(place!.collection)
    expect((await rig.table.bounds(place!.collection)).most).toBeLessThanOrEqual(50)
    expect(await found(rig, scope, 8, 100)).toHaveLength(9)
  }
  expect(places.size).toBe(2)
})

test('new scopes go to a new collection when the last one is full', async () => {
  const rig = await open(await cleanUp.folder(), { collection_vectors: 50 })
  for (let n = 0; n < 12; n++) await put(rig, `person:${String(n)}`, 0, 10)
  await rig.index.catchUp()
  const places = new Set<number>()
  for (let n = 0; n < 12; n++) places.add((await rig.table.find(`person:${String(n)}`))!.collection)
  expect(places.size).toBe(3)
})

test('a rebuild answers every question while it runs', async () => {
  const rig = await open(await cleanUp.folder())
  await put(rig, 'person:a', 0, 1500)
  await put(rig, 'person:b', 0, 20)
  await rig.index.catchUp()
  const before = (await rig.table.find('person:a'))!.collection
  let done = false
  const rebuilding = rig.index.rebuild().finally(() => (done = true))
  let asked = 0
  while (!done) {
    expect(await found(rig, 'person:b', asked % 20)).toEqual([`person:b-${String(asked % 20)}`])
    asked += 1
  }
  await rebuilding
  expect(asked).toBeGreaterThan(3)
  expect((await rig.table.find('person:a'))!.collection).not.toBe(before)
  expect(await found(rig, 'person:a', 1499)).toEqual(['person:a-1499'])
})

test('what changes while a scope moves is right afterwards', async () => {
  const rig = await open(await cleanUp.folder())
  await put(rig, 'person:a', 0, 600)
  await rig.index.catchUp()
  const rebuilding = rig.index.rebuild()
  await rig.vectors.delete(['person:a-0', 'person:a-599'])
  await rig.vectors.rescope('person:a', 'person:b', ['person:a-1', 'person:a-598'])
  await put(rig, 'person:a', 600, 1)
  await rebuilding
  await rig.index.catchUp()
  const held = await found(rig, 'person:a', 0, 1000)
  expect(held).toHaveLength(597)
  expect(held).not.toContain('person:a-0')
  expect(held).not.toContain('person:a-598')
  expect([...(await found(rig, 'person:b', 0, 10))].sort()).toEqual(['person:a-1', 'person:a-598'])
  const place = await rig.table.find('person:a')
  expect(await rig.table.bounds(place!.collection)).toEqual({ least: 599, most: 599 })
})

test('with another embedding model everything is embedded anew, and with the old one nothing has to be', async () => {
  const folder = await cleanUp.folder()
  const fill = await openRig(folder)
  await fill.memory.start()
  await fill.memory.store(memoryOf('person:a', 'the cat is called Tom'))
  await fill.memory.whenIdle()
  await fill[Symbol.asyncDispose]()

  const other = await openRig(folder, { embedder: new WordEmbedder('larger', 96) })
  await other.memory.start()
  await other.memory.whenIdle()
  expect(other.embedder.texts).toContain('the cat is called Tom')
  const recall = await other.recall('person:a', 'what is the cat called', { purpose: 'recall' })
  expect(recall.memories).toHaveLength(1)
  await other[Symbol.asyncDispose]()

  const back = await open(folder)
  await back.memory.start()
  await back.memory.whenIdle()
  expect(back.embedder.texts).toEqual([])
  expect((await back.recall('person:a', 'what is the cat called', { purpose: 'recall' })).memories).toHaveLength(1)
})

test('of 1,000 persons nobody is ever recalled for another', async () => {
  const rig = await open(await cleanUp.folder())
  const persons = 1000
  await rig.vectors.put(
    'words',
    Array.from({ length: persons * 3 }, (_, n) => ({
      item_id: `m${String(n)}`,
      scope: `person:${String(n % persons)}` as const,
      vector: wordVector('everybody says the same secret words'),
    })),
  )
  await rig.index.catchUp()
  for (let person = 0; person < persons; person += 7) {
    const ids = (
      await rig.index.query(`person:${String(person)}`, wordVector('everybody says the same secret words'), 50)
    ).map(each => each.item_id)
    expect([...ids].sort()).toEqual([person, person + persons, person + 2 * persons].map(n => `m${String(n)}`).sort())
  }
})

test('collections that are dropped leave nothing on the disk after the next start', async () => {
  const folder = await cleanUp.folder()
  const rig = await openRig(folder)
  await put(rig, 'person:a', 0, 1100)
  await rig.index.catchUp()
  await rig.index.rebuild()
  await rig.index.rebuild()
  await rig[Symbol.asyncDispose]()
  const before = await folderBytes(rig.chroma)
  const again = await open(folder)
  expect(await found(again, 'person:a', 3)).toEqual(['person:a-3'])
  expect(await folderBytes(rig.chroma)).toBeLessThan(before * 0.75)
  expect(await found(again, 'person:a', 7)).toEqual(['person:a-7'])
})

test('the server ends with the process that started it, even when that is killed', async () => {
  const folder = await cleanUp.folder()
  const script = join(folder, 'parent.ts')
  const source = (path: string): string => JSON.stringify(join(import.meta.dirname, '../../src', path))
  await writeFile(
    script,
    `import { ChromaProcess } from ${source('vectors/chroma/chroma-process.ts')}
     import { systemClock } from ${source('platform/clock.ts')}
     import { silentLogger } from ${source('platform/logger.ts')}
     const server = await ChromaProcess.start(${JSON.stringify(join(folder, 'chroma'))}, { clock: systemClock, logger: silentLogger })
     console.log(server.port)`,
  )
  const parent = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string]
  const connection = connect(Number(line), '127.0.0.1')
  await once(connection, 'connect')
  const ended = once(connection, 'close')
  parent.kill('SIGKILL')
  await ended
  expect(connection.destroyed).toBe(true)
})

test('a Chroma that cannot be loaded leaves the bot with memories found by their words, not without a bot', async () => {
  const folder = await cleanUp.folder()
  const program = join(folder, 'broken.mjs')
  await writeFile(program, `console.error('version GLIBC_2.38 not found'); process.exit(69)`)
  const log = new KeptLog()
  const server = createManagedChromaServer({ folder: join(folder, 'memory'), ...system, logger: log, program })
  const rig = await open(folder, { server, logger: log })
  await rig.memory.start()
  await rig.memory.store(memoryOf('person:a', 'the cat is called Tom'))
  await rig.memory.whenIdle()
  const recall = await rig.recall('person:a', 'what is the cat called', { purpose: 'recall' })
  expect(recall).toMatchObject({
    memories: [{ memory: { text: 'the cat is called Tom' } }],
    failure: expect.stringContaining('GLIBC_2.38'),
  })
  // It may just be trying to start again.
  await until(async () => (await rig.memory.health()).state === 'down')
  expect(await rig.memory.health()).toMatchObject({ detail: expect.stringContaining('GLIBC_2.38') })
  expect(await rig.memory.stats()).toMatchObject({ memories: 1, pending_embedding: 0, pending_index: 1 })
})

test('a remote server is used as it stands: what is not ours stays, and what it lost is put there again', async () => {
  const folder = await cleanUp.folder()
  const theirs = await ChromaProcess.start(join(folder, 'theirs'), system)
  cleanUp.keep(theirs)
  const client = new ChromaClient({ host: theirs.host, port: theirs.port, ssl: false })
  await client.createCollection({ name: 'somebody-elses', embeddingFunction: null })
  const url = `http://${theirs.host}:${String(theirs.port)}`
  const first = await openRig(folder, { server: createRemoteChromaServer({ url, ...system }) })
  await first.memory.start()
  await first.memory.store(memoryOf('person:a', 'the cat is called Tom'))
  await first.memory.whenIdle()
  expect((await first.recall('person:a', 'what is the cat called', { purpose: 'recall' })).memories).toHaveLength(1)
  await first[Symbol.asyncDispose]()
  const names = (await client.listCollections()).map(each => each.name)
  expect(names).toHaveLength(2)
  expect(names).toContain('somebody-elses')

  await client.deleteCollection({ name: names.find(name => name !== 'somebody-elses')! })
  const again = await open(folder, { server: createRemoteChromaServer({ url, ...system }) })
  await again.memory.start()
  await again.memory.whenIdle()
  await again.recall('person:a', 'cat', { purpose: 'recall' })
  await again.memory.whenIdle()
  const recall = await again.recall('person:a', 'what is the cat called', { purpose: 'recall' })
  expect(recall.memories).toHaveLength(1)
  expect(again.embedder.texts).not.toContain('the cat is called Tom')
})

test('a remote server that does not answer is down; recall says so at once, and finds memories by their words', async () => {
  const folder = await cleanUp.folder()
  const gone = await ChromaProcess.start(join(folder, 'gone'), system)
  const url = `http://${gone.host}:${String(gone.port)}`
  await gone[Symbol.asyncDispose]()
  const rig = await open(folder, { server: createRemoteChromaServer({ url, ...system }) })
  await rig.memory.start()
  await rig.memory.store(memoryOf('person:a', 'the cat is called Tom'))
  await rig.memory.whenIdle()
  expect(await rig.recall('person:a', 'cat', { purpose: 'recall' })).toMatchObject({
    memories: [{ memory: { text: 'the cat is called Tom' } }],
    failure: expect.any(String),
  })
  expect(await rig.memory.health()).toMatchObject({ state: 'down', detail: expect.stringContaining(url) })
})
