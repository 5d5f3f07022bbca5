import { openSync, writeSync, closeSync } from 'node:fs'
import { readdir, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import type { Scope } from '../../src/messages/scope.ts'
import { cleanUpAfterEach } from '../support/clean-up.ts'
import { KeptLog } from '../support/memory-kept-log.ts'
import { memoryOf, openRig, type MemoryRig } from '../support/memory-rig.ts'

const RUNNING = 'The Chroma server is running'
const GIVEN_UP = 'A part of the index is damaged and is filled again'
const IN_STEP = 'Memories and index are in step'

/** Enough vectors for the server to write its graph to the disk. */
const MANY = 1200

const cleanUp = cleanUpAfterEach()

const open = async (folder: string, logger = new KeptLog()): Promise<MemoryRig & { readonly log: KeptLog }> => {
  const rig = await openRig(folder, { logger })
  cleanUp.keep(rig)
  return { ...rig, log: logger }
}

/** Until nothing waits for the index any more, however often the server has to be started for it. */
const untilInStep = async (rig: MemoryRig & { readonly log: KeptLog }): Promise<void> => {
  for (;;) {
    const inStep = rig.log.next(IN_STEP)
    if ((await rig.index.pending()) === 0) return
    await inStep
  }
}

/** Many memories of three persons, embedded and indexed, and the server stopped. */
const fill = async (folder: string, count = MANY): Promise<void> => {
  const rig = await openRig(folder)
  for (let n = 0; n < count; n++) {
    await rig.memories.add(
      memoryOf(`person:${String(n % 3)}`, `the number of house ${String(n)} is secret${String(n)}`),
    )
  }
  await rig.memory.start()
  await rig.memory.whenIdle()
  expect(await rig.memory.stats()).toMatchObject({ pending_embedding: 0, pending_index: 0 })
  await rig[Symbol.asyncDispose]()
}

const recalled = async (rig: MemoryRig, scope: Scope, question: string): Promise<string[]> =>
  (await rig.recall(scope, question, { purpose: 'recall' })).memories.map(each => each.memory.text)

/**
 * Until the server answers a question. On a busy machine the first one may take too long: then memories are found by
 * their words, and the server is started again.
 */
const untilAsked = async (rig: MemoryRig, scope: Scope): Promise<void> => {
  while ((await rig.recall(scope, 'the number of house 0', { purpose: 'recall' })).failure !== undefined);
}

const expectWhole = async (rig: MemoryRig): Promise<void> => {
  for (const n of [0, 1, 2, MANY - 3, MANY - 2, MANY - 1]) {
    const text = `the number of house ${String(n)} is secret${String(n)}`
    expect((await recalled(rig, `person:${String(n % 3)}`, text))[0]).toBe(text)
  }
}

const graphFiles = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter(entry => entry.isFile() && entry.name.endsWith('.bin'))
    .map(entry => join(entry.parentPath, entry.name))

const asides = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter(name => name.startsWith('memory.damaged-'))

test('memories are recalled after a restart, without being embedded again', async () => {
  const folder = await cleanUp.folder()
  const first = await openRig(folder)
  await first.memory.start()
  await first.memory.store(memoryOf('person:a', 'the cat is called Tom'))
  await first.memory.whenIdle()
  await first[Symbol.asyncDispose]()

  const rig = await open(folder)
  await rig.memory.start()
  await rig.memory.whenIdle()
  expect(rig.embedder.texts).toEqual([])
  expect(await recalled(rig, 'person:a', 'what is the cat called')).toEqual(['the cat is called Tom'])
})

test('a memory that was stored and not embedded before the process died is embedded at the next start', async () => {
  const folder = await cleanUp.folder()
  const first = await openRig(folder)
  await first.memories.add(memoryOf('person:a', 'the cat is called Tom'))
  await first[Symbol.asyncDispose]()

  const rig = await open(folder)
  expect(await rig.memory.stats()).toMatchObject({ pending_embedding: 1 })
  await rig.memory.start()
  await rig.memory.whenIdle()
  expect(await recalled(rig, 'person:a', 'what is the cat called')).toEqual(['the cat is called Tom'])
})

test('no server runs as long as nothing is remembered', async () => {
  const rig = await open(await cleanUp.folder())
  await rig.memory.start()
  await rig.memory.whenIdle()
  expect(await rig.recall('person:a', 'anything', { purpose: 'recall' })).toEqual({ memories: [] })
  expect(rig.log.last(RUNNING)).toBeUndefined()
  expect(rig.embedder.texts).toEqual([])
})

test('a server that is killed is started again, and nothing is lost', async () => {
  const folder = await cleanUp.folder()
  await fill(folder)
  const rig = await open(folder)
  await expectWhole(rig)
  const back = rig.log.next(RUNNING)
  process.kill(Number(rig.log.last(RUNNING)!.fields['pid']), 'SIGKILL')
  const during = await rig.recall('person:0', 'house', { purpose: 'recall' })
  // What the index cannot be asked for meanwhile is found by its words.
  expect(new Set(during.memories.map(each => each.memory.scope))).toEqual(new Set(['person:0']))
  await back
  await expectWhole(rig)
  expect(rig.embedder.texts.some(text => text.startsWith('the number of house 7 '))).toBe(false)
})

test('a server that hangs is ended and started again', async () => {
  const folder = await cleanUp.folder()
  await fill(folder, 10)
  const rig = await open(folder)
  await untilAsked(rig, 'person:0')
  const back = rig.log.next(RUNNING)
  process.kill(Number(rig.log.last(RUNNING)!.fields['pid']), 'SIGSTOP')
  const during = await rig.recall('person:0', 'house', { purpose: 'recall' })
  expect(during.failure).toEqual(expect.any(String))
  expect(new Set(during.memories.map(each => each.memory.scope))).toEqual(new Set(['person:0']))
  await back
  expect(await recalled(rig, 'person:0', 'the number of house 0')).not.toEqual([])
})

test.each([
  ['garbage from the first byte', 0],
  ['garbage behind the first page', 4096],
])('an index whose database is damaged (%s) is set aside and filled again from the stored vectors', async (_, from) => {
  const folder = await cleanUp.folder()
  await fill(folder)
  const file = join(folder, 'memory', 'chroma.sqlite3')
  const { size } = await stat(file)
  const descriptor = openSync(file, 'r+')
  writeSync(descriptor, Buffer.alloc(size - from, 'garbage'), 0, size - from, from)
  closeSync(descriptor)

  const rig = await open(folder)
  await rig.memory.start()
  await rig.memory.whenIdle()
  expect(await asides(folder)).toHaveLength(1)
  expect(rig.embedder.texts).toEqual([])
  await expectWhole(rig)
})

test.each([
  ['are gone', rm],
  ['are cut short', async (file: string) => await truncate(file, 100)],
  ['hold garbage', async (file: string) => await writeFile(file, Buffer.alloc((await stat(file)).size, 0xa5))],
])('an index whose graph files %s is filled again while the bot goes on', async (_, damage) => {
  const folder = await cleanUp.folder()
  await fill(folder)
  const files = await graphFiles(join(folder, 'memory'))
  expect(files.length).toBeGreaterThan(0)
  for (const file of files) await damage(file)

  const rig = await open(folder)
  await rig.memory.start()
  await rig.memory.whenIdle()
  const given = rig.log.next(GIVEN_UP)
  for (;;) {
    const { failure } = await rig.recall('person:0', 'house', { purpose: 'recall' })
    if (failure === undefined || rig.log.last(GIVEN_UP) !== undefined) break
    // The damage has brought the server down.
    await Promise.race([given, rig.log.next(RUNNING)])
  }
  await untilInStep(rig)
  expect(rig.log.last(GIVEN_UP)).toBeDefined()
  await expectWhole(rig)
  expect(rig.embedder.texts).not.toContain('the number of house 7 is secret7')
})

test('an index whose folder is gone is filled again', async () => {
  const folder = await cleanUp.folder()
  await fill(folder)
  await rm(join(folder, 'memory'), { recursive: true })
  const rig = await open(folder)
  await rig.memory.start()
  await rig.memory.whenIdle()
  await expectWhole(rig)
  expect(rig.embedder.texts.some(text => text.startsWith('the number of house 7 '))).toBe(false)
})

test('an index whose folder is deleted under the running server is filled again with the next memory', async () => {
  const folder = await cleanUp.folder()
  await fill(folder)
  const rig = await open(folder)
  await rig.memory.start()
  await rig.memory.whenIdle()
  await rm(join(folder, 'memory'), { recursive: true })
  const inStep = rig.log.next(IN_STEP)
  await rig.memory.store(memoryOf('person:0', 'a new thing'))
  await inStep
  await untilInStep(rig)
  await expectWhole(rig)
  expect(await recalled(rig, 'person:0', 'a new thing')).toContain('a new thing')
})

test('a lost vector store is embedded again', async () => {
  const folder = await cleanUp.folder()
  await fill(folder, 100)
  for (const suffix of ['', '-wal', '-shm']) await rm(join(folder, `vectors.db${suffix}`), { force: true })
  const rig = await open(folder)
  await rig.memory.start()
  await rig.memory.whenIdle()
  expect(rig.embedder.texts).toHaveLength(100)
  const text = 'the number of house 99 is secret99'
  expect((await recalled(rig, 'person:0', text))[0]).toBe(text)
})

test('a damaged vector store is set aside and embedded again', async () => {
  const folder = await cleanUp.folder()
  await fill(folder, 100)
  await writeFile(join(folder, 'vectors.db'), Buffer.alloc(8192, 'garbage'))
  for (const suffix of ['-wal', '-shm']) await rm(join(folder, `vectors.db${suffix}`), { force: true })
  const rig = await open(folder)
  await rig.memory.start()
  await rig.memory.whenIdle()
  expect((await readdir(folder)).some(name => name.startsWith('vectors.db.damaged-'))).toBe(true)
  expect(rig.embedder.texts).toHaveLength(100)
})
