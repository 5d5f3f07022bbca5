import { expect, test } from '@jest/globals'
import { join } from 'node:path'
import { Database } from '../../src/database/sqlite/database.ts'
import { vectorMigrations } from '../../src/vectors/sqlite/vector-migrations.ts'
import { createSqliteVectorStore } from '../../src/vectors/sqlite/sqlite-vector-store.ts'
import type { StoredVector, VectorStore } from '../../src/vectors/vector-store.ts'
import type { Scope } from '../../src/messages/scope.ts'
import { hostileScopes } from '../support/memory-scopes.ts'
import { wordVector } from '../support/memory-words.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const stores: Record<string, () => VectorStore> = {
  sqlite: () => createSqliteVectorStore(new Database(':memory:', vectorMigrations)),
}

const vectorOf = (item_id: string, scope: Scope, text = item_id): StoredVector => ({
  item_id,
  scope,
  vector: wordVector(text),
})

const all = async (store: VectorStore, space: string, scope: Scope, batch = 2): Promise<StoredVector[]> => {
  const found: StoredVector[] = []
  for await (const part of store.ofScope(space, scope, batch)) {
    expect(part.length).toBeLessThanOrEqual(batch)
    found.push(...part)
  }
  return found
}

for (const [name, open] of Object.entries(stores)) {
  test(`${name}: vectors come back number for number, in batches`, async () => {
    const store = open()
    const vectors = ['one', 'two', 'three', 'four', 'five'].map(id => vectorOf(id, 'person:a'))
    await store.put('space', vectors)
    expect(await all(store, 'space', 'person:a')).toEqual(vectors)
    expect(await store.count('space')).toBe(5)
  })

  test(`${name}: a vector that is put again replaces the one before`, async () => {
    const store = open()
    await store.put('space', [vectorOf('one', 'person:a', 'before')])
    await store.put('space', [vectorOf('one', 'person:a', 'after')])
    expect(await all(store, 'space', 'person:a')).toEqual([vectorOf('one', 'person:a', 'after')])
  })

  test(`${name}: vectors of different embedding models are kept apart`, async () => {
    const store = open()
    await store.put('small', [vectorOf('one', 'person:a')])
    await store.put('large', [{ ...vectorOf('two', 'person:a'), vector: new Float32Array([1, 0, 0]) }])
    expect(await store.scopesOf('small', ['one', 'two'])).toEqual(new Map([['one', 'person:a']]))
    expect(await all(store, 'large', 'person:a')).toHaveLength(1)
  })

  test(`${name}: a vector of another length than its space has is refused, and nothing of that call is kept`, async () => {
    const store = open()
    await store.put('space', [vectorOf('one', 'person:a')])
    const odd = { ...vectorOf('three', 'person:a'), vector: new Float32Array([1, 0]) }
    await expect(store.put('space', [vectorOf('two', 'person:a'), odd])).rejects.toMatchObject({
      code: 'invalid_input',
    })
    expect(await store.count('space')).toBe(1)
    await expect(store.put('new', [{ ...odd, vector: new Float32Array() }])).rejects.toMatchObject({
      code: 'invalid_input',
    })
  })

  test(`${name}: scopes are told apart, however they are spelt`, async () => {
    const store = open()
    await store.put(
      'space',
      hostileScopes.map((scope, n) => vectorOf(`m${String(n)}`, scope)),
    )
    for (const [n, scope] of hostileScopes.entries()) {
      expect((await all(store, 'space', scope)).map(each => each.item_id)).toEqual([`m${String(n)}`])
    }
  })

  test(`${name}: vectors move to another scope, all of them or some`, async () => {
    const store = open()
    await store.put('space', [vectorOf('one', 'person:a'), vectorOf('two', 'person:a'), vectorOf('three', 'person:b')])
    await store.rescope('person:a', 'person:b', ['one', 'three'])
    expect(await store.countOfScope('person:b')).toBe(2)
    await store.rescope('person:a', 'person:b')
    expect(await store.countOfScope('person:a')).toBe(0)
    expect(await store.countOfScope('person:b')).toBe(3)
  })

  test(`${name}: of a scope, all vectors but some are counted and deleted`, async () => {
    const store = open()
    await store.put('space', [vectorOf('one', 'person:a'), vectorOf('two', 'person:a'), vectorOf('three', 'person:b')])
    expect(await store.countOfScope('person:a', ['two', 'three'])).toBe(1)
    expect(await store.deleteScope('person:a', ['two'])).toBe(1)
    expect(await store.idsOf('', { limit: 10 })).toEqual(['three', 'two'])
    expect(await store.deleteScope('person:a')).toBe(1)
    expect(await store.idsOf('', { limit: 10 })).toEqual(['three'])
  })

  test(`${name}: what is deleted is gone from every space`, async () => {
    const store = open()
    await store.put('small', [vectorOf('one', 'person:a'), vectorOf('two', 'person:a')])
    await store.put('large', [vectorOf('one', 'person:a')])
    await store.delete(['one', 'unknown'])
    expect(await store.idsOf('', { limit: 10 })).toEqual(['two'])
    expect(await store.count('large')).toBe(0)
  })

  test(`${name}: the ids of all memories are paged in their order`, async () => {
    const store = open()
    await store.put(
      'small',
      ['c', 'a', 'b'].map(id => vectorOf(id, 'person:a')),
    )
    await store.put('large', [vectorOf('a', 'person:a')])
    expect(await store.idsOf('', { limit: 2 })).toEqual(['a', 'b'])
    expect(await store.idsOf('', { limit: 2, after: 'b' })).toEqual(['c'])
  })

  test(`${name}: spaces tell what they hold, and one that is dropped leaves the others as they are`, async () => {
    const store = open()
    const many = Array.from({ length: 600 }, (_, n) => vectorOf(`m${String(n)}`, 'person:a'))
    await store.put('before', many)
    await store.put('now', [vectorOf('m1', 'person:a'), vectorOf('m2', 'person:b')])
    await store.setMark('before', '17')
    expect(await store.spaces()).toEqual([
      { space: 'now', vectors: 2 },
      { space: 'before', vectors: 600 },
    ])
    expect(await store.countIn('now', 'person:a')).toBe(1)
    expect(await store.holds('now', 'person:c')).toBe(false)
    while (!(await store.dropSpace('before')));
    expect(await store.spaces()).toEqual([{ space: 'now', vectors: 2 }])
    expect(await store.mark('before')).toBeUndefined()
    expect(await store.holds('before')).toBe(false)
    expect(await store.dropSpace('unknown')).toBe(true)
  })

  test(`${name}: the ids of memories and those of messages are told apart, wherever they sort`, async () => {
    const store = open()
    const ids = ['message:2', 'a', 'message', 'message;', 'z', 'message:1', 'message:', 'mess']
    await store.put(
      'space',
      ids.map(id => vectorOf(id, 'person:a')),
    )
    const paged = async (prefix: string): Promise<string[]> => {
      const all: string[] = []
      for (let after: string | undefined; ;) {
        const page = await store.idsOf(prefix, { limit: 2, ...(after === undefined ? {} : { after }) })
        all.push(...page)
        after = page.at(-1)
        if (after === undefined) return all
      }
    }
    expect(await paged('message:')).toEqual(['message:', 'message:1', 'message:2'])
    expect(await paged('')).toEqual(['a', 'mess', 'message', 'message;', 'z'])
  })

  test(`${name}: a mark is kept until it is set anew or taken away`, async () => {
    const store = open()
    expect(await store.mark('space')).toBeUndefined()
    await store.setMark('space', '1')
    await store.setMark('space', '2')
    expect(await store.mark('space')).toBe('2')
    await store.setMark('space', undefined)
    expect(await store.mark('space')).toBeUndefined()
  })
}

test('vectors of an older file are kept, and what had to leave the index still has to', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'vectors.db')
  {
    using old = new Database(path, vectorMigrations.slice(0, 2))
    old.run(`insert into vectors (space, memory_id, scope) values ('space', 'one', 'person:a')`)
    old.run('insert into embeddings (seq, vector) values (1, :vector)', {
      vector: new Uint8Array(wordVector('one').buffer),
    })
    old.run(`insert into collections (space, state, alone) values ('space', 'live', 0)`)
    old.run(`insert into removals (collection, memory_id) values (1, 'gone')`)
  }
  using database = new Database(path, vectorMigrations)
  expect(await all(createSqliteVectorStore(database), 'space', 'person:a')).toEqual([vectorOf('one', 'person:a')])
  expect(database.all('select collection, item_id from removals')).toEqual([{ collection: 1, item_id: 'gone' }])
})
