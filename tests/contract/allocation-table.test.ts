import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { CollectionAllocator } from '../../src/vectors/collection-allocator.ts'
import { vectorMigrations } from '../../src/vectors/sqlite/vector-migrations.ts'
import {
  createSqliteCollectionAllocator,
  type CollectionAllocatorDeps,
} from '../../src/vectors/sqlite/sqlite-collection-allocator.ts'
import { createSqliteVectorStore } from '../../src/vectors/sqlite/sqlite-vector-store.ts'
import type { VectorStore } from '../../src/vectors/vector-store.ts'
import type { Scope } from '../../src/messages/scope.ts'
import { hostileScopes } from '../support/memory-scopes.ts'
import { wordVector } from '../support/memory-words.ts'
import { sqliteOnDisk, type StoreOnDisk } from '../support/store-on-disk.ts'

interface Subject {
  /** The table of a space, in collections of at most 30 vectors. */
  table(space?: string, more?: Partial<CollectionAllocatorDeps>): CollectionAllocator
  readonly vectors: VectorStore
}

const subjects: Record<string, () => Promise<StoreOnDisk<Subject>>> = {
  sqlite: () =>
    sqliteOnDisk(vectorMigrations, database => ({
      table: (space = 'words', more = {}) =>
        createSqliteCollectionAllocator(database, { space, collection_vectors: 30, ...more }),
      vectors: createSqliteVectorStore(database),
    })),
}

const put = async (vectors: VectorStore, scope: Scope, ...ids: string[]): Promise<void> =>
  await vectors.put(
    'words',
    ids.map(item_id => ({ item_id, scope, vector: wordVector(item_id) })),
  )

/** Does what the index does, without one. */
const index = async (table: CollectionAllocator): Promise<void> => {
  for (;;) {
    const batches = await table.take(100)
    if (batches.length === 0) return
    for (const { collection, vectors } of batches) {
      await table.made(collection.collection)
      await table.confirm(collection.collection, vectors)
    }
  }
}

