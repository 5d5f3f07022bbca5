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
