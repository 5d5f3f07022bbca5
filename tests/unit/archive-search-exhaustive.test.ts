import { expect, test } from '@jest/globals'
import { compareWithExhaustive } from '../bench/search/exhaustive.ts'
import { archiveCorpus } from '../support/archive-corpus.ts'
import { ArchiveRig } from '../support/archive-rig.ts'
import { randomNumbers } from '../support/random-numbers.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const MESSAGES = 2000
/** Makes parts of several sizes, of which some are merged. */
const BATCHES = [1000, 400, 300, 100, 80, 60, 30, 20, 8, 2]

test('finds and counts what looking at every message does, for every kind of query', async () => {
  await using folder = await temporaryFolder()
  await using rig = new ArchiveRig(folder.path)
  const corpus = archiveCorpus(MESSAGES)
  const messages = [...corpus.messages()]
  for (const size of BATCHES) await rig.add(messages.splice(0, size))
  const { overlap, questions, miscounted } = await compareWithExhaustive(rig, corpus, randomNumbers(5))
  expect(questions).toBeGreaterThan(30)
  expect(miscounted).toEqual([])
  expect(overlap).toBe(1)
})
