// How far a question reaches: never into what others said, unless it is said that it may.
import { expect, test } from '@jest/globals'
import { Database } from '../../src/database/sqlite/database.ts'
import { ownSearchScope } from '../../src/retrieval/scope-policy.ts'
import { memoryMigrations } from '../../src/memory/sqlite/memory-migrations.ts'
import { vectorMigrations } from '../../src/vectors/sqlite/vector-migrations.ts'
import { createSqliteMemoryStore } from '../../src/memory/sqlite/sqlite-memory-store.ts'
import { createSqliteVectorStore } from '../../src/vectors/sqlite/sqlite-vector-store.ts'
import type { SearchScope, Scope } from '../../src/messages/scope.ts'
import { DenidinError } from '../../src/platform/errors.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { ExactVectorIndex } from '../support/memory-exact-index.ts'
import { KeptLog } from '../support/memory-kept-log.ts'
import { recallOver } from '../support/memory-recall.ts'
import { memoryOf, memoryOver, recallSettings } from '../support/memory-rig.ts'
import { WordEmbedder } from '../support/memory-words.ts'

const ANA: Scope = 'person:ana'
const BEN: Scope = 'person:ben'
const GROUP: Scope = 'chat:1@g.us'
const QUESTION = 'what is the cat called'
const catOf = (owner: string): string => `the cat of ${owner} is called Tom`

const rigOf = async () => {
  const embedder = new WordEmbedder()
  const memories = createSqliteMemoryStore(new Database(':memory:', memoryMigrations))
  const vectors = createSqliteVectorStore(new Database(':memory:', vectorMigrations))
  const index = new ExactVectorIndex(embedder.space, vectors, async () => [ANA, BEN, GROUP])
  const { memory } = memoryOver({
    settings: recallSettings,
    memories,
    vectors,
    index,
    embedder,
    clock: new FakeClock(),
    logger: new KeptLog(),
    ids: { uuid: () => 'id', fraction: () => 0.5 },
  })
  const recall = recallOver(memory, memories)
  await memory.start()
  await memory.store(memoryOf(ANA, catOf('ana'), { person_ids: ['ana'] }))
  await memory.store(memoryOf(BEN, catOf('ben'), { person_ids: ['ben'] }))
  await memory.store(memoryOf(GROUP, catOf('ana in the group'), { person_ids: ['ana'] }))
  await memory.store(memoryOf(GROUP, catOf('ben in the group'), { person_ids: ['ben'] }))
  await memory.store(memoryOf(GROUP, catOf('both in the group'), { person_ids: ['ana', 'ben'] }))
  await memory.whenIdle()
  const owners = async (reach: Scope | SearchScope): Promise<string[]> =>
    (await recall(reach, QUESTION, { purpose: 'reply' })).memories
      .map(each => /of (.*) is/.exec(each.memory.text)?.[1] ?? '')
      .sort()
  return { memory, memories, vectors, index, owners }
}

test.each<[string, Scope | SearchScope, readonly string[]]>([
  ['a scope alone', ANA, ['ana']],
  ['a person in private', ownSearchScope(ANA), ['ana', 'ana in the group']],
  ['another person in private', ownSearchScope(BEN), ['ben', 'ben in the group']],
  ['somebody without memories', ownSearchScope('person:nobody'), []],
  ['a group', ownSearchScope(GROUP), ['ana in the group', 'ben in the group', 'both in the group']],
  ['the godfather, where he may', { scope: 'person:g', extra_scopes: [ANA, BEN] }, ['ana', 'ben']],
  [
    'what others said, though one’s own is in it',
    { ...ownSearchScope(ANA), extra_scopes: [GROUP] },
    ['ana', 'ana in the group', 'ben in the group', 'both in the group'],
  ],
])('%s finds what it may', async (_, reach, expected) => {
  const { owners } = await rigOf()
  expect(await owners(reach)).toEqual(expected)
})

test('what lies further away cannot break the answer from one’s own memory', async () => {
  const { owners, index } = await rigOf()
  const query = index.query.bind(index)
  index.query = async (scope, ...rest) => {
    if (scope !== ANA) throw new DenidinError('unavailable', 'that part is damaged')
    return await query(scope, ...rest)
  }
  expect(await owners(ownSearchScope(ANA))).toEqual(['ana'])
})

test('a memory that is dropped leaves vectors and index at once', async () => {
  const { memory, memories, vectors, owners } = await rigOf()
  const [gone] = await memories.list(ANA, { limit: 1 })
  const id = gone?.memory_id ?? ''
  await memories.remove(ANA, [id])
  expect(await memory.deleteVectors([id])).toEqual({ vectors: 0, index: 0 })
  expect(await memory.deleteVectors([id])).toEqual({ vectors: 0, index: 0 })
  expect(await vectors.countOfScope(ANA)).toBe(0)
  expect(await owners(ANA)).toEqual([])
})

test('an index that cannot be asked lets go later', async () => {
  const { memory, memories, index } = await rigOf()
  const [gone] = await memories.list(ANA, { limit: 1 })
  await memories.remove(ANA, [gone?.memory_id ?? ''])
  index.catchUp = () => Promise.reject(new DenidinError('unavailable', 'the server is down'))
  expect(await memory.deleteVectors([gone?.memory_id ?? ''])).toEqual({ vectors: 0, index: undefined })
})
