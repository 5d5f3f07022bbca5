import { expect, test } from '@jest/globals'
import { Database } from '../../src/database/sqlite/database.ts'
import type { AllocationTable } from '../../src/memory/vectors/allocation-table.ts'
import { vectorMigrations } from '../../src/memory/sqlite/memory-migrations.ts'
import { createSqliteAllocationTable } from '../../src/memory/sqlite/sqlite-allocation-table.ts'
import { createSqliteVectorStore } from '../../src/memory/sqlite/sqlite-vector-store.ts'
import type { VectorStore } from '../../src/memory/vectors/vector-store.ts'
import type { Scope } from '../../src/messages/scope.ts'
import { wordVector } from '../support/memory-words.ts'

const rigOf = (): { database: Database; table: AllocationTable; vectors: VectorStore } => {
  const database = new Database(':memory:', vectorMigrations)
  const table = createSqliteAllocationTable(database, { space: 'words', collection_vectors: 30 })
  return { database, table, vectors: createSqliteVectorStore(database) }
}

const put = async (vectors: VectorStore, scope: Scope, ...ids: string[]): Promise<void> =>
  await vectors.put(
    'words',
    ids.map(memory_id => ({ memory_id, scope, vector: wordVector(memory_id) })),
  )

/** Does what the index does, without one. */
const index = async (table: AllocationTable): Promise<void> => {
  for (;;) {
    const batches = await table.take(100)
    if (batches.length === 0) return
    for (const { collection, vectors } of batches) {
      await table.made(collection.collection)
      await table.confirm(collection.collection, vectors)
    }
  }
}

test('what was taken and never confirmed is taken again', async () => {
  const { table, vectors } = rigOf()
  await put(vectors, 'person:a', 'one', 'two')
  const first = await table.take(100)
  expect(await table.take(100)).toEqual(first)
  expect(await table.bounds(first[0]!.collection.collection)).toEqual({ least: 0, most: 2 })
  await table.confirm(first[0]!.collection.collection, first[0]!.vectors)
  expect(await table.take(100)).toEqual([])
  expect(await table.bounds(first[0]!.collection.collection)).toEqual({ least: 2, most: 2 })
})

test('a vector that changed while it was on its way stays waiting', async () => {
  const { table, vectors } = rigOf()
  await put(vectors, 'person:a', 'one', 'two', 'three')
  const [batch] = await table.take(100)
  await put(vectors, 'person:a', 'one')
  await vectors.rescope('person:a', 'person:b', ['two'])
  await table.confirm(batch!.collection.collection, batch!.vectors)
  expect(await table.pending()).toBe(2)
})

test('a vector that was taken and then deleted is taken out, whether it arrived or not', async () => {
  const { table, vectors } = rigOf()
  await put(vectors, 'person:a', 'one')
  const [batch] = await table.take(100)
  await vectors.delete(['one'])
  const { collection } = batch!.collection
  expect(await table.removals(10)).toEqual({ collection, memory_ids: ['one'] })
  await table.removed(collection, ['one'])
  expect(await table.removals(10)).toBeUndefined()
})

test('a vector that comes back before it was taken out is not taken out afterwards', async () => {
  const { table, vectors } = rigOf()
  await put(vectors, 'person:a', 'one', 'two')
  await index(table)
  await vectors.delete(['one'])
  await put(vectors, 'person:a', 'one')
  await index(table)
  expect(await table.removals(10)).toBeUndefined()
})

test('a retired collection gives its vectors back and is forgotten once it is dropped', async () => {
  const { table, vectors } = rigOf()
  await put(vectors, 'person:a', 'one', 'two')
  await index(table)
  const { collection } = (await table.find('person:a'))!
  await table.retire(collection)
  expect(await table.find('person:a')).toBeUndefined()
  expect(await table.pending()).toBe(2)
  await index(table)
  expect((await table.find('person:a'))!.collection).toBeGreaterThan(collection)
  await table.dropped(collection)
  expect((await table.collections()).map(each => each.collection)).not.toContain(collection)
})

test('a move that was never finished leaves everything where it was', async () => {
  const { database, table, vectors } = rigOf()
  await put(vectors, 'person:a', 'one', 'two')
  await index(table)
  const before = await table.find('person:a')
  const move = await table.moves.whole(before!.collection)
  await table.moves.begin(move!)
  const later = createSqliteAllocationTable(database, { space: 'words' })
  await later.retireLeftovers()
  expect(await later.find('person:a')).toEqual(before)
  expect(await later.pending()).toBe(0)
  expect((await later.collections()).map(each => each.state).sort()).toEqual(['live', 'retired'])
})

test('a finished move takes along what stayed the same and leaves the rest waiting', async () => {
  const { table, vectors } = rigOf()
  await put(vectors, 'person:a', 'same', 'deleted', 'changed', 'moved')
  await index(table)
  const from = (await table.find('person:a'))!.collection
  const move = (await table.moves.whole(from))!
  const to = (await table.moves.begin(move)).collection
  const copied = await table.moves.copies(move, 0, 100)
  await vectors.delete(['deleted'])
  await put(vectors, 'person:a', 'changed', 'new')
  await vectors.rescope('person:a', 'person:b', ['moved'])
  await table.moves.finish(move, to, copied)
  expect((await table.find('person:a'))!.collection).toBe(to)
  expect(await table.bounds(to)).toEqual({ least: 1, most: 4 })
  expect(await table.pending()).toBe(3)
  const removals = await table.removals(100)
  expect({ ...removals, memory_ids: [...removals!.memory_ids].sort() }).toEqual({
    collection: to,
    memory_ids: ['changed', 'deleted', 'moved'],
  })
})

test('collections of another embedding model are retired when a model takes over', async () => {
  const { database, table, vectors } = rigOf()
  await put(vectors, 'person:a', 'one')
  await index(table)
  const other = createSqliteAllocationTable(database, { space: 'larger' })
  expect(await other.find('person:a')).toBeUndefined()
  await other.retireLeftovers()
  expect(await other.collections()).toMatchObject([{ space: 'words', state: 'retired' }])
  expect(await table.pending()).toBe(1)
})

test('samples are spread from the oldest to the newest', async () => {
  const { table, vectors } = rigOf()
  const ids = Array.from({ length: 9 }, (_, n) => `m${String(n)}`)
  await put(vectors, 'person:a', ...ids)
  await index(table)
  const { collection } = (await table.find('person:a'))!
  expect((await table.samples(collection, 3)).map(each => each.memory_id)).toEqual(['m0', 'm4', 'm8'])
  expect(await table.samples(collection + 1, 3)).toEqual([])
})
