import { Database } from '../../src/database/sqlite/database.ts'
import { createLongTermMemory, type LongTermSettings } from '../../src/memory/create-long-term-memory.ts'
import { memoryMigrations } from '../../src/memory/sqlite/memory-migrations.ts'
import { vectorMigrations } from '../../src/vectors/sqlite/vector-migrations.ts'
import { createSqliteMemoryStore } from '../../src/memory/sqlite/sqlite-memory-store.ts'
import { createSqliteVectorStore } from '../../src/vectors/sqlite/sqlite-vector-store.ts'
import type { Scope } from '../../src/messages/scope.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { FakeClock } from './fake-clock.ts'
import { ExactVectorIndex } from './memory-exact-index.ts'
import { KeptLog } from './memory-kept-log.ts'
import { recallSettings, wordCounter } from './memory-rig.ts'
import { WordEmbedder } from './memory-words.ts'

/** Long-term memory over stores in memory and an index that compares with every vector of `scopes`; time stands still. */
export const exactRig = (scopes: readonly Scope[], settings: Partial<LongTermSettings> = {}) => {
  const clock = new FakeClock()
  const log = new KeptLog()
  const embedder = new WordEmbedder()
  const metrics = createMetrics()
  const memories = createSqliteMemoryStore(new Database(':memory:', memoryMigrations))
  const vector_database = new Database(':memory:', vectorMigrations)
  const vectors = createSqliteVectorStore(vector_database)
  const index = new ExactVectorIndex(embedder.space, vectors, async () => scopes)
  const ids = { uuid: () => 'id', fraction: () => 0.5 }
  const memory = createLongTermMemory({
    settings: { ...recallSettings, ...settings },
    memories,
    vectors,
    index,
    embedder,
    tokens: wordCounter,
    clock,
    ids,
    logger: log,
    metrics,
  })
  const recalled = async (scope: Scope, question: string): Promise<string[]> =>
    (await memory.recall(scope, question, { purpose: 'reply', person_id: 'p' })).memories.map(each => each.memory.text)
  return { clock, log, embedder, metrics, memories, vectors, vector_database, index, ids, memory, recalled }
}
