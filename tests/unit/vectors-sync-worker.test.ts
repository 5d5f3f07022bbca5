// The worker that brings vectors and index into step.
import { expect, test } from '@jest/globals'
import { createMemoryEmbeddingSource } from '../../src/memory/memory-embedding-source.ts'
import { Embedding } from '../../src/vectors/embedding.ts'
import type { EmbeddingSource } from '../../src/vectors/embedding-source.ts'
import { SyncWorker } from '../../src/vectors/sync-worker.ts'
import { exactRig } from '../support/memory-exact-rig.ts'
import { wordCounter } from '../support/memory-rig.ts'
import { testSetAside } from '../support/test-set-aside.ts'

test('a round that was only asked for when the process ends leaves no timer', async () => {
  const { clock, ids, log, embedder, memories, vectors, index } = exactRig([])
  const source: EmbeddingSource = Object.assign(createMemoryEmbeddingSource(memories), { looked_at_every_ms: 60_000 })
  const worker = new SyncWorker({
    source,
    vectors,
    index,
    embedding: new Embedding(embedder, wordCounter, clock, log),
    space: embedder.space,
    embeds: true,
    clock,
    ids,
    setAside: testSetAside(),
    logger: log,
  })
  worker.requestFullSync()
  await worker.whenIdle()
  expect(clock.waiting).toBe(1)
  worker.requestFullSync()
  await worker[Symbol.asyncDispose]()
  expect(clock.waiting).toBe(0)
})
