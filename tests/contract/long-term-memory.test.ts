import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { LongTermMemory } from '../../src/memory/long-term-memory.ts'
import { NO_FACTS } from '../../src/memory/fact-search.ts'
import { createNoLongTermMemory } from '../../src/memory/no-long-term-memory.ts'
import type { Scope } from '../../src/messages/scope.ts'
import { gathered } from '../support/gathered.ts'
import { exactRig } from '../support/memory-exact-rig.ts'
import { recallOver } from '../support/memory-recall.ts'
import { memoryOf } from '../support/memory-rig.ts'
import { hostileScopes } from '../support/memory-scopes.ts'

const TOM = 'the cat is called Tom'
const QUESTION = 'what is the cat called'
const CALL = { purpose: 'recall' } as const

const entry = (scope: Scope) => ({ scope, only: undefined })

/** Long-term memory with the store that it keeps its memories in, and the search over it. */
type Subject = Pick<ReturnType<typeof exactRig>, 'memories' | 'recall'> & { readonly memory: LongTermMemory }

describe.each<[string, () => Subject]>([
  ['over an index', () => exactRig(hostileScopes)],
  [
    'switched off',
    () => {
      const { memories } = exactRig([])
      const memory = createNoLongTermMemory(memories)
      return { memories, memory, recall: recallOver(memory, memories) }
    },
  ],
])('long-term memory %s', (_name, make) => {
  let memory: Subject['memory']
  let memories: Subject['memories']
  let recall: Subject['recall']

  const listed = async (scope: Scope | 'all', page: { limit: number; before?: string } = { limit: 100 }) =>
    (await memory.list(scope, page)).map(each => each.memory_id)

  beforeEach(async () => {
    ;({ memory, memories, recall } = make())
    await memory.start()
  })

  afterEach(async () => {
    await memory[Symbol.asyncDispose]()
  })

  test('where nothing is remembered nothing is found, and that is not a failure', async () => {
    expect(await recall('person:a', QUESTION, CALL)).toEqual({ memories: [] })
    expect(await memory.findFacts([entry('person:a')], QUESTION, CALL)).toEqual(NO_FACTS)
    expect(await listed('all')).toEqual([])
    expect(await memory.stats()).toMatchObject({ memories: 0, scopes: 0, pending_embedding: 0, pending_index: 0 })
  })

  test('what there is is listed by its scope, newest first, in pages, and counted', async () => {
    const ids: string[] = []
    for (const scope of ['person:a', 'person:b', 'person:a'] as const) {
      const each = memoryOf(scope, TOM)
      await memories.add(each)
      ids.unshift(each.memory_id)
    }
    expect(await listed('all')).toEqual(ids)
    expect(await listed('all', { limit: 2 })).toEqual(ids.slice(0, 2))
    expect(await listed('all', { limit: 2, before: ids[1]! })).toEqual(ids.slice(2))
    expect(await listed('person:a')).toEqual([ids[0], ids[2]])
    expect(await listed('person:nobody')).toEqual([])
    expect(await memory.stats()).toMatchObject({ memories: 3, scopes: 2 })
  })

  test('a list of one scope holds nothing of another, however scopes are spelt', async () => {
    const owned = new Map<Scope, string>()
    for (const scope of hostileScopes) {
      const each = memoryOf(scope, TOM)
      await memories.add(each)
      owned.set(scope, each.memory_id)
    }
    for (const [scope, memory_id] of owned) expect(await listed(scope)).toEqual([memory_id])
  })

  test('what a session gave is forgotten, as often as it is said, and nothing else is', async () => {
    const [mine, other] = [memoryOf('person:a', TOM, { session_id: 's1' }), memoryOf('person:a', TOM)]
    await memories.add(mine)
    await memories.add(other)
    await memory.forget('s1')
    await memory.forget('s1')
    await memory.forget('unknown')
    expect(await listed('person:a')).toEqual([other.memory_id])
    await memory.whenIdle()
    expect((await recall('person:a', TOM, CALL)).memories.map(each => each.memory.memory_id)).not.toContain(
      mine.memory_id,
    )
  })

  test('of memories that have left the store no vector is kept', async () => {
    const each = memoryOf('person:a', TOM)
    await memory.store(each)
    await memory.whenIdle()
    await memories.remove('person:a', [each.memory_id])
    expect((await memory.deleteVectors([each.memory_id, 'unknown'])).vectors).toBe(0)
    expect(await memory.deleteVectors([])).toMatchObject({ vectors: 0 })
    expect(await recall('person:a', TOM, CALL)).toEqual({ memories: [] })
  })

  test('its vectors go with their person, and it hands over nothing that the memories do not', async () => {
    await memory.store(memoryOf('person:a', TOM))
    await memory.whenIdle()
    expect(memory.personal.name).toBe('vectors')
    expect(await gathered(memory.personal.export('a'))).toEqual([])
    await memory.personal.reassign('a', 'b')
    await memory.personal.reassign('a', 'b')
    expect(await memory.personal.count('a')).toBe(0)
    await memory.personal.erase('b')
    expect(await memory.personal.count('b')).toBe(0)
    expect(await memory.personal.erase('b')).toBe(0)
  })

  test('it comes to rest, and may be stopped more than once', async () => {
    await memory.store(memoryOf('person:a', TOM))
    await memory.whenIdle()
    await memory[Symbol.asyncDispose]()
  })
})

describe('long-term memory switched off', () => {
  const rigOf = () => {
    const rig = exactRig(['person:a'])
    return { ...rig, off: createNoLongTermMemory(rig.memories) }
  }

  test('nothing is recalled and nothing stored, though there is something, and nobody is asked', async () => {
    const { memory, off, embedder, index, memories } = rigOf()
    await memory.start()
    await memory.store(memoryOf('person:a', TOM))
    await memory.whenIdle()
    const texts = [...embedder.texts]
    const dropped = memoryOf('person:a', 'the dog is called Rex')
    expect(await off.findFacts([entry('person:a'), entry('person:b')], QUESTION, CALL)).toEqual(NO_FACTS)
    expect(await off.store(dropped)).toEqual({ added: false, memory: dropped })
    expect(await memories.get('person:a', [dropped.memory_id])).toEqual([])
    expect(await off.stats()).toMatchObject({ enabled: false, memories: 1 })
    expect(embedder.texts).toEqual(texts)
    expect(index.queries).toBe(0)
  })

  test('what was remembered before is back when it is switched on again', async () => {
    const { memory, off, recalled } = rigOf()
    await memory.start()
    await memory.store(memoryOf('person:a', TOM))
    await memory.whenIdle()
    await off.start()
    await off[Symbol.asyncDispose]()
    expect(await recalled('person:a', QUESTION)).toEqual([TOM])
  })

  test('it says that it is off, and is not ill', async () => {
    const { off } = rigOf()
    expect(await off.health()).toMatchObject({ state: 'off' })
    expect((await off.stats()).index).toMatchObject({ state: 'off' })
  })

  test('of memories to let go of it has the vectors of an earlier run deleted', async () => {
    const { off } = rigOf()
    expect(await off.deleteVectors(['m1'])).toEqual({ vectors: 0, index: 0 })
    expect(await off.deleteVectors([])).toEqual({ vectors: 0, index: 0 })
  })
})
