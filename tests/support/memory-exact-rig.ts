import { UTC } from '../../src/platform/time-zone.ts'
import { Database } from '../../src/database/sqlite/database.ts'
import { memoryMigrations } from '../../src/memory/sqlite/memory-migrations.ts'
import { vectorMigrations } from '../../src/vectors/sqlite/vector-migrations.ts'
import type { MemoryStore } from '../../src/memory/memory-store.ts'
import { createSqliteMemoryStore } from '../../src/memory/sqlite/sqlite-memory-store.ts'
import { createSqliteVectorStore } from '../../src/vectors/sqlite/sqlite-vector-store.ts'
import type { Scope } from '../../src/messages/scope.ts'
import type { PersonalData } from '../../src/people/personal-data.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { FakeClock } from './fake-clock.ts'
import { ExactVectorIndex } from './memory-exact-index.ts'
import { KeptLog } from './memory-kept-log.ts'
import { memoryOver, recallSettings, wordCounter, type RigSettings } from './memory-rig.ts'
import { recallOver } from './memory-recall.ts'
import { packRecall } from '../../src/conversation/packing/pack-recall.ts'
import { TokenCosts } from '../../src/conversation/packing/token-costs.ts'
import { WordEmbedder } from './memory-words.ts'

/** Long-term memory over stores in memory and an index that compares with every vector of `scopes`; time stands still. */
export const exactRig = (scopes: readonly Scope[], settings: Partial<RigSettings> = {}) => {
  const clock = new FakeClock()
  const log = new KeptLog()
  const embedder = new WordEmbedder()
  const metrics = createMetrics()
  const memories: MemoryStore & PersonalData = createSqliteMemoryStore(new Database(':memory:', memoryMigrations))
  const vector_database = new Database(':memory:', vectorMigrations)
  const vectors = createSqliteVectorStore(vector_database)
  const index = new ExactVectorIndex(embedder.space, vectors, async () => scopes)
  const ids = { uuid: () => 'id', fraction: () => 0.5 }
  const rig_settings = { ...recallSettings, ...settings }
  const { memory, source_vectors } = memoryOver({
    settings: rig_settings,
    memories,
    vectors,
    index,
    embedder,
    clock,
    ids,
    logger: log,
  })
  const recall = recallOver(memory, memories, { clock, logger: log, metrics })
  const costs = new TokenCosts(wordCounter)
  /** The texts that a request to the model would hold. */
  const recalled = async (scope: Scope, question: string): Promise<string[]> => {
    const { memories } = await recall(scope, question, { purpose: 'reply', person_id: 'p' })
    const found = { memories, quotes: [], most_quotes: 0, words: new Map(), zone: UTC }
    const packed = packRecall(found, { content: rig_settings.recall_tokens, room: Infinity }, costs)
    return packed.memories.map(each => each.memory.text)
  }
  return {
    clock,
    log,
    embedder,
    metrics,
    memories,
    vectors,
    vector_database,
    index,
    ids,
    memory,
    source_vectors,
    recall,
    recalled,
  }
}
