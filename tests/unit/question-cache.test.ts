/** Questions that are embedded once. */
import { expect, test } from '@jest/globals'
import { withQuestionCache } from '../../src/vectors/query-embedding-cache.ts'
import { WordEmbedder } from '../support/memory-words.ts'

const recall = { purpose: 'recall' } as const

test('a question is embedded once, however often it is asked', async () => {
  const embedder = new WordEmbedder()
  const cached = withQuestionCache(embedder)
  for (let n = 0; n < 3; n++) await cached.embed(['where is the cat'], recall)
  expect(embedder.calls).toHaveLength(1)
})

test('what a model gave before it changed the size of its vectors is forgotten', async () => {
  const embedder = new WordEmbedder('words', 64)
  const cached = withQuestionCache(embedder)
  await cached.embed(['where is the cat'], recall)
  embedder.length = 96
  await cached.embed(['the cat is on the mat'], { purpose: 'memory' })
  expect((await cached.embed(['where is the cat'], recall)).vectors[0]).toHaveLength(96)
  expect((await cached.embed(['where is the cat'], recall)).vectors[0]).toHaveLength(96)
  expect(embedder.calls).toHaveLength(3)
})
