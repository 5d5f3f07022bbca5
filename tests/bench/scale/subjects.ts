import { UTC } from '../../../src/platform/time-zone.ts'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createChromaVectorIndex } from '../../../src/vectors/chroma/chroma-vector-index.ts'
import { createManagedChromaServer } from '../../../src/vectors/chroma/managed-chroma-server.ts'
import { createMessageVectors, type MessageVectors } from '../../../src/vectors/message-vectors.ts'
import { createMessageSource } from '../../../src/vectors/message-embedding-source.ts'
import { IndexedMessageSearch } from '../../../src/retrieval/indexed-message-search.ts'
import { noSimilarFacts } from '../../../src/retrieval/message-search.ts'
import { packRecall } from '../../../src/conversation/packing/pack-recall.ts'
import { TokenCosts } from '../../../src/conversation/packing/token-costs.ts'
import { keepOrder } from '../../../src/retrieval/ranking/reranker.ts'
import { Embedding } from '../../../src/vectors/embedding.ts'
import { noPreviousModel } from '../../../src/vectors/previous-model.ts'
import { SourceVectors } from '../../../src/vectors/source-vectors.ts'
import { FullTextIndexer } from '../../../src/retrieval/full-text/full-text-indexer.ts'
import { FUSION, LEXICAL_WEIGHTS } from '../../../src/retrieval/ranking/weights.ts'
import { messageSpace } from '../../../src/vectors/embedding-spaces.ts'
import { openIndexDatabase } from '../../../src/retrieval/sqlite/index-database.ts'
import { createSqliteCollectionAllocator } from '../../../src/vectors/sqlite/sqlite-collection-allocator.ts'
import { createSqliteFullTextIndex } from '../../../src/retrieval/sqlite/sqlite-full-text-index.ts'
import { createSqliteVectorStore } from '../../../src/vectors/sqlite/sqlite-vector-store.ts'
import { openVectorDatabase } from '../../../src/vectors/sqlite/vector-database.ts'
import { itemOfMessage } from '../../../src/vectors/item-id.ts'
import { createSqliteChangeLog } from '../../../src/messages/sqlite/sqlite-change-log.ts'
import { createSqliteMessageReader } from '../../../src/messages/sqlite/sqlite-message-reader.ts'
import { createSqliteMessageContext } from '../../../src/messages/sqlite/sqlite-message-context.ts'
import type { Database } from '../../../src/database/sqlite/database.ts'
import type { Scope } from '../../../src/messages/scope.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { yieldToEventLoop } from '../../../src/platform/yield.ts'
import { folderBytes } from '../../../src/platform/files.ts'
import { systemIds } from '../../../src/platform/ids.ts'
import { silentLogger } from '../../../src/platform/logger.ts'
import { createMetrics } from '../../../src/platform/metrics.ts'
import { wordCounter } from '../../support/memory-rig.ts'
import { WordEmbedder, wordVector } from '../../support/memory-words.ts'
import type { ScaleOptions } from './scale-options.ts'
import { messageOf, type Resident } from './population.ts'
import { testSetAside } from '../../support/test-set-aside.ts'

/** Something that finds messages, over the messages of one database. */
export interface ScaleSubject extends AsyncDisposable {
  readonly name: string
  /** Takes in everything that was said. */
  fill(residents: readonly Resident[], progress: (text: string) => void): Promise<void>
  /** Ids of messages of `scope` that bear on the question, best first. */
  ask(scope: Scope, question: string, limit: number): Promise<readonly string[]>
  /** What it keeps on the disk. */
  bytes(): Promise<number>
}

/** Whatever is to be measured is plugged in here: the vectors alone, and the whole recall of messages with them. */
export const openSubjects = async (
  folder: string,
  database: Database,
  options: ScaleOptions,
): Promise<readonly ScaleSubject[]> => {
  const { subject, messages } = await openVectors(folder, database, options)
  return [subject, await openRecall(folder, database, messages)]
}

const PUT_AT_ONCE = 500

