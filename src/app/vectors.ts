import type { Settings } from '../config/settings.ts'
import { createChromaVectorIndex } from '../vectors/chroma/chroma-vector-index.ts'
import type { ChromaServer } from '../vectors/chroma/chroma-server.ts'
import { createMessageVectors, type MessageVectors } from '../vectors/message-vectors.ts'
import { Embedding } from '../vectors/embedding.ts'
import { createPreviousModel, type PreviousModel } from '../vectors/previous-model.ts'
import type { MemorySync } from '../memory/long-term-memory.ts'
import { createMemoryEmbeddingSource } from '../memory/memory-embedding-source.ts'
import { createMessageSource } from '../vectors/message-embedding-source.ts'
import { messageSpace, modelSpace } from '../vectors/embedding-spaces.ts'
import { createSqliteAllocationTable } from '../vectors/sqlite/sqlite-collection-allocator.ts'
import { createSqliteVectorStore } from '../vectors/sqlite/sqlite-vector-store.ts'
import { defaultMinSimilarity } from '../vectors/thresholds.ts'
import { createVectorMaintenance } from '../vectors/maintenance/create-vector-maintenance.ts'
import type { VectorMaintenance, VerifiablePart } from '../vectors/maintenance/vector-maintenance.ts'
import type { VectorIndex } from '../vectors/vector-index.ts'
import type { VectorStore } from '../vectors/vector-store.ts'
import { createSqliteMessageContext } from '../messages/sqlite/sqlite-message-context.ts'
import type { Database } from '../database/sqlite/database.ts'
import { scopeOfPerson } from '../messages/scope.ts'
import type { Embedder } from '../models/embedder.ts'
import { pastMerges } from '../people/sqlite/past-merges.ts'
import type { Models } from './models.ts'
import type { Stores } from './stores.ts'
import type { Runtime } from './runtime.ts'

/** The vectors of one process: one store, one server, an index for each source, and one for the model of before. */
export interface Vectors {
  readonly vectors: VectorStore
  /** The memories' own. */
  readonly index: VectorIndex
  readonly previous: PreviousModel | undefined
  readonly messages: MessageVectors
  maintenance(memory: MemorySync, others: readonly VerifiablePart[]): VectorMaintenance
}

/** Everything that has to do with vectors, as configured. */
export const createVectors = async (
  settings: Settings,
  stores: Stores,
  embedder: Embedder,
  { embedderOf }: Pick<Models, 'embedderOf'>,
  { database, server, parts }: { database: Database; server: ChromaServer; parts: Runtime },
): Promise<Vectors> => {
  const { clock, logger, tokens } = parts
  const { collection_name } = settings.memory.longterm
  const vectors = createSqliteVectorStore(database)
  // Who became another while long-term memory was switched off.
  for (const { from_id, into_id } of pastMerges(stores.database)) {
    await vectors.rescope(scopeOfPerson(from_id), scopeOfPerson(into_id))
  }
  const space = embedder.space
  const messages_space = messageSpace(space)
  const before = await formerSpace(vectors, space, embedderOf)
  const in_use = [messages_space, ...(before === undefined ? [] : [before.space, messageSpace(before.space)])]
  const tableOf = (of: string, tidies: boolean) =>
    createSqliteAllocationTable(database, { space: of, tidies, ...(tidies ? { in_use } : {}) })
  const indexOf = (table: ReturnType<typeof tableOf>): VectorIndex =>
    createChromaVectorIndex({ table, server, collection_name, clock, logger })
  const former = (of: string, present: string): PreviousModel | undefined =>
    before === undefined
      ? undefined
      : createPreviousModel({
          embedding: new Embedding(before, tokens, clock, logger),
          index: indexOf(tableOf(of, false)),
          space: of,
          present,
          vectors,
          clock,
          logger,
        })

  const memory_table = tableOf(space, true)
  const message_table = tableOf(messages_space, false)
  const index = indexOf(memory_table)
  const message_index = indexOf(message_table)
  const turns = createSqliteMessageContext(stores.database)
  const source = createMessageSource({ context: turns, changeLog: stores.changeLog, tokens, clock })
  // What the offline embedder knows of a message, its words, the index of words knows better.
  const embeds = settings.feature_flags.use_schema_v2 && settings.embeddings.provider !== 'offline'
  const min_similarity = settings.memory.longterm.min_similarity ?? defaultMinSimilarity(embedder.model)
  const messages = createMessageVectors({
    ...parts,
    turns,
    source,
    vectors,
    embedder,
    embeds,
    min_similarity,
    index: message_index,
    previous: before && former(messageSpace(before.space), messages_space),
    former_space: before && messageSpace(before.space),
  })
  return {
    vectors,
    index,
    messages,
    previous: before && former(before.space, space),
    maintenance: (memory, others) =>
      createVectorMaintenance({
        memories: {
          source: createMemoryEmbeddingSource(stores.memories),
          space,
          index,
          table: memory_table,
          embeds: true,
          syncNow: () => memory.syncNow(),
        },
        messages: {
          source,
          index: message_index,
          table: message_table,
          embeds,
          space: messages_space,
          syncNow: () => messages.syncNow(),
        },
        memoryStore: stores.memories,
        history: stores.messages.history,
        vectors,
        embedder,
        min_similarity,
        previous: before?.space,
        others,
        ids: parts.ids,
        pendingMessages: () => messages.pending(),
      }),
  }
}

/** The embedder of the space that knows most, if that is more than the present one knows and it can still be asked. */
const formerSpace = async (
  vectors: VectorStore,
  present: string,
  embedderOf: Models['embedderOf'],
): Promise<Embedder | undefined> => {
  const sizes = new Map((await vectors.spaces()).map(each => [each.space, each.vectors]))
  const others = [...sizes].filter(([space]) => modelSpace(space) === space && space !== present)
  const [largest] = others.sort(([, a], [, b]) => b - a)
  if (largest === undefined || largest[1] <= (sizes.get(present) ?? 0)) return undefined
  return embedderOf(largest[0])
}
