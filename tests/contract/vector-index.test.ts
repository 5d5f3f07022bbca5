import { expect, test } from '@jest/globals'
import type { VectorIndex } from '../../src/vectors/vector-index.ts'
import type { VectorStore } from '../../src/vectors/vector-store.ts'
import type { Scope } from '../../src/messages/scope.ts'
import { ExactVectorIndex } from '../support/memory-exact-index.ts'
import { openRig } from '../support/memory-rig.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { hostileScopes } from '../support/memory-scopes.ts'
import { wordVector } from '../support/memory-words.ts'

interface Subject extends AsyncDisposable {
  readonly index: VectorIndex
  readonly vectors: VectorStore
}

const KNOWN_SCOPES: readonly Scope[] = [...hostileScopes, 'person:b', 'person:c']

const openChroma = async (): Promise<Subject> => {
  const folder = await temporaryFolder()
  const rig = await openRig(folder.path)
  return {
    index: rig.index,
    vectors: rig.vectors,
    [Symbol.asyncDispose]: async () => {
      await rig[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}

const openExact = async (): Promise<Subject> => {
  const folder = await temporaryFolder()
  const rig = await openRig(folder.path)
  return {
    index: new ExactVectorIndex('words', rig.vectors, async () => KNOWN_SCOPES),
    vectors: rig.vectors,
    [Symbol.asyncDispose]: async () => {
      await rig[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}

const subjects = { chroma: openChroma, 'exact (test double)': openExact }

const put = async (vectors: VectorStore, scope: Scope, texts: Record<string, string>): Promise<void> =>
  await vectors.put(
    'words',
    Object.entries(texts).map(([item_id, text]) => ({ item_id, scope, vector: wordVector(text) })),
  )

const idsOf = async (index: VectorIndex, scope: Scope, text: string, limit = 10): Promise<string[]> =>
  (await index.query(scope, wordVector(text), limit)).map(each => each.item_id)

for (const [name, open] of Object.entries(subjects)) {
  test(`${name}: the nearest come first, with their cosine, and no more than asked for`, async () => {
    await using subject = await open()
    await put(subject.vectors, 'person:a', {
      same: 'a cat called Tom',
      near: 'a cat called Kitty',
      far: 'gardening is expensive',
    })
    await subject.index.catchUp()
    const found = await subject.index.query('person:a', wordVector('a cat called Tom'), 2)
    expect(found.map(each => each.item_id)).toEqual(['same', 'near'])
    expect(found[0]!.similarity).toBeCloseTo(1, 4)
    expect(found[1]!.similarity).toBeLessThan(0.95)
  })

  test(`${name}: every scope finds its own and nobody else's, however it is spelt`, async () => {
    await using subject = await open()
    for (const [n, scope] of hostileScopes.entries())
      await put(subject.vectors, scope, { [`m${String(n)}`]: 'a secret' })
    await subject.index.catchUp()
    for (const [n, scope] of hostileScopes.entries()) {
      expect(await idsOf(subject.index, scope, 'a secret', 100)).toEqual([`m${String(n)}`])
    }
    expect(await idsOf(subject.index, 'person:nobody', 'a secret', 100)).toEqual([])
  })

  test(`${name}: what leaves the vector store leaves the index, what changes its scope follows`, async () => {
    await using subject = await open()
    const { index, vectors } = subject
    await put(vectors, 'person:a', { one: 'red apples', two: 'green pears', three: 'blue plums' })
    await put(vectors, 'person:b', { four: 'red cherries' })
    await index.catchUp()
    await vectors.delete(['one'])
    await vectors.rescope('person:b', 'person:c')
    await vectors.rescope('person:a', 'person:b', ['two'])
    expect(await index.pending()).toBeGreaterThan(0)
    await index.catchUp()
    expect(await index.pending()).toBe(0)
    expect(await idsOf(index, 'person:a', 'red')).toEqual(['three'])
    expect(await idsOf(index, 'person:b', 'red')).toEqual(['two'])
    expect(await idsOf(index, 'person:c', 'red')).toEqual(['four'])
  })

  test(`${name}: a vector that is put again is found where it is now`, async () => {
    await using subject = await open()
    await put(subject.vectors, 'person:a', { one: 'red apples', two: 'green pears' })
    await subject.index.catchUp()
    await put(subject.vectors, 'person:a', { one: 'green pears', two: 'red apples' })
    await subject.index.catchUp()
    expect(await idsOf(subject.index, 'person:a', 'red apples', 1)).toEqual(['two'])
    expect(await idsOf(subject.index, 'person:a', 'red apples')).toHaveLength(2)
  })

  test(`${name}: a rebuild changes nothing for those who ask`, async () => {
    await using subject = await open()
    await put(subject.vectors, 'person:a', { one: 'red apples', two: 'green pears' })
    await put(subject.vectors, 'person:b', { three: 'red apples' })
    await subject.index.catchUp()
    await subject.index.rebuild()
    expect(await idsOf(subject.index, 'person:a', 'red apples')).toEqual(['one', 'two'])
    expect(await idsOf(subject.index, 'person:b', 'red apples')).toEqual(['three'])
    expect(await subject.index.health()).toMatchObject({ state: 'ok' })
  })
}