/** Ids with a beginning of their own, counted up. */
const many = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${prefix}${n}`)

describe.each(Object.entries(subjects))('allocation table: %s', (_name, open) => {
  let opened: StoreOnDisk<Subject>
  let table: CollectionAllocator
  let vectors: VectorStore

  const restart = (): void => {
    opened.restart()
    table = opened.store.table()
    vectors = opened.store.vectors
  }

  const numberOf = async (scope: Scope): Promise<number> => (await table.find(scope))!.collection

  beforeEach(async () => {
    opened = await open()
    table = opened.store.table()
    vectors = opened.store.vectors
  })

  afterEach(async () => {
    await opened[Symbol.asyncDispose]()
  })

  test('where there are no vectors nothing lies anywhere and nothing is left to do', async () => {
    expect(await table.find('person:a')).toBeUndefined()
    expect(await table.scopes()).toEqual([])
    expect(await table.every()).toEqual([])
    expect(await table.pending()).toBe(0)
    expect(await table.take(10)).toEqual([])
    expect(await table.removals(10)).toBeUndefined()
    expect(await table.bounds(1)).toEqual({ least: 0, most: 0 })
    expect(await table.maintenance.left()).toBeUndefined()
  })

  test('no two vector stores have the same name part, and one keeps it over a restart', async () => {
    const before = table.instance
    expect(before).not.toBe('')
    restart()
    expect(table.instance).toBe(before)
    await using other = await open()
    expect(other.store.table().instance).not.toBe(before)
  })

  test('each scope lies in one place, and gives its own vectors alone, however scopes are spelt', async () => {
    for (const [n, scope] of hostileScopes.entries()) await put(vectors, scope, `m${n}`)
    await index(table)
    expect(new Set(await table.scopes())).toEqual(new Set(hostileScopes))
    for (const [n, scope] of hostileScopes.entries()) {
      expect((await table.vectorsOf(scope, 10)).map(each => each.item_id)).toEqual([`m${n}`])
      expect(await table.indexed(scope)).toBe(1)
      const { collection } = (await table.find(scope))!
      expect(await table.maintenance.current(collection, [`m${n}`])).toEqual(new Map([[`m${n}`, scope]]))
    }
    expect(await table.find('person:nobody')).toBeUndefined()
    expect(await table.indexed('person:nobody')).toBe(0)
  })

  test('a scope shares a collection as long as it has room, and gets one alone when it is large', async () => {
    await put(vectors, 'person:a', ...many('a', 10))
    await put(vectors, 'person:b', ...many('b', 10))
    await put(vectors, 'person:c', ...many('c', 11))
    await put(vectors, 'person:large', ...many('l', 13))
    await index(table)
    expect(await numberOf('person:b')).toBe(await numberOf('person:a'))
    expect(await numberOf('person:c')).not.toBe(await numberOf('person:a'))
    expect(await table.find('person:a')).toMatchObject({ state: 'live', alone: false, space: 'words' })
    expect(await table.find('person:large')).toMatchObject({ state: 'live', alone: true })
  })

  test('no more is taken than was asked for, the oldest first', async () => {
    await put(vectors, 'person:a', 'one')
    await put(vectors, 'person:b', 'two')
    await put(vectors, 'person:a', 'three')
    const taken = await table.take(2)
    expect(taken.flatMap(each => each.vectors).map(each => [each.item_id, each.vector])).toEqual([
      ['one', wordVector('one')],
      ['two', wordVector('two')],
    ])
  })

  test('what was taken, what lies where and what has to leave are known after a restart', async () => {
    await put(vectors, 'person:a', 'one', 'two')
    await index(table)
    await put(vectors, 'person:a', 'three')
    const taken = await table.take(10)
    await vectors.delete(['one'])
    const place = await table.find('person:a')
    restart()
    expect(await table.find('person:a')).toEqual(place)
    expect(await table.take(10)).toEqual(taken)
    expect(await table.indexed('person:a')).toBe(1)
    expect(await table.removals(10)).toEqual({ collection: place!.collection, item_ids: ['one'] })
  })

  test('what a collection may hold is told apart from what it holds for certain, and from what it must not', async () => {
    await put(vectors, 'person:a', 'there', 'deleted', 'changed')
    await index(table)
    const { collection } = (await table.find('person:a'))!
    await vectors.delete(['deleted'])
    await put(vectors, 'person:a', 'changed', 'new')
    await table.take(10)
    expect(await table.maintenance.current(collection, ['there', 'deleted', 'changed', 'new', 'foreign'])).toEqual(
      new Map([
        ['there', 'person:a'],
        ['deleted', undefined],
        ['changed', undefined],
        ['new', undefined],
      ]),
    )
    expect(await table.bounds(collection)).toEqual({ least: 1, most: 4 })
    expect((await table.maintenance.indexed(collection, 0, 10)).map(each => each.item_id)).toEqual(['there'])
  })

  test('what a collection holds for certain comes page by page, and vectors by their ids', async () => {
    await put(vectors, 'person:a', ...many('m', 5))
    await index(table)
    const { collection } = (await table.find('person:a'))!
    const first = await table.maintenance.indexed(collection, 0, 3)
    const rest = await table.maintenance.indexed(collection, first.at(-1)!.seq, 3)
    expect([...first, ...rest].map(each => each.item_id)).toEqual(many('m', 5))
    await put(vectors, 'person:b', 'waiting')
    expect(
      (await table.maintenance.stored(['m1', 'waiting', 'unknown'])).map(each => [each.scope, each.vector]),
    ).toEqual(
      expect.arrayContaining([
        ['person:a', wordVector('m1')],
        ['person:b', wordVector('waiting')],
      ]),
    )
  })

  test('a collection in which a scope outgrew the others lets that one go, one of many scopes some of them', async () => {
    await put(vectors, 'person:a', ...many('a', 8))
    await put(vectors, 'person:b', ...many('b', 8))
    await put(vectors, 'person:c', ...many('c', 8))
    await index(table)
    const from = await numberOf('person:a')
    expect(await table.moves.overgrown(from)).toBeUndefined()
    await put(vectors, 'person:d', ...many('d', 1))
    await index(table)
    expect(await numberOf('person:d')).toBe(from)
    for (const [scope, ids] of [
      ['person:d', many('e', 10)],
      ['person:a', many('f', 4)],
      ['person:b', many('g', 4)],
      ['person:c', many('h', 3)],
    ] as const) {
      await put(vectors, scope, ...ids)
    }
    await index(table)
    // 46 vectors where 45 may be: the largest scopes go until 30 are left.
    expect(await table.moves.overgrown(from)).toEqual({ from, scopes: ['person:a', 'person:b'], alone: false })
    await put(vectors, 'person:c', ...many('i', 2))
    await index(table)
    expect(await table.moves.overgrown(from)).toEqual({ from, scopes: ['person:c'], alone: true })
    expect(await table.moves.overgrown(from + 1)).toBeUndefined()
  })

  test('a rebuild goes on with what there was when it was begun, also after a restart', async () => {
    await put(vectors, 'person:a', 'one', 'two')
    await put(vectors, 'person:large', ...many('l', 13))
    await index(table)
    await table.maintenance.begin()
    const [small, large] = [await numberOf('person:a'), await numberOf('person:large')]
    expect(await table.maintenance.left()).toEqual({ collections: [small, large].sort((a, b) => a - b), vectors: 15 })
    const move = (await table.moves.whole(small))!
    const to = await table.moves.begin(move)
    await table.moves.finish(move, to.collection, await table.moves.copies(move, 0, 100))
    restart()
    await table.maintenance.begin()
    expect(await table.maintenance.left()).toEqual({ collections: [large], vectors: 13 })
    await table.maintenance.end()
    expect(await table.maintenance.left()).toBeUndefined()
  })

  test('a table leaves spaces alone that others use, and clears away nothing unless it is the one to do so', async () => {
    await put(vectors, 'person:a', 'one')
    await index(table)
    const beside = opened.store.table('messages', { in_use: ['words'] })
    const modest = opened.store.table('messages', { tidies: false })
    for (const other of [beside, modest]) {
      await other.retireLeftovers()
      expect(await other.collections()).toEqual([])
      expect(await other.pending()).toBe(0)
      expect(await other.find('person:a')).toBeUndefined()
    }
    expect((await beside.every()).map(each => [each.space, each.state])).toEqual([['words', 'live']])
    expect(await table.indexed('person:a')).toBe(1)
  })

  test('a collection that is in use is not forgotten, and a number is never given out twice', async () => {
    await put(vectors, 'person:a', 'one')
    await index(table)
    const first = await numberOf('person:a')
    await table.dropped(first)
    expect(await numberOf('person:a')).toBe(first)
    await table.retire(first)
    await table.dropped(first)
    expect(await table.every()).toEqual([])
    restart()
    await index(table)
    expect(await numberOf('person:a')).toBeGreaterThan(first)
  })

  test('what was taken and never confirmed is taken again', async () => {
    await put(vectors, 'person:a', 'one', 'two')
    const first = await table.take(100)
    expect(await table.take(100)).toEqual(first)
    expect(await table.bounds(first[0]!.collection.collection)).toEqual({ least: 0, most: 2 })
    await table.confirm(first[0]!.collection.collection, first[0]!.vectors)
    expect(await table.take(100)).toEqual([])
    expect(await table.bounds(first[0]!.collection.collection)).toEqual({ least: 2, most: 2 })
  })

  test('a vector that changed while it was on its way stays waiting', async () => {
    await put(vectors, 'person:a', 'one', 'two', 'three')
    const [batch] = await table.take(100)
    await put(vectors, 'person:a', 'one')
    await vectors.rescope('person:a', 'person:b', ['two'])
    await table.confirm(batch!.collection.collection, batch!.vectors)
    expect(await table.pending()).toBe(2)
  })

  test('a vector that was taken and then deleted is taken out, whether it arrived or not', async () => {
    await put(vectors, 'person:a', 'one')
    const [batch] = await table.take(100)
    await vectors.delete(['one'])
    const { collection } = batch!.collection
    expect(await table.removals(10)).toEqual({ collection, item_ids: ['one'] })
    await table.removed(collection, ['one'], false)
    expect(await table.removals(10)).toBeUndefined()
  })

  test.each([
    ['blanked', true],
    ['only deleted', false],
  ])('a collection that vectors left, %s, is unclean until it is cleaned, over restarts too', async (_how, blanked) => {
    await put(vectors, 'person:a', 'one', 'two')
    await index(table)
    expect(await table.purge.isClean()).toBe(true)
    await vectors.delete(['one'])
    const { collection } = (await table.find('person:a'))!
    await table.removed(collection, ['one'], blanked)
    expect(await table.purge.unclean()).toBeUndefined()
    await vectors.requestPurge()
    restart()
    expect(await vectors.purgePending()).toBe(true)
    expect(await table.purge.unclean()).toEqual([{ collection, blanked }])
    // Bringing the files up to date is enough only where nothing was left in them.
    await table.purge.cleaned(collection)
    expect(await table.purge.isClean()).toBe(blanked)
    await table.purge.end()
    expect(await vectors.purgePending()).toBe(!blanked)
  })

  test('a collection is not clean while a vector waits to be taken out of it', async () => {
    await put(vectors, 'person:a', 'one', 'two', 'three')
    await index(table)
    await vectors.delete(['one'])
    const { collection } = (await table.find('person:a'))!
    await table.removed(collection, ['one'], true)
    await vectors.requestPurge()
    await vectors.delete(['two'])
    await table.purge.cleaned(collection)
    expect(await table.purge.isClean()).toBe(false)
    await table.removed(collection, ['two'], true)
    await table.purge.cleaned(collection)
    expect(await table.purge.isClean()).toBe(true)
  })

  test('a vector that comes back before it was taken out is not taken out afterwards', async () => {
    await put(vectors, 'person:a', 'one', 'two')
    await index(table)
    await vectors.delete(['one'])
    await put(vectors, 'person:a', 'one')
    await index(table)
    expect(await table.removals(10)).toBeUndefined()
  })

  test('a retired collection gives its vectors back and is forgotten once it is dropped', async () => {
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
    await put(vectors, 'person:a', 'one', 'two')
    await index(table)
    const before = await table.find('person:a')
    const move = await table.moves.whole(before!.collection)
    await table.moves.begin(move!)
    const later = opened.store.table()
    await later.retireLeftovers()
    expect(await later.find('person:a')).toEqual(before)
    expect(await later.pending()).toBe(0)
    expect((await later.collections()).map(each => each.state).sort()).toEqual(['live', 'retired'])
  })

  test('a finished move takes along what stayed the same and leaves the rest waiting', async () => {
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
    expect({ ...removals, item_ids: [...removals!.item_ids].sort() }).toEqual({
      collection: to,
      item_ids: ['changed', 'deleted', 'moved'],
    })
  })

  test('collections of another embedding model are retired when a model takes over', async () => {
    await put(vectors, 'person:a', 'one')
    await index(table)
    const other = opened.store.table('larger')
    expect(await other.find('person:a')).toBeUndefined()
    await other.retireLeftovers()
    expect(await other.collections()).toMatchObject([{ space: 'words', state: 'retired' }])
    expect(await table.pending()).toBe(1)
  })

  test('samples are spread from the oldest to the newest', async () => {
    const ids = Array.from({ length: 9 }, (_, n) => `m${String(n)}`)
    await put(vectors, 'person:a', ...ids)
    await index(table)
    const { collection } = (await table.find('person:a'))!
    expect((await table.samples(collection, 3)).map(each => each.item_id)).toEqual(['m0', 'm4', 'm8'])
    expect(await table.samples(collection + 1, 3)).toEqual([])
  })
})