const openVectors = async (
  folder: string,
  database: Database,
  options: ScaleOptions,
): Promise<{ readonly subject: ScaleSubject; readonly messages: MessageVectors }> => {
  const shared = { clock: systemClock, ids: systemIds, logger: silentLogger }
  const embedder = new WordEmbedder('words', options.dimensions)
  const space = messageSpace(embedder.space)
  const vector_database = openVectorDatabase(join(folder, 'vectors.db'), systemClock, silentLogger).database
  const vectors = createSqliteVectorStore(vector_database)
  const { collection_vectors } = options
  const table = createSqliteCollectionAllocator(vector_database, {
    space,
    ...(collection_vectors === undefined ? {} : { collection_vectors }),
  })
  const chroma = join(folder, 'memory')
  const server = createManagedChromaServer({ folder: chroma, ...shared })
  const index = createChromaVectorIndex({
    table,
    server,
    collection_name: 'denidin_memory',
    metrics: createMetrics(),
    ...shared,
  })
  const turns = createSqliteMessageContext(database)
  const messages = createMessageVectors({
    ...shared,
    context: turns,
    embeds: true,
    vectors: new SourceVectors({
      ...shared,
      setAside: testSetAside(),
      source: createMessageSource({
        context: turns,
        changeLog: createSqliteChangeLog(database),
        tokens: wordCounter,
        clock: systemClock,
      }),
      space,
      vectors,
      index,
      model: {
        embedding: new Embedding(embedder, wordCounter, systemClock, silentLogger),
        min_similarity: 0,
        previous: noPreviousModel,
      },
      embeds: true,
    }),
  })
  const subject: ScaleSubject = {
    name: 'vectors',
    fill: async (residents, progress) => {
      // The vectors of single messages: with what stands around them, a quick embedder could not tell neighbours apart.
      for (const resident of residents) {
        for (let at = 0; at < resident.messages; at += PUT_AT_ONCE) {
          const count = Math.min(PUT_AT_ONCE, resident.messages - at)
          await vectors.put(
            space,
            Array.from({ length: count }, (_, n) => {
              const { message_id, text } = messageOf(resident, at + n)
              const vector = wordVector(text, options.dimensions)
              return { item_id: itemOfMessage(message_id), scope: resident.scope, vector }
            }),
          )
          await yieldToEventLoop()
        }
      }
      progress('vectors: stored; putting them into the index …')
      await index.catchUp()
    },
    ask: async (scope, question, limit) =>
      (await messages.findSimilar(scope, question, limit, { purpose: 'recall' })).map(each => each.message_id),
    bytes: () => folderBytes(chroma),
    [Symbol.asyncDispose]: async () => {
      await messages[Symbol.asyncDispose]()
      vector_database[Symbol.dispose]()
    },
  }
  return { subject, messages }
}

const MOST_TOKENS = 100_000

/** The product's recall: the full-text index, with the vectors as candidates beside it. */
const openRecall = async (folder: string, database: Database, vectors: MessageVectors): Promise<ScaleSubject> => {
  const shared = { clock: systemClock, logger: silentLogger }
  const path = join(folder, 'index.db')
  const feed = createSqliteMessageReader(database)
  const changeLog = createSqliteChangeLog(database)
  const index_database = openIndexDatabase({
    path,
    latest_change: await changeLog.latest(),
    clock: systemClock,
    logger: silentLogger,
  }).database
  const index = createSqliteFullTextIndex(index_database)
  const indexer = new FullTextIndexer({
    feed,
    changeLog,
    index,
    zoneOf: async () => UTC,
    setAside: testSetAside(),
    logger: silentLogger,
  })
  const search = new IndexedMessageSearch({
    feed,
    index,
    indexer,
    vectors,
    ...shared,
    weights: LEXICAL_WEIGHTS,
    fusion: FUSION,
    reranker: keepOrder,
  })
  const costs = new TokenCosts(wordCounter)
  return {
    name: 'recall',
    fill: async () => {
      indexer.requestSync()
      await indexer.whenIdle()
    },
    ask: async (scope, text, limit) => {
      const question = { text, asked_at: systemClock.now(), asker: undefined, zone: UTC }
      const call = { purpose: 'recall' } as const
      const hits = await search.findRelevant(
        [{ scope, only: undefined }],
        question,
        { quotes: limit },
        noSimilarFacts,
        call,
      )
      const found = { ...hits, memories: [], zone: UTC }
      const { quotes } = packRecall(found, { content: MOST_TOKENS, room: Infinity }, costs)
      return quotes.map(each => each.message_id)
    },
    bytes: async () => (await stat(path)).size,
    [Symbol.asyncDispose]: async () => {
      await indexer[Symbol.asyncDispose]()
      index_database[Symbol.dispose]()
    },
  }
}
