import { describe, expect, test } from '@jest/globals'
import { Database } from '../../src/database/sqlite/database.ts'
import { noVectorMaintenance } from '../../src/vectors/maintenance/no-vector-maintenance.ts'
import { createSqliteCollectionAllocator } from '../../src/vectors/sqlite/sqlite-collection-allocator.ts'
import { StoredVectorMaintenance } from '../../src/vectors/maintenance/stored-vector-maintenance.ts'
import type { VectorMaintenance, VerifiablePart } from '../../src/vectors/maintenance/vector-maintenance.ts'
import { createMemoryEmbeddingSource } from '../../src/memory/memory-embedding-source.ts'
import { createMessageSource } from '../../src/vectors/message-embedding-source.ts'
import { messageSpace } from '../../src/vectors/embedding-spaces.ts'
import { messageMigrations } from '../../src/messages/sqlite/message-migrations.ts'
import { createSqliteMessageStore } from '../../src/messages/sqlite/sqlite-message-store.ts'
import { createSqliteChangeLog } from '../../src/messages/sqlite/sqlite-change-log.ts'
import { createSqliteMessageContext } from '../../src/messages/sqlite/sqlite-message-context.ts'
import { ExactVectorIndex } from '../support/memory-exact-index.ts'
import { exactRig } from '../support/memory-exact-rig.ts'
import { memoryOf, wordCounter } from '../support/memory-rig.ts'
import { wordVector } from '../support/memory-words.ts'

const signal = new AbortController().signal
const RUN = { every_vector: true, repair: false, signal, progress: () => undefined }

const rigOf = (others: readonly VerifiablePart[] = []) => {
  const rig = exactRig(['person:a', 'person:b'])
  const { vectors, vector_database, embedder, memories, clock, ids } = rig
  const database = new Database(':memory:', messageMigrations)
  const space = messageSpace(embedder.space)
  const index = new ExactVectorIndex(space, vectors, async () => ['person:a'])
  const tableOf = (of: string) => createSqliteCollectionAllocator(vector_database, { space: of })
  const table = tableOf(embedder.space)
  const upkeep = new StoredVectorMaintenance({
    memories: {
      source: createMemoryEmbeddingSource(memories),
      space: embedder.space,
      index: rig.index,
      embeds: true,
      table,
      syncNow: () => rig.source_vectors.syncNow(),
    },
    messages: {
      source: createMessageSource({
        context: createSqliteMessageContext(database),
        changeLog: createSqliteChangeLog(database),
        tokens: wordCounter,
        clock,
      }),
      space,
      index,
      embeds: false,
      table: tableOf(space),
      syncNow: () => index.catchUp(),
      pending: async () => 0,
    },
    memorySessions: memories,
    history: createSqliteMessageStore(database).history,
    vectors,
    embedder,
    others,
    ids,
    previous_space: 'before',
    min_similarity: 0.3,
  })
  return { ...rig, upkeep, table }
}

describe.each<[string, () => VectorMaintenance]>([
  ['over vectors and their index', () => rigOf().upkeep],
  ['switched off', () => noVectorMaintenance],
])('upkeep of the vectors %s', (_name, make) => {
  test('where there are no vectors it counts none, and has nothing to warn of', async () => {
    expect(await make().stats()).toEqual({ message_vectors: 0, pending_messages: 0, rebuild_left: 0, spaces: [] })
    expect(await make().thresholdWarning()).toBeUndefined()
  })
})

describe('upkeep of the vectors switched off', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['rebuilding', () => noVectorMaintenance.rebuild({})],
    ['verifying', () => noVectorMaintenance.verify(RUN)],
    ['calibrating', () => noVectorMaintenance.calibrate({ most_embeddings: 0, signal })],
    ['pruning', () => noVectorMaintenance.pruneSpaces(signal)],
  ])('%s is refused, and says why', async (_act, act) => {
    await expect(act()).rejects.toMatchObject({ code: 'disabled', message: 'long-term memory is switched off' })
  })
})

