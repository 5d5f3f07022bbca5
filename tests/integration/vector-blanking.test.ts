/** Deleted vectors go from Chroma's files: a few are blanked where they are, for many the collection is filled anew. */
import { createHash } from 'node:crypto'
import { expect, test } from '@jest/globals'
import type { Scope } from '../../src/messages/scope.ts'
import { cleanUpAfterEach } from '../support/clean-up.ts'
import { openRig, type MemoryRig } from '../support/memory-rig.ts'
import { residueIn } from '../support/residue.ts'

const DIMENSIONS = 64
const SCOPE: Scope = 'person:a'
const OTHER: Scope = 'person:b'

const cleanUp = cleanUpAfterEach()

const open = async (folder: string): Promise<MemoryRig> => {
  const rig = await openRig(folder)
  cleanUp.keep(rig)
  return rig
}

/** A unit vector all of whose numbers depend on the text. */
const dense = (text: string): Float32Array => {
  const bytes = createHash('shake256', { outputLength: DIMENSIONS }).update(`meaning of ${text}`).digest()
  const vector = Float32Array.from(bytes, byte => byte - 127.5)
  const length = Math.hypot(...vector)
  return vector.map(number => number / length)
}

const idOf = (scope: Scope, n: number): string => `${scope}-${String(n)}`

const put = async (rig: MemoryRig, scope: Scope, count: number): Promise<void> => {
  await rig.vectors.put(
    'words',
    Array.from({ length: count }, (_, n) => ({ item_id: idOf(scope, n), scope, vector: dense(idOf(scope, n)) })),
  )
  await rig.index.catchUp()
}

const range = (from: number, to: number): readonly number[] => Array.from({ length: to - from }, (_, n) => from + n)

/** Whether Chroma's files contain the vector of any of these texts. */
const inFiles = async (rig: MemoryRig, texts: readonly string[]): Promise<boolean> =>
  (await residueIn([rig.chroma], { words: [], vectors: texts.map(dense) })).length > 0

const forget = async (rig: MemoryRig, item_ids: readonly string[]): Promise<void> => {
  await rig.source_vectors.deleteItems(item_ids)
  expect(await rig.source_vectors.purge()).toBe(true)
  expect(await rig.vectors.purgePending()).toBe(false)
}

const collectionOf = async (rig: MemoryRig): Promise<number | undefined> => (await rig.table.find(SCOPE))?.collection

const expectFound = async (rig: MemoryRig, scope: Scope, items: readonly number[]): Promise<void> => {
  for (const n of items) {
    const [nearest] = await rig.index.query(scope, dense(idOf(scope, n)), 1)
    expect(nearest?.item_id).toBe(idOf(scope, n))
  }
}

test('a few deleted vectors are blanked in the collection, and no byte of them is left', async () => {
  const rig = await open(await cleanUp.folder())
  await put(rig, SCOPE, 300)
  const before = await collectionOf(rig)
  const gone = range(100, 140).map(n => idOf(SCOPE, n))
  expect(await inFiles(rig, gone)).toBe(true)
  await forget(rig, gone)
  expect(await inFiles(rig, gone)).toBe(false)
  expect(await collectionOf(rig)).toBe(before)
  await expectFound(rig, SCOPE, [...range(0, 100), ...range(140, 300)])
  expect(await rig.index.query(SCOPE, dense(gone[0] ?? ''), 300)).toHaveLength(260)
})

test('for many deleted vectors the collection is filled anew', async () => {
  const rig = await open(await cleanUp.folder())
  await put(rig, SCOPE, 300)
  const before = await collectionOf(rig)
  const gone = range(0, 200).map(n => idOf(SCOPE, n))
  await forget(rig, gone)
  expect(await inFiles(rig, gone)).toBe(false)
  expect(await collectionOf(rig)).not.toBe(before)
  await expectFound(rig, SCOPE, range(200, 300))
})

test('one after the other, most vectors go and the others stay findable', async () => {
  const rig = await open(await cleanUp.folder())
  await put(rig, SCOPE, 24)
  await put(rig, OTHER, 8)
  const before = await collectionOf(rig)
  for (const n of range(0, 16)) await forget(rig, [idOf(SCOPE, n)])
  const gone = range(0, 16).map(n => idOf(SCOPE, n))
  expect(await inFiles(rig, gone)).toBe(false)
  expect(await collectionOf(rig)).toBe(before)
  await expectFound(rig, SCOPE, range(16, 24))
  await expectFound(rig, OTHER, range(0, 8))
})

test.each([
  ['deleted before the purge was asked for', async (rig: MemoryRig) => await rig.index.catchUp()],
  ['not taken out yet', async () => undefined],
])('vectors that were %s go too', async (_when, meanwhile) => {
  const rig = await open(await cleanUp.folder())
  await put(rig, SCOPE, 20)
  await rig.vectors.delete([idOf(SCOPE, 3)])
  await meanwhile(rig)
  await forget(rig, [idOf(SCOPE, 4)])
  expect(await inFiles(rig, [idOf(SCOPE, 3), idOf(SCOPE, 4)])).toBe(false)
})

test('the former vector of a changed text goes with the next purge', async () => {
  const rig = await open(await cleanUp.folder())
  await put(rig, SCOPE, 20)
  const item_id = idOf(SCOPE, 3)
  await rig.vectors.put('words', [{ item_id, scope: SCOPE, vector: dense('something else') }])
  await rig.index.catchUp()
  await forget(rig, [])
  expect(await inFiles(rig, [item_id])).toBe(false)
})

test('what was deleted without being blanked, by an earlier version, is rewritten', async () => {
  const rig = await open(await cleanUp.folder())
  await put(rig, SCOPE, 20)
  const before = await collectionOf(rig)
  await rig.vectors.delete([idOf(SCOPE, 3)])
  const removals = await rig.table.removals(10)
  expect(removals?.item_ids).toEqual([idOf(SCOPE, 3)])
  await rig.table.removed(removals?.collection ?? 0, removals?.item_ids ?? [], false)
  await forget(rig, [idOf(SCOPE, 4)])
  expect(await collectionOf(rig)).not.toBe(before)
  expect(await inFiles(rig, [idOf(SCOPE, 3), idOf(SCOPE, 4)])).toBe(false)
  await expectFound(rig, SCOPE, [0, 1, 2, ...range(5, 20)])
})

test('a crash between blanking and writing to the files loses nothing', async () => {
  const folder = await cleanUp.folder()
  {
    await using rig = await openRig(folder)
    await put(rig, SCOPE, 20)
    await rig.vectors.delete([idOf(SCOPE, 3)])
    await rig.index.catchUp()
    await rig.vectors.requestPurge()
  }
  const rig = await open(folder)
  expect(await rig.vectors.purgePending()).toBe(true)
  await rig.index.catchUp()
  expect(await rig.vectors.purgePending()).toBe(false)
  expect(await inFiles(rig, [idOf(SCOPE, 3)])).toBe(false)
  await expectFound(rig, SCOPE, [0, 1, 2, ...range(4, 20)])
})
