import { expect, test } from '@jest/globals'
import { compareWithExhaustive } from '../bench/search/exhaustive.ts'
import { queriesOf } from '../bench/search/queries.ts'
import { archiveCorpus } from '../support/archive-corpus.ts'
import { ArchiveRig } from '../support/archive-rig.ts'
import { randomNumbers } from '../support/random-numbers.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const MESSAGES = 6000
/** Makes parts of several sizes, of which some are merged. */
const BATCHES = [3000, 1500, 700, 400, 200, 100, 50, 30, 12, 8]

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

test('every kind of question of the benchmark finds something', async () => {
  await using folder = await temporaryFolder()
  await using rig = new ArchiveRig(folder.path)
  const corpus = archiveCorpus(MESSAGES)
  await rig.add(corpus.messages())
  const empty: string[] = []
  for (const [kind, questions] of queriesOf(corpus, randomNumbers(7), 12)) {
    const answers = await Promise.all(questions.map(each => rig.ask(each.query, each)))
    if (answers.every(({ messages }) => messages.length === 0)) empty.push(kind)
  }
  expect(empty).toEqual([])
})