describe('upkeep of the vectors over vectors and their index', () => {
  test('where there are no vectors everything is in order, and there is nothing to do', async () => {
    const { upkeep } = rigOf()
    expect(await upkeep.verify(RUN)).toEqual({ looked_at: 0, findings: [], in_order: true })
    expect(await upkeep.rebuild({})).toEqual({ vectors: 0 })
    expect(await upkeep.pruneSpaces(signal)).toEqual([])
    expect(await upkeep.calibrate({ most_embeddings: 0, signal })).toMatchObject({ suggested: undefined, embedded: 0 })
  })

  test('the threshold is compared anew only when the vectors have changed', async () => {
    const { upkeep, vectors, table } = rigOf()
    let comparisons = 0
    const vectorsOf = table.vectorsOf.bind(table)
    table.vectorsOf = async (scope, limit) => {
      comparisons++
      return await vectorsOf(scope, limit)
    }
    const put = async (from: number, count: number): Promise<void> => {
      await vectors.put(
        'words',
        Array.from({ length: count }, (_, n) => ({
          item_id: `item-${String(from + n)}`,
          scope: 'person:a' as const,
          vector: wordVector(`word${String(from + n)}`),
        })),
      )
    }
    await put(0, 100)
    await upkeep.thresholdWarning()
    const once = comparisons
    for (let look = 0; look < 10; look++) await upkeep.thresholdWarning()
    expect(comparisons).toBe(once)
    await put(100, 100)
    await upkeep.thresholdWarning()
    expect(comparisons).toBeGreaterThanOrEqual(once)
  })

  test('what disagrees is told of without a change to it, and mended when that is asked for', async () => {
    const { upkeep, memory, memories, vectors } = rigOf()
    const [one, two] = [memoryOf('person:a', 'the cat is called Tom'), memoryOf('person:a', 'the dog is called Rex')]
    await memory.start()
    for (const each of [one, two]) await memory.store(each)
    await memory.whenIdle()
    expect(await upkeep.verify(RUN)).toMatchObject({ findings: [], in_order: true })
    const strays = ['stray', 'message:stray']
    // Nobody follows who could mend it by themselves.
    await memory[Symbol.asyncDispose]()
    await vectors.put(
      'words',
      strays.map(item_id => ({ item_id, scope: 'person:a', vector: wordVector('nothing') })),
    )
    await vectors.rescope('person:a', 'person:b', [two.memory_id])
    const told = {
      looked_at: expect.any(Number),
      in_order: false,
      findings: expect.arrayContaining([
        { part: 'memories', what: 'foreign', count: 1 },
        { part: 'memories', what: 'misplaced', count: 1 },
        { part: 'messages', what: 'foreign', count: 1 },
      ]),
    }
    expect(await upkeep.verify(RUN)).toEqual(told)
    expect(await upkeep.verify(RUN)).toEqual(told)
    await upkeep.verify({ ...RUN, repair: true })
    expect(await vectors.scopesOf('words', [one.memory_id, two.memory_id, ...strays])).toEqual(
      new Map([
        [one.memory_id, 'person:a'],
        [two.memory_id, 'person:a'],
      ]),
    )
    expect(await memories.counts()).toEqual({ memories: 2, scopes: 1 })
  })

  test('what else is derived is compared too, and speaks for itself', async () => {
    const repaired: boolean[] = []
    const finding = { part: 'full-text index', what: 'missing', count: 3 } as const
    const other: VerifiablePart = {
      name: 'full-text index',
      verify: async ({ repair }) => {
        repaired.push(repair)
        return { looked_at: 7, findings: repaired.includes(true) && !repair ? [] : [finding] }
      },
    }
    const { upkeep } = rigOf([other])
    expect(await upkeep.verify(RUN)).toEqual({ looked_at: 7, findings: [finding], in_order: false })
    expect(await upkeep.verify({ ...RUN, repair: true })).toEqual({ looked_at: 7, findings: [finding], in_order: true })
  })

  test('vectors of models that are not in use go, those of the present one and of the one before stay', async () => {
    const { upkeep, vectors, memories } = rigOf()
    const { memory_id } = (await memories.add(memoryOf('person:a', 'the cat is called Tom'))).memory
    for (const model of ['words', 'before', 'old']) {
      await vectors.put(model, [{ item_id: memory_id, scope: 'person:a', vector: wordVector('x') }])
      await vectors.put(messageSpace(model), [{ item_id: 'message:1', scope: 'person:a', vector: wordVector('x') }])
    }
    const use = async (): Promise<ReadonlyMap<string, string>> =>
      new Map((await upkeep.stats()).spaces.map(each => [each.space, each.use]))
    const used = [
      ['words', 'present'],
      [messageSpace('words'), 'present'],
      ['before', 'former'],
      [messageSpace('before'), 'former'],
    ] as const
    expect(await use()).toEqual(new Map([...used, ['old', 'unused'], [messageSpace('old'), 'unused']]))
    expect((await upkeep.pruneSpaces(signal)).map(each => each.space).sort()).toEqual(['old', messageSpace('old')])
    expect(await use()).toEqual(new Map(used))
    expect(await upkeep.pruneSpaces(signal)).toEqual([])
  })

  test('a comparison that was called off ends, and finds nothing', async () => {
    const { upkeep } = rigOf()
    await expect(upkeep.verify({ ...RUN, signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
  })
})
