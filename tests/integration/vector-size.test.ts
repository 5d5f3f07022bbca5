// An embedding model that gives vectors of another size under the same name.
import { expect, test } from '@jest/globals'
import { cleanUpAfterEach } from '../support/clean-up.ts'
import { KeptLog } from '../support/memory-kept-log.ts'
import { memoryOf, openRig } from '../support/memory-rig.ts'
import { WordEmbedder } from '../support/memory-words.ts'

const cleanUp = cleanUpAfterEach()
const QUESTION = 'what is the cat called'

/** A rig whose memories were embedded with vectors of `length` numbers. */
const filled = async (folder: string, length: number): Promise<void> => {
  const rig = await openRig(folder, { embedder: new WordEmbedder('words', length) })
  await rig.memory.start()
  for (const text of ['the cat is called Tom', 'the dog is called Rex', 'the cow is called Berta']) {
    await rig.memory.store(memoryOf('person:a', text))
  }
  await rig.memory.whenIdle()
  await rig[Symbol.asyncDispose]()
}

test.each([
  [64, 96],
  [96, 64],
  [64, 1],
])('from %s to %s numbers: a new memory has all embedded again, and recall works', async (before, after) => {
  const folder = await cleanUp.folder()
  await filled(folder, before)
  const log = new KeptLog()
  const rig = cleanUp.keep(await openRig(folder, { embedder: new WordEmbedder('words', after), logger: log }))
  await rig.memory.start()
  await rig.memory.store(memoryOf('person:a', 'the horse is called Max'))
  await rig.memory.whenIdle()
  await rig.source_vectors.syncNow()
  expect(await rig.memory.stats()).toMatchObject({ pending_embedding: 0, pending_index: 0 })
  expect(await rig.vectors.lengthOf('words')).toBe(after)
  expect(await rig.vectors.count('words')).toBe(4)
  const { memories } = await rig.recall('person:a', QUESTION, { purpose: 'recall' })
  expect(memories.length).toBeGreaterThan(0)
})

test('a question notices it too, with nothing new to embed', async () => {
  const folder = await cleanUp.folder()
  await filled(folder, 64)
  const rig = cleanUp.keep(await openRig(folder, { embedder: new WordEmbedder('words', 96) }))
  await rig.memory.start()
  await rig.memory.whenIdle()
  await rig.recall('person:a', QUESTION, { purpose: 'recall' }).catch(() => undefined)
  await rig.memory.whenIdle()
  expect(await rig.vectors.lengthOf('words')).toBe(96)
  const { memories } = await rig.recall('person:a', QUESTION, { purpose: 'recall' })
  expect(memories[0]?.memory.text).toBe('the cat is called Tom')
})

test.each([
  ['a new memory', 'the horse is called Max'],
  ['a question that was asked before', undefined],
])('a size that changes within a run is noticed by %s, and all is embedded again', async (_what, added) => {
  const embedder = new WordEmbedder('words', 64)
  const rig = cleanUp.keep(await openRig(await cleanUp.folder(), { embedder }))
  await rig.memory.start()
  await rig.memory.store(memoryOf('person:a', 'the cat is called Tom'))
  await rig.memory.whenIdle()
  const ask = async (): Promise<string | undefined> =>
    (await rig.recall('person:a', QUESTION, { purpose: 'recall' })).memories[0]?.memory.text
  await ask()
  embedder.length = 96
  if (added !== undefined) await rig.memory.store(memoryOf('person:a', added))
  await ask()
  await rig.memory.whenIdle()
  await rig.source_vectors.syncNow()
  expect(await rig.vectors.lengthOf('words')).toBe(96)
  expect(await ask()).toBe('the cat is called Tom')
})
